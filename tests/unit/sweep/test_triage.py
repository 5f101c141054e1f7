"""What the list and the kept mark alone settle costs no call (see sweeping.py)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.builders import CREATED, a_model
from tests.unit.sweep.sweeping import (
    LABELLED,
    RETIRING,
    Sweeping,
    relabelled,
    requests,
    settled,
)


def test_a_model_that_no_rule_matches_costs_no_call_of_its_own() -> None:
    world = Sweeping(a_model(labels={"vertex": "no"}))

    world.sweep()

    assert world.counts() == {"models": 1, "skipped": 1}
    assert world.own_calls() == []


def test_what_changed_just_now_is_left_to_its_events() -> None:
    world = Sweeping(a_model(labels=LABELLED), settle=300)
    relabelled(world, stage="next")

    world.sweep()

    assert world.counts() == {"models": 1, "recent": 1}
    assert world.own_calls() == []


def test_a_retirement_that_is_far_away_does_not_keep_the_sweep_looking() -> None:
    world = settled(a_model(labels={**LABELLED, "retire": "2027-06-01"}), policy=RETIRING)

    world.sweep()

    assert world.counts() == {"models": 1, "unchanged": 1}
    assert world.own_calls() == []


def test_an_end_that_comes_near_is_seen_without_a_call() -> None:
    world = settled(a_model(labels=LABELLED, expires=CREATED + timedelta(days=10)))
    world.google.clock.time += timedelta(days=9)

    world.sweep()

    assert world.own_calls() == []
    assert world.counts() == {"models": 1, "unchanged": 1, "expirations": 1}
    (request,) = requests(world)
    end = CREATED + timedelta(days=10)
    assert request.key == f"expiration-{int(end.timestamp())}"
    assert request.generation == a_model().generation


def test_a_mark_tells_of_the_labels_that_were_decided_on() -> None:
    world = settled(a_model(labels=LABELLED))
    relabelled(world, cost_center="1")
    get = world.google.catalog.get

    def relabelled_then(name: Any) -> Any:
        relabelled(world, cost_center="2")
        return get(name)

    world.google.catalog.get = relabelled_then  # type: ignore[method-assign]
    world.sweep()
    world.google.catalog.get = get  # type: ignore[method-assign]
    world.rest()
    world.sweep()

    assert world.counts() == {"models": 1, "unchanged": 1}
