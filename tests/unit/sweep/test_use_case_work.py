"""Of a sweep's work none is lost, none is done twice, and none is done where nothing is to be done."""

from __future__ import annotations

import json
from datetime import timedelta

from bqml_registrar.delivery.outcome import Outcome
from tests.builders import CREATED, a_model, a_version
from tests.unit.registration.deliveries import document
from tests.unit.sweep.sweeping import (
    DATASET,
    DENIED,
    EVENTS,
    LABELLED,
    RETIRING,
    Sweeping,
    failing,
    requests,
    settled,
    some,
)

# Several deliveries.


def test_a_sweep_keeps_its_name_through_all_its_deliveries() -> None:
    world = Sweeping(*some(5), delivery_seconds=0)

    world.sweep()

    last = world.google.published[EVENTS][-1]
    assert json.loads(last.data)["sweep"]["id"] == "s1"
    assert last.attributes["ce-causeid"] == "s1"


def test_after_the_rest_of_a_page_the_next_ones_are_swept_whole() -> None:
    world = settled(*some(6))
    world.google.lists.page_size = 2

    outcome = world.deliver({**DATASET, "sweep": "s", "left": ["m001"]})

    assert isinstance(outcome, Outcome)
    assert world.counts() == {"models": 5, "unchanged": 5}
    assert world.own_calls() == []


def test_a_request_for_one_label_is_made_once_an_hour_however_often_it_is_swept() -> None:
    world = settled(a_model(labels={**LABELLED, "retire": "true"}), policy=RETIRING)
    world.google.clock.time += timedelta(days=7)
    for _ in range(3):
        world.google.clock.time += timedelta(minutes=5)
        world.deliver(DATASET, instance="one")

    assert len(requests(world)) == 1


# What is kept, and what is not.


def test_a_refusal_that_may_end_by_itself_is_looked_at_in_every_sweep() -> None:
    world = Sweeping(a_model(labels=LABELLED))
    other = a_version(aliases=("default",))
    world.google.versions[other.name] = other
    for _ in range(3):
        world.rest()
        world.sweep()
    assert world.counts() == {"models": 1, "in_order": 1}
    assert document(world.google).look is None

    del world.google.versions[other.name]
    world.rest()
    world.sweep()

    assert ("model.v1.registered", "RULE_MATCHED") in world.told()


def test_a_dry_run_writes_nothing_about_what_is_in_order() -> None:
    world = Sweeping(a_model(labels=LABELLED))
    world.sweep()
    dry = Sweeping(*world.google.models.values(), dry_run=True)
    dry.google.versions = world.google.versions
    dry.google.documents = world.google.documents

    dry.sweep()

    assert dry.counts() == {"models": 1, "unchanged": 1}
    assert not {"models.patch", "Commit"} & {*dry.google.calls}


def test_a_model_that_is_not_registered_has_nothing_to_undeploy_before_it_expires() -> None:
    remote = a_model(labels=LABELLED, is_remote=True, expires=CREATED + timedelta(days=2))
    world = Sweeping(remote)
    for _ in range(3):
        world.sweep()
        world.google.clock.time += timedelta(hours=1)

    assert requests(world) == []


def test_a_failure_is_no_change_that_events_missed() -> None:
    world = Sweeping(a_model(labels=LABELLED))
    world.google.before["models.patch"] = failing(DENIED)

    world.sweep()

    assert world.told() == [
        ("model.v1.failed", "PERMISSION_DENIED"),
        ("reconcile.v1.completed", "DATASET_SWEPT"),
    ]


def test_a_model_that_goes_while_it_is_looked_at_is_not_retired() -> None:
    world = settled(a_model(labels={**LABELLED, "retire": "true"}), policy=RETIRING)
    world.google.clock.time += timedelta(days=7)

    def gone() -> None:
        if world.google.calls.count("models.get") == 2:
            world.google.models.clear()

    world.google.before["models.get"] = gone
    world.sweep()

    assert world.counts() == {"models": 1, "in_order": 1}
    assert requests(world) == []


# Versions.
