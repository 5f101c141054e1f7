"""Single steps of applying a decision, on the fakes; all of them together: test_attempt_schedules."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bqml_registrar.bookkeeping.predecessor import Memory
from bqml_registrar.delivery.event_publisher import Publication
from bqml_registrar.errors import StaleError
from bqml_registrar.events.registry_events import Cause
from bqml_registrar.policy.decisions import Reject
from bqml_registrar.reasons import Reason
from bqml_registrar.registration.apply import (
    apply_rejection,
    is_told,
    merged,
    refusal_digest,
    remember_at_parent,
)
from tests.builders import CHURN, a_model, a_version
from tests.fakes.google import FakeGoogle
from tests.unit.registration.deliveries import a_context, types


def a_refusal(reason: Reason = Reason.REMOTE_MODEL, detail: str = "it is remote") -> Reject:
    return Reject(reason=reason, rule="production-models", detail=detail)


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
    google = FakeGoogle(a_model())

    for _ in range(2):
        publication = Publication(Cause(id="entry"), a_context(google))
        apply_rejection(google.models[CHURN], a_refusal(), google, publication)

    assert types(google) == ["model.v1.rejected"]
    assert is_told(google.models[CHURN], a_refusal())
    assert not is_told(google.models[CHURN], a_refusal(Reason.ID_TAKEN))


@pytest.mark.parametrize(
    ("reason", "is_one"), [(Reason.LABEL_REMOVED, True), (Reason.REMOTE_MODEL, False)]
)
def test_that_no_rule_names_a_model_is_one_refusal_whichever_condition_fails(
    reason: Reason, *, is_one: bool
) -> None:
    digests = {refusal_digest(a_model(), a_refusal(reason, detail)) for detail in ("a", "b")}

    assert (len(digests) == 1) is is_one


def test_a_memory_for_a_registry_model_that_is_gone_is_stale() -> None:
    parent = a_version().name.at("")

    with pytest.raises(StaleError):
        remember_at_parent(parent, CHURN, Memory(), FakeGoogle())
