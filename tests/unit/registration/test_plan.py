from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bqml_registrar.bookkeeping.ownership import source_digest
from bqml_registrar.bookkeeping.versions import AliasLabel, VersionLabels
from bqml_registrar.registration.apply import merged
from bqml_registrar.registration.plan import plan_registration
from tests.builders import CHURN, a_decision, a_model, a_version
from tests.unit.registration.planned import ALIASES, applied, types

LABELS = st.dictionaries(st.sampled_from(["team", "tier"]), st.sampled_from(["a", "b"]))


def test_a_new_version_is_marked_aliased_and_announced() -> None:
    plan = plan_registration(a_model(), a_decision(), a_version())

    assert plan.aliases == ("prod",)
    assert types(plan) == ["model.v1.registered", "alias.v1.assigned"]
    assert VersionLabels.read(plan.labels) == VersionLabels(
        of_dataset="prod_sales",
        of_model="churn",
        source=source_digest(CHURN),
        revision=1,
        announced=0,
        aliases={"prod": AliasLabel(1)},
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

    assert VersionLabels.read(plan.labels).revision == 1


def test_the_event_says_what_the_model_type_can_do() -> None:
    plan = plan_registration(a_model(model_type="ARIMA_PLUS"), a_decision(), a_version())

    section = plan.events[0].payload.version

    assert not section.deployable
    assert "ML.FORECAST" in section.note
