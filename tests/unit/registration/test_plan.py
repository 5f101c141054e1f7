from __future__ import annotations

import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bqml_registrar.bookkeeping.ownership import source_mark
from bqml_registrar.bookkeeping.versions import AliasMark, VersionMarks, announced_labels
from bqml_registrar.registration.apply import merged
from bqml_registrar.registration.plan import RegistrationPlan, asks_for_others, plan_registration
from bqml_registrar.resources.models import ModelVersion
from tests.builders import CHURN, a_decision, a_model, a_version

ALIASES = st.lists(st.sampled_from(["prod", "staging", "champion"]), unique=True).map(tuple)
LABELS = st.dictionaries(st.sampled_from(["team", "tier"]), st.sampled_from(["a", "b"]))


def applied(plan: RegistrationPlan) -> ModelVersion:
    """The version after all steps of a plan."""
    kept = (alias for alias in plan.version.aliases if alias not in plan.removed_aliases)
    aliases = (*kept, *plan.aliases)
    labels = merged(plan.version.labels, plan.labels)
    if plan.events:
        labels = merged(labels, announced_labels(labels, plan.revision))
    return replace(plan.version, aliases=aliases, labels=labels, description=plan.description)


def types(plan: RegistrationPlan) -> list[str]:
    return [event.type.value for event in plan.events]


def test_a_new_version_is_marked_aliased_and_announced() -> None:
    plan = plan_registration(a_model(), a_decision(), a_version())

    assert plan.aliases == ("prod",)
    assert types(plan) == ["model.v1.registered", "alias.v1.assigned"]
    assert VersionMarks.read(plan.labels) == VersionMarks(
        of_dataset="prod_sales",
        of_model="churn",
        source=source_mark(CHURN),
        revision=1,
        announced=0,
        aliases={"prod": AliasMark(1)},
    )
    assert plan.revision == 1


@given(aliases=ALIASES, labels=LABELS, description=st.sampled_from(["", "x"]))
def test_planning_after_applying_gives_an_empty_plan(
    aliases: tuple[str, ...], labels: dict[str, str], description: str
) -> None:
    decision = a_decision(aliases=aliases, labels=labels, description=description)
    plan = plan_registration(a_model(), decision, a_version())
    labelled = a_model(labels=merged({}, plan.model_labels))

    again = plan_registration(labelled, decision, applied(plan))

    assert not plan.is_empty
    assert again.is_empty


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
    assert VersionMarks.read(applied(plan).labels).aliases == {}


def test_no_alias_is_taken_away_while_the_creating_job_that_gives_it_is_not_found() -> None:
    version = applied(plan_registration(a_model(), a_decision(), a_version()))
    unsure = a_decision(aliases=(), aliases_known=False)

    plan = plan_registration(a_model(), unsure, version)

    assert not plan.changes_version


def test_what_was_decided_and_not_announced_is_told_before_the_contrary_is_done() -> None:
    version = applied(plan_registration(a_model(), a_decision(), a_version()))
    withdrawn = plan_registration(a_model(), a_decision(aliases=()), version)
    crashed = replace(version, labels=merged(version.labels, withdrawn.labels), aliases=())

    first = plan_registration(a_model(), a_decision(), crashed)
    second = plan_registration(a_model(), a_decision(), applied(first))

    assert (types(first), first.unfinished) == (["alias.v1.removed"], True)
    assert (types(second), second.unfinished) == (["alias.v1.assigned"], False)


def test_a_change_made_but_not_announced_is_part_of_the_plan_with_the_same_ids() -> None:
    plan = plan_registration(a_model(), a_decision(), a_version())
    crashed = replace(plan.version, labels=plan.labels, aliases=("default", "prod"))

    again = plan_registration(a_model(), a_decision(), crashed)

    assert not again.writes_version
    assert again.aliases == ()
    assert [event.id for event in again.events] == [event.id for event in plan.events]


def test_an_alias_that_the_version_has_already_is_noted_but_not_announced() -> None:
    version = a_version(aliases=("default", "prod"))

    plan = plan_registration(a_model(), a_decision(), version)

    assert plan.aliases == ()
    assert types(plan) == ["model.v1.registered"]
    assert VersionMarks.read(plan.labels).aliases == {"prod": AliasMark(0)}


def test_marks_of_aliases_that_are_no_longer_given_do_not_pile_up() -> None:
    version = a_version()
    for number in range(70):
        decision = a_decision(aliases=(f"stage-{number}",))
        version = applied(plan_registration(a_model(), decision, version))

    assert list(VersionMarks.read(version.labels).aliases) == ["stage-69"]
    assert VersionMarks.read(version.labels).revision == 70


def test_a_revision_mark_that_a_person_removed_is_found_again_from_the_others() -> None:
    version = applied(plan_registration(a_model(), a_decision(), a_version()))
    labels = {k: v for k, v in version.labels.items() if k != "bqml-registrar-revision"}

    plan = plan_registration(
        a_model(), a_decision(aliases=("prod", "champion")), replace(version, labels=labels)
    )

    assert plan.revision == 2
    assert plan.aliases == ("champion",)
    assert types(plan) == ["alias.v1.assigned"]


def test_only_our_keys_are_touched() -> None:
    version = a_version(labels={"reviewed-by": "bo", "team": "old"}, description="by hand")

    plan = plan_registration(a_model(), a_decision(), version)

    assert plan.labels["team"] == "growth"
    assert "reviewed-by" not in plan.labels
    assert plan.description == "by hand"


def test_garbled_marks_count_as_absent() -> None:
    version = a_version(labels={"bqml-registrar-revision": "-x", "bqml-registrar-announced": "²"})

    plan = plan_registration(a_model(), a_decision(), version)

    assert VersionMarks.read(plan.labels).revision == 1


def test_the_event_says_what_the_model_type_can_do() -> None:
    plan = plan_registration(a_model(model_type="ARIMA_PLUS"), a_decision(), a_version())

    section = plan.events[0].payload.version

    assert not section.deployable
    assert "ML.FORECAST" in section.note


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
