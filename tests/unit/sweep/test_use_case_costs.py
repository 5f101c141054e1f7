"""What a sweep costs for models that did not change since the last one: nothing, whatever they are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from msgspec.structs import replace

from bqml_registrar.errors import RetryableError
from bqml_registrar.policy.facts import Source
from bqml_registrar.reasons import Reason
from tests.builders import CHURN, a_model, a_policy
from tests.unit.registration.deliveries import a_change, document, settle
from tests.unit.sweep.sweeping import DATASET, LABELLED, Sweeping, relabelled, settled


def registered() -> Sweeping:
    return settled(a_model(labels=LABELLED))


def version(world: Sweeping, **changes: object) -> None:
    (name,) = world.google.versions
    found = world.google.versions[name]
    world.google.versions[name] = replace(found, etag=world.google.etag(), **changes)  # type: ignore[arg-type]


def replaced_by_one_that_no_rule_names() -> Sweeping:
    world = registered()
    world.google.clock.time += timedelta(hours=2)
    world.google.replace(CHURN, {})
    return world


def dropped_and_made_anew_without_labels() -> Sweeping:
    world = registered()
    world.google.drop(CHURN)
    settle(world.google, change=a_change(at=world.google.clock.now()))
    world.sweep()
    world.google.models[CHURN] = a_model(created=world.google.clock.now())
    return world


def with_labels_of_0_4_0() -> Sweeping:
    return Sweeping(a_model(labels={"bqml-registrar-swept": "x", "team": "growth"}))


def without_its_label_and_with_a_persons_alias() -> Sweeping:
    world = registered()
    relabelled(world, vertex="no")
    world.sweep()
    version(world, aliases=("default", "prod", "mine"), labels={})
    return world


def with_many_aliases() -> Sweeping:
    world = registered()
    version(world, aliases=("default", "prod", *(f"alias-{n:02}" for n in range(70))))
    return world


def without_room_for_labels() -> Sweeping:
    world = registered()
    version(world, labels={f"k{n:02}": "x" for n in range(64)})
    return world


KINDS: dict[str, Callable[[], Sweeping]] = {
    "replaced by one that no rule names": replaced_by_one_that_no_rule_names,
    "dropped and made anew without labels": dropped_and_made_anew_without_labels,
    "labels of 0.4.0 on a model that no rule names": with_labels_of_0_4_0,
    "its label taken away": without_its_label_and_with_a_persons_alias,
    "more aliases than are remembered": with_many_aliases,
    "no room for labels": without_room_for_labels,
}


# A version without our label is in no list of our versions: its registry model is asked for them.
UNLISTED = ("its label taken away", "no room for labels")


@pytest.mark.parametrize("kind", KINDS)
def test_after_one_look_no_sweep_looks_at_it_again(kind: str) -> None:
    world = KINDS[kind]()
    for _ in range(3):
        world.rest()
        world.sweep()

    assert world.own_calls() == (["ListModelVersions"] if kind in UNLISTED else [])
    assert [event for event, _ in world.told()] == ["reconcile.v1.completed"]


def test_the_end_of_a_version_whose_model_was_replaced_by_one_that_no_rule_names_is_told_once() -> (
    None
):
    world = replaced_by_one_that_no_rule_names()

    world.sweep()
    first = world.told()
    world.rest()
    world.sweep()

    assert ("model.v1.deleted", "MODEL_DELETED") in first
    assert world.told() == [("reconcile.v1.completed", "DATASET_SWEPT")]


# What a sweep has not looked at it has not seen.


def came_registered(world: Sweeping, **labels: str) -> None:
    model = a_model(labels=labels, created=world.google.clock.now())
    world.google.models[CHURN] = world.google.register(model, "by-hand")


def recent() -> Sweeping:
    world = Sweeping(settle=300)
    came_registered(world, **LABELLED)
    world.google.clock.time += timedelta(seconds=30)
    return world


def failing() -> Sweeping:
    world = Sweeping()
    came_registered(world, **LABELLED)

    def fail() -> None:
        del world.google.before["models.get"]
        raise RetryableError(Reason.SERVICE_UNAVAILABLE, "503")

    world.google.before["models.get"] = fail
    return world


@pytest.mark.parametrize("made", [recent, failing], ids=["recent", "failed"])
def test_a_model_that_a_sweep_left_to_its_event_is_announced_by_it(
    made: Callable[[], Sweeping],
) -> None:
    world = made()
    world.deliver(DATASET)
    world.google.clock.time += timedelta(seconds=10)

    outcome = settle(world.google, world.policy)

    assert (outcome.announced, outcome.notes) == (("model.v1.registered", "alias.v1.assigned"), ())


def test_a_model_that_a_label_of_its_dataset_asks_for_later_is_announced() -> None:
    world = Sweeping(policy=a_policy(label_sources=(Source.MODEL, Source.DATASET)))
    came_registered(world)
    world.google.clock.time += timedelta(hours=1)
    world.deliver(DATASET)
    world.google.datasets[CHURN.dataset] = dict(LABELLED)

    outcome = settle(world.google, world.policy)

    assert (outcome.announced, outcome.notes) == (("model.v1.registered", "alias.v1.assigned"), ())


def test_what_a_sweep_cannot_recall_is_logged_with_its_model() -> None:
    world = registered()
    world.google.documents.clear()

    outcome = world.sweep()

    (note,) = outcome.notes
    assert (note.reason, note.name) == (Reason.MEMORY_REBUILT, CHURN)
    assert document(world.google).is_rebuilt
