from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bqml_registrar.bookkeeping.retirements import RETIREMENT, RetirementLabel
from bqml_registrar.cleanup.retirement.plan import (
    RetirementChange,
    RetirementPlan,
    is_still_due,
    may_be_due,
    plan_retirement,
)
from bqml_registrar.policy.cleanup_rules import Retirement
from bqml_registrar.resources.models import BigQueryModel
from tests.builders import CREATED, a_model

RULE = Retirement(label="retire", grace_days=14)
NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
GENERATION = a_model().generation


def patched(model: BigQueryModel, changes: dict[str, str | None]) -> BigQueryModel:
    merged = {**model.labels, **changes}
    return replace(model, labels={k: v for k, v in merged.items() if v is not None})


def settled(model: BigQueryModel, now: datetime = NOW) -> tuple[BigQueryModel, RetirementPlan]:
    plan = plan_retirement(model, RULE, now)
    return patched(patched(model, dict(plan.labels)), dict(plan.announced_labels)), plan


def retiring(value: str = "true", **changes: object) -> BigQueryModel:
    return settled(a_model(labels={"retire": value}, **changes))[0]


@pytest.mark.parametrize("value", ["", "true", "yes"])
def test_a_fresh_label_becomes_the_date_on_which_the_grace_period_ends(value: str) -> None:
    plan = plan_retirement(a_model(labels={"retire": value}), RULE, NOW)

    assert plan.labels == {"retire": "2026-12-15", RETIREMENT: f"1-20261215-{GENERATION}-pending"}
    assert (plan.change, plan.key, plan.due) == (
        RetirementChange.SET,
        "retirement-1-20261215",
        date(2026, 12, 15),
    )
    assert plan.announced_labels == {RETIREMENT: f"1-20261215-{GENERATION}"}
    assert not plan.is_due


def test_a_date_is_taken_as_it_stands_also_one_that_has_come() -> None:
    later = plan_retirement(a_model(labels={"retire": "2027-02-28"}), RULE, NOW)
    now = plan_retirement(a_model(labels={"retire": "2026-12-01"}), RULE, NOW)

    assert "retire" not in later.labels
    assert (later.due, later.is_due) == (date(2027, 2, 28), False)
    assert (now.due, now.is_due) == (date(2026, 12, 1), True)


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
    model, plan = settled(a_model(labels={"retire": value}))

    assert (plan.change, plan.due, plan.is_due) == (RetirementChange.UNCLEAR, None, False)
    assert plan_retirement(model, RULE, NOW + timedelta(days=400)).is_empty
    assert model.labels["retire"] == value


def test_a_model_without_the_label_is_left_alone() -> None:
    assert plan_retirement(a_model(labels={"team": "growth"}), RULE, NOW).is_empty
    assert plan_retirement(a_model(labels={"retire": "true"}), None, NOW).is_empty


def test_what_was_seen_and_told_is_not_told_again() -> None:
    assert plan_retirement(retiring(), RULE, NOW).is_empty


def test_a_change_that_was_not_told_is_told_under_the_same_key() -> None:
    first = plan_retirement(a_model(labels={"retire": "true"}), RULE, NOW)
    model = patched(a_model(labels={"retire": "true"}), dict(first.labels))

    again = plan_retirement(model, RULE, NOW + timedelta(days=1))

    assert not again.labels
    assert (again.change, again.key, again.due) == (first.change, first.key, first.due)
    assert again.announced_labels == first.announced_labels


def test_when_the_date_has_come_the_deletion_is_due_at_every_look() -> None:
    model, then = retiring(), NOW + timedelta(days=14)

    plan = plan_retirement(model, RULE, then)

    assert (plan.is_due, plan.key, plan.change, plan.labels) == (
        True,
        "retirement-1-20261215",
        None,
        {},
    )
    assert is_still_due(model, RULE, then)
    assert not is_still_due(model, RULE, then - timedelta(hours=10))


def test_a_label_taken_away_in_the_grace_period_is_a_withdrawal_of_the_same_retirement() -> None:
    model = patched(retiring(), {"retire": None})

    after, plan = settled(model)

    assert (plan.change, plan.key) == (RetirementChange.WITHDRAWN, "retirement-1-20261215")
    assert plan_retirement(after, RULE, NOW).is_empty
    assert not is_still_due(model, RULE, NOW + timedelta(days=400))


def test_a_withdrawal_that_was_not_told_is_told_under_the_same_key() -> None:
    gone = patched(retiring(), {"retire": None})
    model = patched(gone, dict(plan_retirement(gone, RULE, NOW).labels))

    again = plan_retirement(model, RULE, NOW)

    assert (again.change, again.key) == (RetirementChange.WITHDRAWN, "retirement-1-20261215")


