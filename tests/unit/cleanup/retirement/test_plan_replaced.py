"""Retire labels that a replace kept: nobody set them on the new model."""

from __future__ import annotations

import pytest

from bqml_registrar.cleanup.retirement.plan import (
    RetirementChange,
)
from tests.unit.cleanup.retirement.seen import LATER, asking, retiring


def test_a_label_that_a_replace_spared_is_not_followed_on_the_new_model() -> None:
    inherited = retiring("2026-12-01").replaced()

    plan, after = inherited.plan(), inherited.settled()

    assert (plan.change, plan.key, plan.is_due) == (
        RetirementChange.INHERITED,
        "retirement-1-20261201",
        False,
    )
    assert "retire" not in after.model.labels
    assert not inherited.is_still_due(LATER)
    assert after.plan(LATER).is_empty


def test_an_inherited_label_that_was_noted_and_not_removed_yet_is_removed_in_silence() -> None:
    crashed = retiring("2026-12-01").replaced().written()

    plan = crashed.plan()

    assert (plan.change, plan.labels) == (None, {"retire": None})
    assert "retire" not in crashed.settled().model.labels
    assert not crashed.is_still_due(LATER)


def test_a_date_that_a_person_set_before_an_inherited_one_was_removed_is_followed() -> None:
    crashed = retiring("2026-12-01").replaced().written().labelled("2027-03-01")

    assert crashed.plan().change is RetirementChange.SET


def test_the_same_date_set_again_after_an_inherited_one_was_removed_is_followed() -> None:
    settled = retiring("2026-12-01").replaced().settled().labelled("2026-12-01")

    assert settled.plan().change is RetirementChange.SET


def test_a_grace_period_whose_date_was_not_written_before_a_replace_is_not_followed() -> None:
    replaced = asking("true").written().replaced()

    assert replaced.plan().change is RetirementChange.INHERITED
    assert "retire" not in replaced.settled().model.labels


@pytest.mark.parametrize("value", ["true", "2027-03-01"])
def test_a_label_that_was_set_anew_on_the_new_model_is_followed(value: str) -> None:
    anew = retiring("2026-12-01").replaced().labelled(value)

    plan, after = anew.plan(), anew.settled()

    assert (plan.change, plan.is_due) == (RetirementChange.SET, False)
    assert after.model.labels["retire"] in {"2026-12-15", "2027-03-01"}
    assert after.plan().is_empty
