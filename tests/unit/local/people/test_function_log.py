from __future__ import annotations

import json
from collections import Counter

import pytest

from local.people.function_log import Decision, decisions, settled, short_name

MODEL = "projects/p/datasets/d/models/"


def line(reason: str, outcome: str, *announced: str, model: str = "m") -> str:
    entry = {"decision": outcome, "reason": reason, "message": "", "announced": announced}
    return json.dumps({**entry, "model": f"{MODEL}{model}"})


DID = line("ALREADY_REGISTERED", "registered", "model.v1.registered")
NOTHING_NEW = line("RULE_MATCHED", "registered")
RETIRED = line("RETIRING", "requested", "deletion.v1.requested")
LEFT = line("UNDER_WAY", "skipped")
SKIPPED = line("NO_RULE_MATCHED", "skipped")
RETRIED = line("REGISTRY_LAG", "retried")
ECHO = line("OWN_ECHO", "ignored")


def counted(*lines: str) -> Counter[Decision]:
    return settled(decisions(lines))


def reasons(found: Counter[Decision]) -> dict[str, int]:
    return {decision.reason: times for decision, times in found.items()}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(
            [LEFT, DID, LEFT], {"ALREADY_REGISTERED": 3}, id="left to the one that did it"
        ),
        pytest.param([NOTHING_NEW, DID], {"ALREADY_REGISTERED": 2}, id="found done"),
        pytest.param([RETIRED, NOTHING_NEW], {"RETIRING": 2}, id="found retired"),
        pytest.param([NOTHING_NEW, LEFT], {"RULE_MATCHED": 2}, id="left to one that found it done"),
        pytest.param([LEFT, SKIPPED], {"NO_RULE_MATCHED": 2}, id="left to one that skipped"),
        pytest.param(
            [SKIPPED, NOTHING_NEW], {"NO_RULE_MATCHED": 1, "RULE_MATCHED": 1}, id="two decisions"
        ),
        pytest.param(
            [LEFT, RETRIED, ECHO],
            {"UNDER_WAY": 1, "REGISTRY_LAG": 1, "OWN_ECHO": 1},
            id="nobody settled it",
        ),
    ],
)
def test_a_delivery_counts_for_what_settled_it(lines: list[str], expected: dict[str, int]) -> None:
    assert reasons(counted(*lines)) == expected


def test_what_is_settled_of_one_model_is_not_of_another() -> None:
    other = line("UNDER_WAY", "skipped", model="other")

    assert reasons(counted(DID, other)) == {"ALREADY_REGISTERED": 1, "UNDER_WAY": 1}


def test_a_dry_run_settles_nothing() -> None:
    told, left = decisions([DID], dry_run=True), decisions([LEFT])

    assert reasons(settled(told + left)) == {"ALREADY_REGISTERED": 1, "UNDER_WAY": 1}


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ("projects/p/datasets/d/models/m", "d.m"),
        ("projects/p/datasets/d", "d"),
        ("projects/p/jobs/j", "projects/p/jobs/j"),
        ("", ""),
    ],
)
def test_models_and_datasets_are_named_in_short(resource: str, expected: str) -> None:
    assert short_name(resource) == expected
