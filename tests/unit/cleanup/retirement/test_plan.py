"""Retirements, as data: what the label asks for, and what the document remembers of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bqml_registrar.bookkeeping.model_document import (
    RetirementRecord,
    new_document,
)
from bqml_registrar.cleanup.retirement.plan import (
    RetirementChange,
    eight_digits,
    may_be_due,
)
from tests.builders import a_model
from tests.unit.cleanup.retirement.seen import GENERATION, LATER, NOW, asking, retiring


@pytest.mark.parametrize("value", ["", "true", "yes"])
def test_a_fresh_label_becomes_the_date_on_which_the_grace_period_ends(value: str) -> None:
    plan = asking(value).plan()

    assert plan.labels == {"retire": "2026-12-15"}
    assert (plan.change, plan.key, plan.due) == (
        RetirementChange.SET,
        "retirement-1-20261215",
        date(2026, 12, 15),
    )
    assert plan.record == RetirementRecord(
        key=plan.key, wanted="20261215", generation=GENERATION, count=1, is_normalised=False
    )
    assert not plan.is_due


def test_a_date_is_taken_as_it_stands_also_one_that_has_come() -> None:
    later, now = asking("2027-02-28").plan(), asking("2026-12-01").plan()

    assert later.labels == now.labels == {}
    assert (later.due, later.is_due) == (date(2027, 2, 28), False)
    assert (now.due, now.is_due) == (date(2026, 12, 1), True)
    assert later.record is not None
    assert later.record.is_normalised


@pytest.mark.parametrize(
    "value",
    [
        "false",
        "no",
        "2026-13-01",
        "2026-2-1",
        "20261201",
        "7d",
        "soon",
        "\u0662026-12-01",
        "2026-11-30",
        "0999-12-31",
        "0001-01-01",
    ],
)
def test_nothing_is_deleted_for_a_value_that_nobody_can_be_sure_of(value: str) -> None:
    plan, after = asking(value).plan(), retiring(value)

    assert (plan.change, plan.due, plan.is_due) == (RetirementChange.UNCLEAR, None, False)
    assert after.plan(LATER).is_empty
    assert after.model.labels["retire"] == value


def test_a_model_without_the_label_or_without_a_rule_is_left_alone() -> None:
    assert asking("true").labelled(None).plan().is_empty
    assert asking("true").plan(rule=None).is_empty


def test_what_was_seen_and_told_is_not_told_again() -> None:
    assert retiring().plan().is_empty


@pytest.mark.parametrize("days", [0, 1, 13])
def test_a_date_that_was_stored_and_not_written_yet_is_written_as_it_was_stored(days: int) -> None:
    crashed = asking("true").written()

    again = crashed.plan(NOW + timedelta(days=days))

    assert (again.labels, again.change) == ({"retire": "2026-12-15"}, None)
    assert crashed.settled(NOW + timedelta(days=days)).plan().is_empty


def test_a_date_that_a_person_wrote_over_before_ours_was_written_is_theirs() -> None:
    crashed = asking("true").written().labelled("2027-03-01")

    plan = crashed.plan()

    assert (plan.change, plan.due) == (RetirementChange.SET, date(2027, 3, 1))


def test_when_the_date_has_come_the_deletion_is_due_at_every_look() -> None:
    seen, then = retiring(), NOW + timedelta(days=14)

    plan = seen.plan(then)

    assert (plan.is_due, plan.key) == (True, "retirement-1-20261215")
    assert (plan.change, plan.labels, plan.record) == (None, {}, None)
    assert seen.is_still_due(then)
    assert not seen.is_still_due(then - timedelta(hours=10))


def test_a_label_taken_away_in_the_grace_period_is_a_withdrawal_of_the_same_retirement() -> None:
    withdrawn = retiring().labelled(None)

    plan = withdrawn.plan()

    assert (plan.change, plan.key) == (
        RetirementChange.WITHDRAWN,
        "retirement-1-20261215",
    )
    assert withdrawn.settled().plan().is_empty
    assert not withdrawn.is_still_due(LATER)


def test_a_label_set_again_is_another_retirement() -> None:
    plan = retiring().labelled(None).settled().labelled("true").plan()

    assert (plan.change, plan.key) == (RetirementChange.SET, "retirement-3-20261215")


REBUILT = replace(new_document(a_model(), "another-epoch"), is_rebuilt=True)


@pytest.mark.parametrize(
    "value", ["2026-12-15", "2026-11-20", None], ids=["to come", "due", "none"]
)
def test_what_a_rebuilt_document_finds_is_noted_under_its_key_and_not_announced(
    value: str | None,
) -> None:
    found = replace(asking(""), document=REBUILT).labelled(value)

    plan = found.plan()

    assert plan.change is None
    assert plan.record is not None
    assert plan.is_due is (value == "2026-11-20")
    if value:
        assert plan.key == f"retirement-1-{value.replace('-', '')}"
    assert found.settled().plan().record is None


def test_a_date_that_is_put_off_is_another_retirement_and_the_first_is_not_due() -> None:
    put_off = retiring("2026-12-01").labelled("2027-01-01")

    plan = put_off.plan()

    assert (plan.change, plan.key, plan.due) == (
        RetirementChange.SET,
        "retirement-2-20270101",
        date(2027, 1, 1),
    )
    assert not put_off.is_still_due()


def test_a_date_that_was_seen_in_time_is_still_followed_when_it_is_over() -> None:
    plan = retiring("2026-12-05").plan(NOW + timedelta(days=30))

    assert (plan.is_due, plan.change) == (True, None)


def test_a_past_date_of_which_the_document_was_lost_is_nobodys_wish() -> None:
    plan = asking("2026-12-05").plan(NOW + timedelta(days=30))

    assert (plan.is_due, plan.change) == (False, RetirementChange.UNCLEAR)


def test_a_rule_that_follows_no_label_any_more_withdraws() -> None:
    assert retiring().plan(rule=None).change is RetirementChange.WITHDRAWN


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("20261201", True),
        ("20261202", False),
        ("none20261101", False),
        ("inherited20261101", False),
        ("unclear0123abcd", False),
        ("20261399", False),
        ("soon", False),
    ],
)
def test_only_a_date_that_has_come_may_be_due(wanted: str, *, expected: bool) -> None:
    record = RetirementRecord(key="k", wanted=wanted, generation=GENERATION)

    assert may_be_due(record, NOW) is expected
    assert not may_be_due(None, NOW)


@pytest.mark.parametrize("value", ["2026-12-01", "9999-12-31"])
def test_a_date_far_away_is_read_again_as_it_was_written(value: str) -> None:
    assert asking(value).plan().due == date.fromisoformat(value)
    assert retiring(value).plan().due == date.fromisoformat(value)
    assert retiring(value).plan().change is None


def test_a_year_before_1000_has_eight_digits_too() -> None:
    assert eight_digits(date(999, 1, 2)) == "09990102"


VALUES = st.none() | st.sampled_from(["", "true", "no", "2026-12-01", "2027-01-01", "x"])


@given(st.lists(st.tuples(VALUES, st.integers(0, 30)), max_size=8))
def test_whatever_people_set_every_change_has_a_key_of_its_own_and_a_second_look_is_empty(
    history: list[tuple[str | None, int]],
) -> None:
    seen, now = asking("").labelled(None), NOW
    told = []
    for value, days in history:
        now += timedelta(days=days)
        plan = seen.labelled(value).plan(now)
        seen = seen.labelled(value).settled(now)
        told += [(plan.change, plan.key)] if plan.change else []

        again = seen.plan(now)
        assert (again.labels, again.change, again.record) == ({}, None, None)
        assert again.is_due == plan.is_due
    assert len(told) == len(set(told))