def test_a_label_set_again_is_another_retirement() -> None:
    withdrawn = settled(patched(retiring(), {"retire": None}))[0]

    plan = plan_retirement(patched(withdrawn, {"retire": "true"}), RULE, NOW)

    assert (plan.change, plan.key) == (RetirementChange.SET, "retirement-3-20261215")


def test_a_date_that_is_put_off_is_another_retirement_and_the_first_is_not_due() -> None:
    model = patched(retiring("2026-12-01"), {"retire": "2027-01-01"})

    plan = plan_retirement(model, RULE, NOW)

    assert (plan.change, plan.key, plan.due) == (
        RetirementChange.SET,
        "retirement-2-20270101",
        date(2027, 1, 1),
    )
    assert not is_still_due(model, RULE, NOW)


def test_a_label_that_a_replace_spared_is_not_followed_on_the_new_model() -> None:
    old = retiring("2026-12-01")
    new = replace(old, created=CREATED + timedelta(hours=1))

    after, plan = settled(new)

    assert (plan.change, plan.key, plan.is_due) == (
        RetirementChange.INHERITED,
        "retirement-1-20261201",
        False,
    )
    assert "retire" not in after.labels
    assert not is_still_due(new, RULE, NOW + timedelta(days=400))
    assert plan_retirement(after, RULE, NOW + timedelta(days=400)).is_empty


@pytest.mark.parametrize("value", ["true", "2027-03-01"])
def test_a_label_that_was_set_anew_on_the_new_model_is_followed(value: str) -> None:
    old = retiring("2026-12-01")
    new = patched(replace(old, created=CREATED + timedelta(hours=1)), {"retire": value})

    after, plan = settled(new)

    assert (plan.change, plan.is_due) == (RetirementChange.SET, False)
    assert plan.key in {"retirement-2-20261215", "retirement-2-20270301"}
    assert after.labels["retire"] in {"2026-12-15", "2027-03-01"}
    assert plan_retirement(after, RULE, NOW).is_empty


def test_an_inheritance_that_was_not_told_is_told_as_such() -> None:
    new = replace(retiring(), created=CREATED + timedelta(hours=1))
    half = patched(new, dict(plan_retirement(new, RULE, NOW).labels))

    again = plan_retirement(half, RULE, NOW)

    assert (again.change, again.key) == (RetirementChange.INHERITED, "retirement-1-20261215")


def test_a_date_that_was_seen_in_time_is_still_followed_when_it_is_over() -> None:
    model = retiring("2026-12-05")

    plan = plan_retirement(model, RULE, NOW + timedelta(days=30))

    assert (plan.is_due, plan.change) == (True, None)


def test_two_retirements_are_two_also_where_a_statement_replaced_all_labels_between_them() -> None:
    keys = []
    for value in ("2026-12-05", "2026-12-06"):  # ALTER MODEL: no mark is left
        model, plan = settled(a_model(labels={"retire": value}))
        _, end = settled(patched(model, {"retire": None}))
        keys += [plan.key, end.key]

    assert keys == [f"retirement-1-2026120{day}" for day in (5, 5, 6, 6)]


def test_a_rule_that_follows_no_label_any_more_withdraws() -> None:
    assert plan_retirement(retiring(), None, NOW).change is RetirementChange.WITHDRAWN


@pytest.mark.parametrize(
    "value", ["soon", f"1-20261399-{GENERATION}", f"1-00000101-{GENERATION}", "1-20261201-x"]
)
def test_a_mark_that_a_person_garbled_counts_as_absent(value: str) -> None:
    assert RetirementLabel.read({RETIREMENT: value}) == RetirementLabel()
    assert not may_be_due({RETIREMENT: value}, NOW)


@pytest.mark.parametrize("value", ["2026-12-01", "9999-12-31"])
def test_a_date_far_away_is_read_again_as_it_was_written(value: str) -> None:
    model, plan = settled(a_model(labels={"retire": value}))

    assert plan.due == date.fromisoformat(value)
    assert RetirementLabel.read(model.labels).due == plan.due
    assert plan_retirement(model, RULE, NOW).change is None


VALUES = st.none() | st.sampled_from(["", "true", "no", "2026-12-01", "2027-01-01", "x"])


@given(st.lists(st.tuples(VALUES, st.integers(0, 30)), max_size=8))
def test_whatever_people_set_every_change_has_a_key_of_its_own_and_a_second_look_is_empty(
    history: list[tuple[str | None, int]],
) -> None:
    model, now = a_model(), NOW
    told = []
    for value, days in history:
        now += timedelta(days=days)
        model, plan = settled(patched(model, {"retire": value}), now)
        told += [(plan.change, plan.key)] if plan.change else []

        again = plan_retirement(model, RULE, now)
        assert (again.labels, again.change) == ({}, None)
        assert again.is_due == plan.is_due
    assert len(told) == len(set(told))
