"""Retire labels, from ALTER MODEL to the end of the model: the functions on the local cloud."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.functional.cleanups import COMPLETE, GONE, Run, started
from tests.functional.running import REQUESTS
from tests.functional.serving import Serving, is_there, label, labels, sql

RETIRE = {"label": "retire", "grace_days": 14}

# By the functions' own clock; before midnight or after it, a day that has come.
TODAY = datetime.now(UTC).date().isoformat()


def retire(value: str) -> None:
    sql(
        "ALTER MODEL prod_sales.churn SET OPTIONS(labels=[('vertex', 'register'), "
        f"('retire', '{value}')])",
        "bo@example.com",
    )


def in_two_weeks() -> str:
    return (datetime.now(UTC).date() + timedelta(days=14)).isoformat()


def test_a_retire_label_becomes_a_date_and_when_it_is_taken_away_nothing_follows(
    run: Run, serving: Serving
) -> None:
    running = started(run, serving, retire=RETIRE)
    due = in_two_weeks()
    retire("true")
    running.settle()
    (asked,) = running.told()
    normalised = labels()["retire"]
    label(retire=None)

    running.settle()

    assert normalised in (due, in_two_weeks())
    assert asked[:2] == ("deletion.v1.requested", "RETIRING")
    assert asked[2]["deletion"]["due"] == normalised
    assert running.events() == [("deletion.v1.cancelled", "RETIREMENT_WITHDRAWN")]
    assert is_there()
    assert serving.at() == (["1"], {"1": 100})


def test_a_retire_label_whose_date_has_come_ends_the_model(run: Run, serving: Serving) -> None:
    running = started(run, serving, retire=RETIRE)
    retire(TODAY)

    running.settle()

    assert running.events() == [("deletion.v1.requested", "RETIRING"), *COMPLETE, GONE]
    assert not is_there()
    assert serving.at() == ([], {})


def test_a_due_retirement_that_is_withdrawn_before_its_request_arrives_touches_nothing(
    run: Run, serving: Serving
) -> None:
    running = started(run, serving, retire=RETIRE)
    retire(TODAY)
    for entry in running.take("model-changes"):
        running.post("register_model", entry)
    label(retire=None)
    (request,) = running.take(REQUESTS)

    _, line = running.post("cleanup_endpoints", request)

    assert (line["decision"], line["reason"]) == ("cancelled", "RETIREMENT_WITHDRAWN")
    assert is_there()
    assert serving.at() == (["1"], {"1": 100})


@pytest.mark.parametrize("value", ["soon", "2026-13-01"])
def test_a_retire_label_that_nobody_can_read_is_told_and_touches_nothing(
    value: str, run: Run, serving: Serving
) -> None:
    running = started(run, serving, retire=RETIRE)
    retire(value)

    running.settle()

    assert running.events() == [("deletion.v1.blocked", "RETIRE_LABEL_UNCLEAR")]
    assert labels()["retire"] == value
    assert is_there()
