from __future__ import annotations

from builders import CHURN, a_model, a_version
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from shared.application import merged
from shared.facts import ModelVersion
from shared.marks import VersionMarks, announced_label, source_mark
from shared.plan import RegistrationPlan, plan_registration
from shared.policy import Register
from shared.reasons import Reason

ALIASES = st.lists(st.sampled_from(["prod", "staging", "champion"]), unique=True).map(tuple)
LABELS = st.dictionaries(st.sampled_from(["team", "tier"]), st.sampled_from(["a", "b"]))


def a_decision(**changes: object) -> Register:
    values: dict[str, object] = {
        "reason": Reason.RULE_MATCHED,
        "rule": "production-models",
        "model_id": "prod_sales-churn",
        "shares_id": False,
        "aliases": ("prod",),
        "labels": {"team": "growth"},
        "description": "",
    }
    return Register(**{**values, **changes})  # type: ignore[arg-type]


def applied(plan: RegistrationPlan) -> ModelVersion:
    """The version after all steps of a plan."""
    aliases = (*plan.version.aliases, *plan.aliases)
    labels = merged(plan.version.labels, plan.labels)
    if plan.events:
        labels |= announced_label(labels, plan.revision)
    return replace(plan.version, aliases=aliases, labels=labels, description=plan.description)


def types(plan: RegistrationPlan) -> list[str]:
    return [event.type.value for event in plan.events]


def test_a_new_version_is_marked_aliased_and_announced() -> None:
    plan = plan_registration(a_model(), a_decision(), a_version())

    assert plan.aliases == ("prod",)
    assert types(plan) == ["model.v1.registered", "alias.v1.assigned"]
    assert VersionMarks.read(plan.labels) == VersionMarks(
        source=source_mark(CHURN), revision=1, announced=0, aliases={"prod": 1}
    )
    assert plan.revision == 1


@given(aliases=ALIASES, labels=LABELS, description=st.sampled_from(["", "x"]))
def test_planning_after_applying_gives_an_empty_plan(
    aliases: tuple[str, ...], labels: dict[str, str], description: str
) -> None:
    decision = a_decision(aliases=aliases, labels=labels, description=description)
    plan = plan_registration(a_model(), decision, a_version())

    again = plan_registration(a_model(), decision, applied(plan))

    assert not plan.is_empty
    assert again.is_empty


@given(st.lists(ALIASES, min_size=1, max_size=5))
def test_an_alias_is_announced_once_for_each_time_it_is_set(history: list[tuple[str, ...]]) -> None:
    version, ids = a_version(), []
    for aliases in history:
        plan = plan_registration(a_model(), a_decision(aliases=aliases), version)
        ids += [event.id for event in plan.events]
        version = applied(plan)

    assert len(ids) == len(set(ids))
    assert len(ids) == 1 + len({alias for aliases in history for alias in aliases})


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
    assert VersionMarks.read(plan.labels).aliases == {"prod": 0}


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
