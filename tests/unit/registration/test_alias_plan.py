"""Aliases: given, taken away where the rule had set them, and announced each time."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bqml_registrar.bookkeeping.versions import AliasLabel, VersionLabels
from bqml_registrar.registration.apply import merged
from bqml_registrar.registration.plan import asks_for_others, plan_registration
from bqml_registrar.resources.models import ModelVersion
from tests.builders import a_decision, a_model, a_version
from tests.unit.registration.planned import ALIASES, applied, types


@given(st.lists(ALIASES, min_size=1, max_size=5))
def test_an_alias_is_announced_each_time_it_is_given_and_taken_away(
    history: list[tuple[str, ...]],
) -> None:
    version, events = a_version(), []
    for aliases in history:
        plan = plan_registration(a_model(), a_decision(aliases=aliases), version)
        events += plan.events
        version = applied(plan)
        assert set(version.aliases) == {"default", *aliases}

    before_and_after = list(itertools.pairwise([(), *history]))
    gained = sum(len(set(after) - set(before)) for before, after in before_and_after)
    lost = sum(len(set(before) - set(after)) for before, after in before_and_after)
    told = Counter(event.type.value for event in events)
    assert len({event.id for event in events}) == len(events)
    assert (told["alias.v1.assigned"], told["alias.v1.removed"]) == (gained, lost)


def test_an_alias_that_the_rule_no_longer_gives_is_taken_away_where_the_rule_had_set_it() -> None:
    version = applied(plan_registration(a_model(), a_decision(), a_version()))

    plan = plan_registration(a_model(), a_decision(aliases=("staging",)), version)

    assert (plan.aliases, plan.removed_aliases) == (("staging",), ("prod",))
    assert types(plan) == ["alias.v1.assigned", "alias.v1.removed"]


NOT_OURS_TO_TAKE = {
    "it was there before the rule gave it": a_version(aliases=("default", "prod")),
    "nobody gave it but a person": a_version(aliases=("default", "by-hand")),
}


@pytest.mark.parametrize("fresh", NOT_OURS_TO_TAKE.values(), ids=NOT_OURS_TO_TAKE)
def test_an_alias_that_no_rule_set_is_not_taken_away(fresh: ModelVersion) -> None:
    version = applied(plan_registration(a_model(), a_decision(), fresh))

    plan = plan_registration(a_model(), a_decision(aliases=()), version)

    assert set(fresh.aliases) <= set(applied(plan).aliases)


def test_an_alias_that_somebody_moved_away_is_not_announced_as_taken_away() -> None:
    version = applied(plan_registration(a_model(), a_decision(), a_version()))
    moved = replace(version, aliases=("default",))

    plan = plan_registration(a_model(), a_decision(aliases=()), moved)

    assert plan.events == ()
    assert VersionLabels.read(applied(plan).labels).aliases == {}


def test_no_alias_is_taken_away_while_the_creating_job_that_gives_it_is_not_found() -> None:
    version = applied(plan_registration(a_model(), a_decision(), a_version()))
    unsure = a_decision(aliases=(), aliases_known=False)

    plan = plan_registration(a_model(), unsure, version)

    assert not plan.changes_version


def test_an_alias_that_the_version_has_already_is_noted_but_not_announced() -> None:
    version = a_version(aliases=("default", "prod"))

    plan = plan_registration(a_model(), a_decision(), version)

    assert plan.aliases == ()
    assert types(plan) == ["model.v1.registered"]
    assert VersionLabels.read(plan.labels).aliases == {"prod": AliasLabel(0)}


def test_marks_of_aliases_that_are_no_longer_given_do_not_pile_up() -> None:
    version = a_version()
    for number in range(70):
        decision = a_decision(aliases=(f"stage-{number}",))
        version = applied(plan_registration(a_model(), decision, version))

    assert list(VersionLabels.read(version.labels).aliases) == ["stage-69"]
    assert VersionLabels.read(version.labels).revision == 70


@pytest.mark.parametrize(
    ("holder", "added"),
    [("", True), ("2", True), ("3", False)],
    ids=["on no version", "still where it was", "on a third one"],
)
def test_an_alias_that_another_version_took_over_meanwhile_is_not_taken_back(
    holder: str, added: bool
) -> None:
    shared = a_decision(shares_id=True)
    before = a_version("2", aliases=("prod",))
    plan = plan_registration(a_model(), shared, a_version(), others=[before])
    crashed = a_version(labels=merged({}, plan.labels))
    others = [a_version(holder, aliases=("prod",))] if holder else []

    again = plan_registration(a_model(), shared, crashed, others=others)

    assert asks_for_others(a_model(), shared, crashed)
    assert (again.aliases == ("prod",)) is added
    assert [event.id for event in again.events] == [event.id for event in plan.events]
