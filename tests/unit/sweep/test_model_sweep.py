"""One model of a sweep: what events missed is made up for, and what is kept of it (see sweeping.py)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from bqml_registrar.bookkeeping.sweeps import SWEPT
from bqml_registrar.errors import DeliveryError, PermanentError, RetryableError, StaleError
from bqml_registrar.reasons import Reason
from tests.builders import CHURN, CREATED, a_model, a_policy, a_rule
from tests.unit.sweep.sweeping import (
    BUSY,
    DATASET,
    DENIED,
    EVENTS,
    LABELLED,
    Sweeping,
    drift_ids,
    failing,
    relabelled,
    settled,
    some,
)


def test_a_missed_registration_is_made_up_for_and_told_apart() -> None:
    world = Sweeping(a_model(labels=LABELLED))

    outcome = world.sweep()

    assert world.counts() == {"models": 1, "settled": 1, "missed": 1}
    assert world.told() == [
        ("model.v1.registered", "RULE_MATCHED"),
        ("alias.v1.assigned", "RULE_MATCHED"),
        ("reconcile.v1.driftdetected", "MISSED_CHANGE"),
        ("reconcile.v1.completed", "DATASET_SWEPT"),
    ]
    assert outcome.reason is Reason.DATASET_SWEPT
    assert "missed 1" in outcome.detail
    assert outcome.counts == {"models": 1, "settled": 1, "missed": 1}


def test_that_it_was_missed_is_told_together_with_the_change() -> None:
    world = Sweeping(a_model(labels=LABELLED))

    def ended_once_told() -> None:
        if EVENTS in world.google.published:
            raise RetryableError(Reason.SERVICE_UNAVAILABLE, "503")

    world.google.before["UpdateModel"] = ended_once_told
    world.sweep()

    assert world.counts() == {"models": 1, "failed": 1}
    assert [kind for kind, _ in world.told()][:3] == [
        "model.v1.registered",
        "alias.v1.assigned",
        "reconcile.v1.driftdetected",
    ]


@pytest.mark.parametrize("turned", [False, True], ids=["as they came", "turned round"])
def test_a_missed_change_has_one_id_in_whatever_order_its_marks_are_read(turned: bool) -> None:
    world = settled(a_model(labels=LABELLED))
    relabelled(world, stage="champion")
    update = world.google.registry.update

    def marked(version: Any, labels: Any, description: str) -> Any:
        if EVENTS in world.google.published:
            raise RetryableError(Reason.SERVICE_UNAVAILABLE, "503 after the announcement")
        return update(version, labels, description)

    world.google.registry.update = marked  # type: ignore[method-assign]
    world.sweep()
    first = drift_ids(world)
    world.rest()
    (name,) = world.google.versions
    version = world.google.versions[name]
    labels = dict(sorted(version.labels.items(), reverse=turned))
    world.google.versions[name] = replace(version, labels=labels)
    world.google.registry.update = update  # type: ignore[method-assign]
    world.sweep()

    assert len(first) == 1
    assert drift_ids(world) == first


def test_a_label_that_no_event_told_of_is_followed_and_counts_as_missed() -> None:
    world = settled(a_model(labels=LABELLED))
    relabelled(world, stage="champion")

    world.sweep()

    assert world.counts() == {"models": 1, "settled": 1, "missed": 1}
    assert ("alias.v1.assigned", "RULE_MATCHED") in world.told()


def test_a_changed_policy_is_followed_and_is_nobodys_miss() -> None:
    world = settled(a_model(labels={**LABELLED, "tier": "gold"}))
    aliased = a_rule()
    assert aliased.register is not None
    world.policy = a_policy(a_rule(register=replace(aliased.register, aliases=())))

    world.sweep()

    assert world.counts() == {"models": 1, "settled": 1}
    assert world.told()[0] == ("alias.v1.removed", "ALIAS_WITHDRAWN")


def test_a_label_taken_away_is_told_once() -> None:
    world = settled(a_model(labels=LABELLED))
    relabelled(world, vertex="no")

    world.sweep()
    first = world.told()
    world.rest()
    world.sweep()

    assert ("model.v1.rejected", "LABEL_REMOVED") in first
    assert world.told() == [("reconcile.v1.completed", "DATASET_SWEPT")]


@pytest.mark.parametrize("call", ["datasets.get", "models.list", "ListModels"])
def test_what_changed_while_it_was_read_is_tried_again(call: str) -> None:
    world = Sweeping(a_model())
    world.google.before[call] = failing(StaleError("412"))

    outcome = world.deliver(DATASET)

    assert isinstance(outcome, RetryableError)
    assert outcome.reason is Reason.CONCURRENT_CHANGE


def test_a_request_that_cannot_be_published_fails_its_model_alone() -> None:
    expiring = replace(some(1)[0], expires=CREATED + timedelta(days=10))
    world = settled(expiring, *some(3)[1:])
    world.google.clock.time += timedelta(days=9)
    publish = world.google.publisher.publish

    def denied(topic: str, messages: Any) -> None:
        if topic.endswith("deletion-requests"):
            raise PermanentError(Reason.PERMISSION_DENIED, "no such topic")
        publish(topic, messages)

    world.google.publisher.publish = denied  # type: ignore[method-assign]
    world.sweep()

    assert world.counts() == {"models": 3, "unchanged": 2, "failed": 1}


@pytest.mark.parametrize(
    "mark",
    ["x", "0123456789ab-0123456789ab-999999999999-999999999999"],
    ids=["no mark", "of the year 33658"],
)
def test_a_mark_that_a_person_garbled_is_made_anew(mark: str) -> None:
    world = settled(a_model(labels=LABELLED))
    relabelled(world, **{SWEPT: mark})

    world.sweep()

    assert world.counts() == {"models": 1, "in_order": 1}
    assert len(world.google.models[CHURN].labels[SWEPT]) > 30


@pytest.mark.parametrize("error", [DENIED, BUSY, StaleError("412")], ids=["full", "503", "412"])
def test_a_mark_that_cannot_be_kept_costs_the_next_sweep_a_look_and_nothing_else(
    error: DeliveryError | StaleError,
) -> None:
    world = Sweeping(a_model(labels=LABELLED))
    world.sweep()
    world.rest()
    world.google.before["models.patch"] = failing(error)
    for _ in range(2):
        world.google.calls.clear()
        world.sweep()

        assert world.counts() == {"models": 1, "in_order": 1}
        assert world.own_calls().count("models.get") == 1


def test_a_mark_that_a_person_took_away_costs_one_look() -> None:
    world = settled(a_model(labels=LABELLED))
    model = world.google.models[CHURN]
    labels = {key: value for key, value in model.labels.items() if key != SWEPT}
    world.google.models[CHURN] = replace(model, labels=labels, modified=world.google.clock.now())

    world.sweep()
    first = world.counts()
    world.rest()
    world.sweep()

    assert (first, world.counts()) == (
        {"models": 1, "in_order": 1},
        {"models": 1, "unchanged": 1},
    )
