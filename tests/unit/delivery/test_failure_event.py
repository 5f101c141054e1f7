from __future__ import annotations

import pytest

from bqml_registrar.delivery.failure_event import failure
from bqml_registrar.delivery.model_section import model_section
from bqml_registrar.errors import DeliveryError, PermanentError
from bqml_registrar.events.payloads import Model, Verdict
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.models import BigQueryModel
from tests.builders import CHURN, a_model


def an_error(reason: Reason = Reason.PERMISSION_DENIED) -> DeliveryError:
    return PermanentError(reason, "403: aiplatform.models.update").about(rule="production-models")


@pytest.mark.parametrize(
    ("model", "section"),
    [
        pytest.param(a_model(), model_section(a_model()), id="the model was read"),
        pytest.param(None, Model(name=str(CHURN)), id="its name alone is known"),
    ],
)
def test_the_event_of_a_failure_says_what_a_person_has_to_mend(
    model: BigQueryModel | None, section: Model
) -> None:
    event = failure(CHURN, model, an_error())

    assert (event.type.value, event.name) == ("model.v1.failed", CHURN)
    assert event.payload.model == section
    assert event.payload.verdict == Verdict(
        rule="production-models",
        reason="PERMISSION_DENIED",
        detail="403: aiplatform.models.update",
    )


def test_two_failures_of_a_model_share_an_id_exactly_if_they_are_for_one_reason() -> None:
    first = failure(CHURN, a_model(), an_error())

    assert failure(CHURN, a_model(), an_error()).id == first.id
    assert failure(CHURN, a_model(), an_error(Reason.API_DISABLED)).id != first.id
