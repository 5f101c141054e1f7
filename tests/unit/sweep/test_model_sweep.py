"""One model of a sweep: what events missed is made up for, and what is kept of it (see sweeping.py)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from bqml_registrar.errors import DeliveryError, PermanentError, RetryableError, StaleError
from bqml_registrar.reasons import Reason
from tests.builders import CHURN, CREATED, a_model, a_policy, a_rule
from tests.unit.registration.deliveries import a_change, settle
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
            del world.google.before["Commit"]
            raise RetryableError(Reason.SERVICE_UNAVAILABLE, "503")

    world.google.before["Commit"] = ended_once_told
    world.sweep()

    assert world.counts() == {"models": 1, "failed": 1}
    assert [kind for kind, _ in world.told()][:3] == [
        "model.v1.registered",
        "alias.v1.assigned",
        "reconcile.v1.driftdetected",
    ]


def test_a_missed_change_has_one_id_however_often_it_is_told() -> None:
    world = settled(a_model(labels=LABELLED))
    relabelled(world, stage="champion")

    def ended_once_told() -> None:
        if EVENTS in world.google.published:
            raise RetryableError(Reason.SERVICE_UNAVAILABLE, "503 after the announcement")

    world.google.before["Commit"] = ended_once_told
    world.deliver(DATASET)
    first = drift_ids(world)
    world.rest()
    world.google.before.clear()
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


@pytest.mark.parametrize("error", [DENIED, BUSY, StaleError("412")], ids=["403", "503", "412"])
def test_a_look_that_cannot_be_stored_fails_its_model_and_no_other(
    error: DeliveryError | StaleError,
) -> None:
    world = Sweeping(*some(2))
    for name in world.google.models:
        settle(world.google, change=a_change(name=name))
    world.rest()
    put = world.google.store.put

    def failing_once(document: Any, over: Any) -> Any:
        if document.name.model == "m000":
            failing(error)()
        return put(document, over)

    world.google.store.put = failing_once  # type: ignore[method-assign]
    world.sweep()

    assert world.counts() == {"models": 2, "in_order": 1, "failed": 1}


LABELS: dict[str, dict[str, str]] = {
    "the rule's label is taken away": {"vertex": "register", "stage": "prod"},
    "all labels are replaced": {"owner": "me"},
}


@pytest.mark.parametrize("left", LABELS.values(), ids=LABELS)
def test_labels_that_a_person_replaced_are_looked_at_and_ours_is_restored(
    left: dict[str, str],
) -> None:
    world = settled(a_model(labels=LABELLED))
    model = world.google.models[CHURN]
    world.google.models[CHURN] = replace(
        model, labels=left, etag=world.google.etag(), modified=world.google.clock.now()
    )

    world.sweep()
    first = world.counts()
    world.rest()
    world.sweep()

    assert first["models"] == 1
    assert ("bqml-registrar" in world.google.models[CHURN].labels) is ("vertex" in left)
    assert world.counts() == {"models": 1, "unchanged": 1}


def changed_version(world: Sweeping, **changes: Any) -> None:
    (name,) = world.google.versions
    version = world.google.versions[name]
    world.google.versions[name] = replace(version, etag=world.google.etag(), **changes)


def test_a_persons_alias_given_between_two_sweeps_is_remembered_and_carried_over() -> None:
    world = settled(a_model(labels=LABELLED))
    changed_version(world, aliases=("default", "prod", "eu-test"))
    world.sweep()
    assert world.counts() == {"models": 1, "in_order": 1}
    world.rest()
    world.sweep()
    assert world.counts() == {"models": 1, "unchanged": 1}
    world.rest()

    world.google.replace(CHURN, LABELLED)
    world.sweep()

    (version,) = world.google.versions.values()
    assert "eu-test" in version.aliases
    assert ("alias.v1.carriedover", "RULE_MATCHED") in world.told()


def test_labels_of_a_version_that_a_person_replaced_are_restored_in_silence() -> None:
    world = settled(a_model(labels=LABELLED))
    changed_version(world, labels={"cost-center": "42"})

    world.sweep()

    (version,) = world.google.versions.values()
    assert world.counts() == {"models": 1, "in_order": 1}
    assert version.labels["cost-center"] == "42"
    assert version.labels["bqml-registrar-of-model"] == "churn"


def test_an_expiration_set_a_moment_after_a_look_is_seen_by_the_next_one() -> None:
    world = settled(a_model(labels=LABELLED))
    model = world.google.models[CHURN]
    at = (model.modified or model.created) + timedelta(milliseconds=1)
    end = world.google.clock.now() + timedelta(hours=20)
    world.google.models[CHURN] = replace(model, expires=end, modified=at, etag="human")

    world.sweep()

    assert world.counts() == {"models": 1, "in_order": 1, "expirations": 1}


def test_a_deletion_that_no_event_told_of_is_announced_once_and_counts_as_missed() -> None:
    world = settled(a_model(labels=LABELLED), *some(1))
    world.google.drop(CHURN)

    world.sweep()
    first, told = world.counts(), world.told()
    world.rest()
    world.sweep()

    assert first == {"models": 1, "unchanged": 1, "missed": 1}
    assert ("model.v1.deleted", "MODEL_DELETED") in told
    assert world.told() == [("reconcile.v1.completed", "DATASET_SWEPT")]
