"""Single steps of applying a decision, on the fakes; all of them together: test_attempt_schedules."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bqml_registrar.bookkeeping.predecessor import Predecessor
from bqml_registrar.delivery.event_publisher import EventPublisher
from bqml_registrar.errors import StaleError
from bqml_registrar.events.registry_events import Cause
from bqml_registrar.policy.decisions import Reject
from bqml_registrar.reasons import Reason
from bqml_registrar.registration.apply import apply_plan, merged, remember_at_parent
from bqml_registrar.registration.rejection_plan import is_announced, plan_rejection
from tests.builders import CHURN, a_model, a_version
from tests.fakes.google import FakeGoogle
from tests.unit.registration.deliveries import a_context, types


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, {"team": "growth"}, id="no change"),
        pytest.param({"stage": "prod"}, {"team": "growth", "stage": "prod"}, id="one more"),
        pytest.param({"team": "ml"}, {"team": "ml"}, id="another value"),
        pytest.param({"team": None}, {}, id="taken away"),
        pytest.param({"stage": None}, {"team": "growth"}, id="was not there"),
    ],
)
def test_labels_are_set_or_taken_away_and_others_stay(
    changes: Mapping[str, str | None], expected: dict[str, str]
) -> None:
    assert merged({"team": "growth"}, changes) == expected


def test_a_refusal_is_announced_once_and_remembered_on_the_model() -> None:
    google, refusal = FakeGoogle(a_model()), Reject(Reason.REMOTE_MODEL, "production-models")

    for _ in range(2):
        publisher = EventPublisher(Cause(id="entry"), a_context(google))
        model = google.models[CHURN]
        apply_plan(plan_rejection(model, refusal), model, google, publisher)

    assert types(google) == ["model.v1.rejected"]
    assert is_announced(google.models[CHURN], refusal)


def test_a_memory_for_a_registry_model_that_is_gone_is_stale() -> None:
    parent = a_version().name.at("")

    with pytest.raises(StaleError):
        remember_at_parent(parent, CHURN, Predecessor(), FakeGoogle())
