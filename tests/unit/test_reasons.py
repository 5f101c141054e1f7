from __future__ import annotations

import pytest

from bqml_registrar.reasons import Reason

OUTCOMES = {
    "ignored", "skipped", "registered", "deleted", "requested", "undeployed", "ready", "completed",
    "blocked", "cancelled", "swept", "drifted", "rejected", "failed", "retried", "noted",
}  # fmt: skip


@pytest.mark.parametrize("reason", Reason, ids=lambda reason: reason.name)
def test_every_reason_has_an_outcome_and_a_sentence_for_people(reason: Reason) -> None:
    assert set(reason.outcomes) <= OUTCOMES
    assert reason.outcome == reason.outcomes[0]
    assert len(reason.outcomes) == len(set(reason.outcomes))
    assert reason.meaning.endswith(".")
    assert reason.name == reason.name.upper()
