from __future__ import annotations

from typing import Any

import pytest

from bqml_registrar.errors import PermanentError
from bqml_registrar.reasons import Reason
from tests.builders import CHURN, a_model
from tests.unit.sweep.sweeping import (
    DATASET,
    EVENTS,
    Sweeping,
)


@pytest.mark.parametrize(
    "data",
    [b"[]", b"{", b"\xff", b'{"dataset": 1}', b'{"dataset": "d"}', b'{"project": "p-roject", "dataset": "a-b"}', b'{"datset": "d"}'],
)  # fmt: skip
def test_what_is_no_message_of_ours_is_a_dead_letter_with_a_reason(data: bytes) -> None:
    outcome = Sweeping().deliver(data)

    assert isinstance(outcome, PermanentError)
    assert outcome.reason is Reason.MALFORMED_REQUEST
    assert "write {}" in outcome.detail


def test_a_page_that_bigquery_knows_no_more_is_a_dead_letter_and_no_end_of_the_sweep() -> None:
    world = Sweeping(a_model())

    outcome = world.deliver({**DATASET, "sweep": "s", "page": "yesterday's"})

    assert isinstance(outcome, PermanentError)
    assert EVENTS not in world.google.published


@pytest.mark.parametrize(
    "message",
    [{"project": CHURN.project}, {"page": "2"}, {"left": ["m"]}, {"counts": {"models": 1}}],
    ids=["project", "page", "left", "counts"],
)
def test_what_has_no_meaning_without_a_dataset_begins_no_sweep(message: dict[str, Any]) -> None:
    outcome = Sweeping(a_model()).deliver(message)

    assert isinstance(outcome, PermanentError)
    assert "`dataset` is missing" in outcome.detail
