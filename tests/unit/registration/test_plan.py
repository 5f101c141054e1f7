"""The plan as a whole: what it stores, does and announces, and when nothing is left to do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bqml_registrar.bookkeeping.model_document import (
    AliasRecord,
    Giver,
    Look,
    ModelDocument,
    succeeded,
)
from bqml_registrar.bookkeeping.ownership import OWNER, version_labels
from bqml_registrar.bookkeeping.transitions import Change
from bqml_registrar.delivery.outbox import events_of
from bqml_registrar.registration.plan import Means, RegistrationPlan, asks_for_others
from tests.builders import CHURN, CREATED, a_decision, a_model, a_version
from tests.unit.registration.planned import (
    ALIASES,
    MEANS,
    NEW,
    REGISTERED,
    applied,
    kinds,
    next_id,
    planned,
    relabelled,
)

LABELS = st.dictionaries(st.sampled_from(["team", "tier"]), st.sampled_from(["a", "b"]))
OF_0_4_0 = {"bqml-registrar-revision": "1", "bqml-registrar-alias-prod": "1"}
LINE = "[bqml-registrar 83e2ef6d: 01ddff__1793611800000__1___beta_-2__eu-test]"


def test_a_new_version_is_labelled_aliased_and_announced() -> None:
    plan = planned()

    assert plan.aliases == ("prod",)
    assert kinds(plan) == ["model.v1.registered", "alias.v1.assigned"]
    assert plan.labels == {"team": "growth", **version_labels(CHURN)}
    assert plan.settled.vertex == a_version().name
    assert plan.settled.aliases == {"prod": AliasRecord(giver=Giver.RULE, is_decided=True)}
    assert plan.settled.transitions == ()


@given(aliases=ALIASES, labels=LABELS, description=st.sampled_from(["", "x"]))
def test_planning_after_applying_gives_a_plan_that_is_done(
    aliases: tuple[str, ...], labels: dict[str, str], description: str
) -> None:
    decision = a_decision(aliases=aliases, labels=labels, description=description)
    model = replace(REGISTERED, labels={"bqml-registrar-swept": "x"})
    version = a_version(labels=OF_0_4_0, model_description=f"By hand\n{LINE}")
    plan = planned(decision, version, model=model)
    patched = relabelled(model, plan.model_labels)

    again = planned(decision, applied(plan), plan.settled, model=patched)

    assert not plan.is_done(None)
    assert again.is_done(plan.settled)


def test_nothing_of_release_0_4_0_is_left_after_the_plan() -> None:
    labels = {"bqml-registrar-swept": "x", "bqml-registrar-memory-83e2ef6d-1": "y", "team": "z"}
    model = replace(REGISTERED, labels={**labels, OWNER: "production-models"})
    version = a_version(labels={**OF_0_4_0, "by-hand": "x"}, model_description=f"By hand\n{LINE}")

    plan = planned(version=version, model=model)
    after = applied(plan)

    assert relabelled(model, plan.model_labels).labels == {"team": "z", OWNER: "production-models"}
    assert after.labels == {"by-hand": "x", "team": "growth", **version_labels(CHURN)}
    assert after.model_description == "By hand"


def test_a_shared_description_without_a_line_of_ours_is_not_written() -> None:
    assert planned(version=a_version(model_description="By hand")).parent_description is None


def test_only_our_keys_are_touched() -> None:
    version = a_version(labels={"reviewed-by": "bo", "team": "old"}, description="by hand")

    plan = planned(version=version)

    assert plan.labels["team"] == "growth"
    assert "reviewed-by" not in plan.labels
    assert plan.description == "by hand"


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        pytest.param(60, 64, id="room for all"),
        pytest.param(62, 64, id="room for two"),
        pytest.param(63, 64, id="room for one"),
        pytest.param(64, 64, id="no room"),
    ],
)
def test_a_version_gets_as_many_labels_as_there_is_room_for_and_the_rules_own_first(
    there: int, expected: int
) -> None:
    people = {f"label-{number}": "x" for number in range(there)}

    plan = planned(version=a_version(labels=people))
    after = applied(plan)

    assert len(after.labels) == expected
    assert people.items() <= after.labels.items()
    assert ("team" in after.labels) is (there < 64)
    assert planned(a_decision(), after, plan.settled).is_done(plan.settled)


def test_a_label_that_is_there_gets_its_value_in_a_full_version_too() -> None:
    people = {f"label-{number}": "x" for number in range(63)}

    assert applied(planned(version=a_version(labels={**people, "team": "old"}))).labels["team"] == (
        "growth"
    )


def test_labels_that_people_took_away_come_back_in_silence() -> None:
    plan = planned()
    wiped = replace(applied(plan), labels={})

    again = planned(a_decision(), wiped, plan.settled, model=replace(REGISTERED, labels={}))

    assert again.labels == {"team": "growth", **version_labels(CHURN)}
    assert again.model_labels == {OWNER: "production-models"}
    assert (kinds(again), again.settled) == ([], plan.settled)


# What an earlier delivery wrote down.


def test_a_change_that_a_crash_left_unannounced_keeps_its_id() -> None:
    plan = planned()

    again = planned(a_decision(), applied(plan), plan.planned)

    assert not again.has_effects
    assert [t.id for t in again.effected.transitions] == [t.id for t in plan.planned.transitions]
    assert not again.is_done(plan.planned)


def test_what_an_event_says_is_not_changed_by_a_later_delivery() -> None:
    plan = planned()

    again = planned(a_decision(labels={"team": "risk"}), applied(plan), plan.effected)

    assert again.effected.transitions == plan.effected.transitions


def test_a_version_that_is_announced_is_not_announced_again() -> None:
    plan = planned()

    assert kinds(planned(a_decision(), applied(plan), plan.settled)) == []


def test_what_is_of_another_generation_cannot_be_told_and_is_said() -> None:
    plan = planned()
    document = succeeded(plan.planned, a_model(created=CREATED + timedelta(hours=1)))
    model = replace(REGISTERED, created=CREATED + timedelta(hours=1), vertex_version="2")

    again = planned(version=a_version("2"), document=document, model=model)

    assert {left.id for left in again.unknown} == {t.id for t in plan.planned.transitions}
    assert not {t.id for t in again.unknown} & {t.id for t in again.effected.transitions}


# A model that is not registered yet.


def first(**changes: object) -> RegistrationPlan:
    version = replace(a_version(), name=a_version().name.at(""), aliases=())
    return planned(version=version, model=a_model(), **changes)  # type: ignore[arg-type]


def test_a_model_is_registered_after_all_that_follows_was_written_down() -> None:
    plan = first()

    assert plan.register_as == "prod_sales-churn"
    assert plan.model_labels == {OWNER: "production-models"}
    assert [t.kind for t in plan.planned.transitions] == [
        "model.v1.registered",
        "alias.v1.assigned",
    ]
    assert (plan.settled.vertex, plan.settled.is_ours) == (None, False)


def test_what_was_written_down_before_a_registration_is_announced_after_it() -> None:
    plan = first()

    then = planned(version=a_version(), document=plan.planned)

    assert [t.id for t in then.effected.transitions] == [t.id for t in plan.planned.transitions]
    assert then.settled.is_ours


def test_a_registration_under_another_id_never_uses_the_id_of_the_abandoned_event() -> None:
    plan = first()
    abandoned = plan.planned.transitions[0]

    again = planned(
        a_decision(model_id="other"),
        replace(a_version(), name=a_version().name.at(""), aliases=()),
        plan.planned,
        model=a_model(),
    )

    told = [t for t in again.planned.transitions if t.kind == "model.v1.registered"]
    assert [(t.wanted, t.id == abandoned.id) for t in told] == [("other", False)]


def test_a_dry_run_has_the_same_ids_each_time_and_no_real_run_has_them() -> None:
    dry = Means(new_id=None)
    foreseen = [first(means=dry).effected.transitions for _ in range(2)]

    assert foreseen[0] == foreseen[1]
    assert not {t.id for t in foreseen[0]} & {t.id for t in first().effected.transitions}


# What a sweep keeps.


@pytest.mark.parametrize(
    ("means", "expected"),
    [
        pytest.param(MEANS, Look(policy="old", model="old"), id="an event"),
        pytest.param(
            Means(new_id=next_id, look=Look(policy="p", model="m")),
            Look(policy="p", model="m"),
            id="a sweep",
        ),
    ],
)
def test_only_a_sweep_changes_what_is_kept_of_the_last_look(means: Means, expected: Look) -> None:
    document = replace(NEW, look=Look(policy="old", model="old"))

    assert planned(document=document, means=means).settled.look == expected


@pytest.mark.parametrize(
    ("version", "document", "decision", "expected"),
    [
        pytest.param(a_version("1"), NEW, a_decision(), False, id="the first version"),
        pytest.param(a_version("2"), NEW, a_decision(), True, id="a later one, not announced"),
        pytest.param(
            a_version("2"), replace(NEW, vertex=a_version("2").name), a_decision(), False, id="announced"
        ),
        pytest.param(
            a_version("2"), replace(NEW, vertex=a_version("2").name), a_decision(shares_id=True), True, id="on a shared id"
        ),
        pytest.param(
            a_version("1"),
            NEW.with_changes([Change(kind="alias.v1.assigned", target="prod", before="2")], next_id),
            a_decision(),
            True,
            id="an alias that was on another one",
        ),
        pytest.param(
            a_version("2"),
            replace(NEW, vertex=a_version("2").name).with_changes(
                [Change(kind="alias.v1.assigned", target="prod")], next_id
            ),
            a_decision(),
            True,
            id="an alias that may have been moved",
        ),
        pytest.param(
            a_version("2"),
            replace(planned(version=a_version("2")).effected, vertex=a_version("2").name),
            a_decision(),
            False,
            id="an alias that was given",
        ),
    ],
)  # fmt: skip
def test_other_versions_are_read_only_where_the_plan_depends_on_them(
    version: object, document: ModelDocument, decision: object, *, expected: bool
) -> None:
    assert asks_for_others(decision, version, document) is expected  # type: ignore[arg-type]


def test_the_event_says_what_the_model_type_can_do() -> None:
    plan = planned(model=replace(REGISTERED, model_type="ARIMA_PLUS"))

    event = events_of(CHURN, plan.effected.transitions)[0]

    section = event.payload.version
    assert not section.deployable  # type: ignore[union-attr]
    assert "ML.FORECAST" in section.note  # type: ignore[union-attr]
