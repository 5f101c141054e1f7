"""Aliases: given, taken away where the rule had given them, and announced each time."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bqml_registrar.bookkeeping.model_document import AliasRecord, Giver
from bqml_registrar.registration.alias_plan import may_be_elsewhere
from bqml_registrar.registration.plan import RegistrationPlan
from bqml_registrar.resources.models import ModelVersion
from tests.builders import a_decision, a_version
from tests.unit.registration.planned import ALIASES, NEW, applied, kinds, planned, targets

RULE = AliasRecord(giver=Giver.RULE, is_decided=True)
PEOPLE = AliasRecord(giver=Giver.PEOPLE)
GIVEN, TAKEN = "alias.v1.assigned", "alias.v1.removed"


def after(plan: RegistrationPlan, *aliases: str, **decided: object) -> RegistrationPlan:
    """The plan by which the rule gives other aliases, once a plan is carried out."""
    decision = a_decision(aliases=aliases, **decided)
    return planned(decision, applied(plan), plan.settled)


@given(st.lists(ALIASES, min_size=1, max_size=5))
def test_an_alias_is_announced_each_time_it_is_given_and_taken_away(
    history: list[tuple[str, ...]],
) -> None:
    version, document, transitions = a_version(), NEW, []
    for aliases in history:
        plan = planned(a_decision(aliases=aliases), version, document)
        transitions += plan.effected.transitions
        version, document = applied(plan), plan.settled
        assert set(version.aliases) == {"default", *aliases}
        assert {*document.aliases} == {*aliases}

    before_and_after = list(itertools.pairwise([(), *history]))
    gained = sum(len(set(after) - set(before)) for before, after in before_and_after)
    lost = sum(len(set(before) - set(after)) for before, after in before_and_after)
    told = Counter(each.kind for each in transitions)
    assert len({each.id for each in transitions}) == len(transitions)
    assert (told[GIVEN], told[TAKEN]) == (gained, lost)


PEOPLES = st.lists(st.sampled_from(["prod", "staging", "eu"]), unique=True)


@given(PEOPLES, st.lists(ALIASES, max_size=5))
def test_nothing_is_taken_from_people_whatever_the_rule_gives_and_no_longer_gives(
    by_hand: list[str], history: list[tuple[str, ...]]
) -> None:
    version, document = a_version(aliases=("default", *by_hand)), NEW
    for aliases in history:
        plan = planned(a_decision(aliases=aliases), version, document)
        version, document = applied(plan), plan.settled
        assert {*by_hand} <= {*version.aliases}
        assert not {*by_hand} & {target for _, target in targets(plan.effected.transitions)}

    assert {*by_hand} <= {*document.peoples_aliases} or not history


@given(PEOPLES)
def test_an_alias_that_a_person_adds_later_is_remembered_as_a_persons(by_hand: list[str]) -> None:
    plan = planned(a_decision(aliases=("prod",)))
    version = applied(plan)
    joined = replace(version, aliases=tuple(dict.fromkeys((*version.aliases, *by_hand))))

    again = planned(a_decision(), joined, plan.settled)

    assert {*again.settled.peoples_aliases} == {*by_hand} - {"prod"}
    assert not again.has_effects


def test_an_alias_that_the_rule_no_longer_gives_is_taken_away_where_the_rule_had_given_it() -> None:
    plan = after(planned(), "staging")

    assert (plan.aliases, plan.removed_aliases) == (("staging",), ("prod",))
    assert kinds(plan) == [GIVEN, TAKEN]
    assert plan.settled.aliases == {"staging": RULE}


def test_the_registrys_own_alias_is_nobodys() -> None:
    assert "default" not in planned().settled.aliases
    assert planned(a_decision(aliases=("default",))).aliases == ()


@pytest.mark.parametrize(
    ("record", "is_there", "expected"),
    [
        pytest.param(RULE, True, ["prod"], id="the rule gave it"),
        pytest.param(RULE, False, [], id="the rule gave it, somebody took it"),
        pytest.param(replace(PEOPLE, is_decided=True), True, [], id="it was there before"),
        pytest.param(PEOPLE, True, [], id="a person gave it"),
        pytest.param(None, True, [], id="nobody knows"),
    ],
)
def test_only_what_the_rule_gave_and_the_version_still_has_is_taken_away(
    record: AliasRecord | None, is_there: bool, expected: list[str]
) -> None:
    version = a_version(aliases=("default", "prod") if is_there else ("default",))
    document = replace(NEW, vertex=version.name, aliases={"prod": record} if record else {})

    plan = planned(a_decision(aliases=()), version, document)

    assert list(plan.removed_aliases) == expected


def test_an_alias_that_somebody_took_away_is_not_given_again_and_not_announced() -> None:
    plan = planned()
    taken = replace(applied(plan), aliases=("default",))

    again = planned(a_decision(), taken, plan.settled)

    assert (again.aliases, kinds(again)) == ((), [])
    assert again.settled.aliases == {"prod": replace(RULE, is_there=False)}
    assert planned(a_decision(aliases=()), taken, again.settled).settled.aliases == {}


def test_no_alias_is_taken_away_while_the_creating_job_that_gives_it_is_not_found() -> None:
    plan = after(planned(), aliases_known=False)

    assert not plan.has_effects
    assert plan.settled.aliases == {"prod": RULE}


def test_an_alias_that_the_version_has_already_is_remembered_but_not_announced() -> None:
    plan = planned(version=a_version(aliases=("default", "prod")))

    assert plan.aliases == ()
    assert kinds(plan) == ["model.v1.registered"]
    assert plan.settled.aliases == {"prod": replace(PEOPLE, is_decided=True)}


def test_records_of_aliases_that_are_no_longer_given_do_not_pile_up() -> None:
    plan = planned(a_decision(aliases=("stage-0",)))
    for number in range(1, 70):
        plan = after(plan, f"stage-{number}")

    assert plan.settled.aliases == {"stage-69": RULE}


# Between a delivery that wrote its plan down and one that finishes it.


def test_what_was_decided_and_not_announced_is_told_before_the_contrary_is_done() -> None:
    first = planned()
    withdrawn = after(first)
    crashed = replace(applied(withdrawn), aliases=("default",))

    told = planned(a_decision(), crashed, withdrawn.planned)
    given_again = planned(a_decision(), crashed, told.settled)

    assert (kinds(told), told.unfinished, told.aliases) == ([TAKEN], True, ())
    assert (kinds(given_again), given_again.unfinished) == ([GIVEN], False)
    assert given_again.aliases == ("prod",)


def test_an_alias_that_was_given_and_is_no_longer_decided_is_announced_then_taken_away() -> None:
    plan = planned()
    crashed = applied(plan)

    told = planned(a_decision(aliases=()), crashed, plan.planned)
    withdrawn = planned(a_decision(aliases=()), crashed, told.settled)

    assert (kinds(told), told.unfinished) == (["model.v1.registered", GIVEN], True)
    assert (kinds(withdrawn), withdrawn.removed_aliases) == ([TAKEN], ("prod",))


def test_an_alias_that_was_not_given_yet_and_is_no_longer_decided_is_neither_given_nor_told() -> (
    None
):
    plan = planned()
    abandoned = {t.id for t in plan.planned.transitions if t.kind == GIVEN}

    again = planned(a_decision(aliases=()), a_version(), plan.planned)
    later = after(again, "prod")

    assert kinds(again) == ["model.v1.registered"]
    assert later.aliases == ("prod",)
    assert not abandoned & {
        t.id for t in (*again.effected.transitions, *later.effected.transitions)
    }


@pytest.mark.parametrize(
    ("holder", "added"),
    [
        pytest.param("", False, id="on no version"),
        pytest.param("2", True, id="still where it was"),
        pytest.param("3", False, id="on a third one"),
    ],
)
def test_an_alias_that_somebody_moved_meanwhile_is_left_there_for_good(
    holder: str, added: bool
) -> None:
    shared = a_decision(shares_id=True)
    plan = planned(shared, a_version(), others=[a_version("2", aliases=("prod",))])
    others = [a_version(holder, aliases=("prod",))] if holder else []

    again = planned(shared, a_version(), plan.planned, others)
    later = planned(shared, applied(again), again.settled, others)

    assert (again.aliases == ("prod",)) is added
    assert [left.target for left in again.unknown] == ([] if added else ["prod"])
    assert (GIVEN in kinds(again)) is added
    assert (later.aliases, kinds(later)) == ((), [])


@pytest.mark.parametrize(
    ("decision", "version", "known", "expected"),
    [
        pytest.param(a_decision(shares_id=True), a_version(), {}, True, id="it is to be set"),
        pytest.param(a_decision(), a_version(), {}, False, id="the id is the model's own"),
        pytest.param(
            a_decision(shares_id=True), a_version(aliases=("prod",)), {}, False, id="it is here"
        ),
        pytest.param(
            a_decision(shares_id=True), a_version(), {"prod": RULE}, False, id="it was set before"
        ),
        pytest.param(
            a_decision(shares_id=True), a_version(), {"prod": PEOPLE}, True, id="not by the rule"
        ),
    ],
)
def test_other_versions_are_asked_for_where_they_may_have_an_alias(
    decision: object, version: ModelVersion, known: dict[str, AliasRecord], *, expected: bool
) -> None:
    assert may_be_elsewhere(decision, version.aliases, known) is expected  # type: ignore[arg-type]
