"""The end of a generation: announced once, with the version that it had."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from msgspec.structs import replace

from bqml_registrar.bookkeeping.model_document import (
    AliasRecord,
    Giver,
    ModelDocument,
    PastGeneration,
    buried,
    new_document,
)
from bqml_registrar.bookkeeping.transitions import Change
from bqml_registrar.registration.ending import plan_succession, with_end
from tests.builders import CREATED, a_model, a_version
from tests.unit.registration.planned import NEW, next_id

ENDED = CREATED + timedelta(minutes=5)
UNREGISTERED = a_model()
NEXT_MODEL = a_model(created=ENDED)
REGISTERED = replace(NEW, vertex=a_version().name)


def gone(model: ModelDocument = REGISTERED) -> PastGeneration:
    return PastGeneration(generation=model.generation, ended=ENDED, vertex=model.vertex)


def named_in(document: ModelDocument) -> list[str]:
    """The versions that the announced ends name as gone."""
    events = (json.loads(transition.event) for transition in document.transitions)
    return [event["payload"]["gone"]["name"] for event in events]


def test_the_end_of_a_registered_model_is_frozen_with_the_version_that_is_gone() -> None:
    document = with_end(REGISTERED, gone(), next_id)

    (transition,) = document.transitions
    assert transition.kind == "model.v1.deleted"
    assert transition.is_effected
    assert named_in(document) == [str(REGISTERED.vertex)]


def test_the_end_of_a_model_that_was_never_registered_announces_nothing() -> None:
    document = new_document(UNREGISTERED, "epoch")

    assert with_end(document, gone(document), next_id) is document


def test_a_dry_run_gives_the_end_the_same_id_each_time() -> None:
    first, second = (with_end(REGISTERED, gone(), None).transitions[0].id for _ in range(2))

    assert first == second


def test_a_model_that_no_rule_names_ends_the_registered_one_whose_place_it_took() -> None:
    plan = plan_succession(NEXT_MODEL, REGISTERED, next_id)

    assert named_in(plan.effected) == [str(REGISTERED.vertex)]
    assert plan.settled.transitions == ()
    assert plan.settled.generation == NEXT_MODEL.generation
    assert plan.settled.past[0].is_told


def test_the_aliases_of_the_ended_model_stay_remembered_for_a_rule_that_comes_later() -> None:
    document = replace(REGISTERED, aliases={"eu-test": AliasRecord(giver=Giver.PEOPLE)})

    plan = plan_succession(NEXT_MODEL, document, next_id)

    assert plan.settled.past[0].aliases == ("eu-test",)


SILENT = {
    "it was dropped before, which a deletion announced": buried(REGISTERED, ENDED, ENDED),
    "it was never registered": new_document(UNREGISTERED, "epoch"),
}


@pytest.mark.parametrize("document", SILENT.values(), ids=SILENT.keys())
def test_a_succession_announces_no_end_where(document: ModelDocument) -> None:
    plan = plan_succession(NEXT_MODEL, document, next_id)

    assert plan.effected.transitions == ()
    assert plan.settled.generation == NEXT_MODEL.generation


def test_what_happened_and_was_not_announced_yet_stays_to_be_announced() -> None:
    waiting = REGISTERED.with_changes([Change(kind="alias.v1.assigned", target="prod")], next_id)
    happened = replace(waiting, transitions=(waiting.transitions[0].effected("{}"),))

    plan = plan_succession(NEXT_MODEL, happened, next_id)

    assert [each.kind for each in plan.effected.transitions] == [
        "alias.v1.assigned",
        "model.v1.deleted",
    ]


def test_what_was_planned_for_the_ended_model_and_never_happened_is_forgotten() -> None:
    waiting = REGISTERED.with_changes([Change(kind="alias.v1.assigned", target="prod")], next_id)

    plan = plan_succession(NEXT_MODEL, waiting, next_id)

    assert [each.kind for each in plan.effected.transitions] == ["model.v1.deleted"]
