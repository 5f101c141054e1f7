from __future__ import annotations

from bqml_registrar.delivery.outcome import Outcome
from bqml_registrar.reasons import Reason
from tests.builders import CHURN
from tests.unit.events.an_event import EVENT


def test_an_outcome_tells_types_and_ids_of_what_was_published_and_keeps_the_rest() -> None:
    outcome = Outcome(reason=Reason.RULE_MATCHED, name=CHURN).with_events([EVENT, EVENT])

    assert outcome.announced == ("model.v1.registered",) * 2
    assert outcome.event_ids == (EVENT.id,) * 2
    assert (outcome.reason, outcome.name) == (Reason.RULE_MATCHED, CHURN)


def test_how_a_delivery_ended_is_its_reasons_outcome_unless_it_says_so() -> None:
    usual = Outcome(reason=Reason.ORIGIN_UNKNOWN)
    rarer = Outcome(reason=Reason.ORIGIN_UNKNOWN, ended="rejected")

    assert (usual.decision, rarer.decision) == ("skipped", "rejected")
