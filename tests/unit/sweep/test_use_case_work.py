"""Of a sweep's work none is lost, none is done twice, and none is done where nothing is to be done."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from bqml_registrar.bookkeeping.sweeps import SWEPT
from bqml_registrar.delivery.outcome import Outcome
from bqml_registrar.errors import DeliveryError, PermanentError, RetryableError
from bqml_registrar.names import DatasetName
from bqml_registrar.policy.cleanup_rules import CleanupRules, Retirement
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.listings import ListedDataset
from tests.builders import CHURN, CREATED, a_model, a_policy, a_rule, a_version
from tests.unit.sweep.sweeping import (
    DATASET,
    EVENTS,
    LABELLED,
    SWEEPS,
    Sweeping,
    drift_ids,
    failing,
    left_over,
    relabelled,
    requests,
    settled,
    some,
)

DENIED = PermanentError(Reason.PERMISSION_DENIED, "403")
BUSY = RetryableError(Reason.SERVICE_UNAVAILABLE, "503")
UPPER = replace(CHURN, model="Churn")
RETIRING = a_policy(a_rule(cleanup=CleanupRules(retirement=Retirement(grace_days=7))))


# The beginning.


def test_more_datasets_than_one_publish_takes_are_begun_all_of_them_once() -> None:
    world = Sweeping()
    names = [DatasetName(project=CHURN.project, dataset=f"d{n:04}") for n in range(1_203)]
    world.google.lists.names = names
    sizes = []
    publish = world.google.publisher.publish

    def counted(topic: str, messages: Any) -> None:
        sizes.append(len(messages))
        publish(topic, messages)

    world.google.publisher.publish = counted  # type: ignore[method-assign]
    world.deliver(b"{}")

    begun = [json.loads(message.data)["dataset"] for message in world.google.published[SWEEPS]]
    assert begun == [name.dataset for name in names]
    assert max(sizes) <= 1_000


@pytest.mark.parametrize("first", [DENIED, BUSY], ids=["denied first", "busy first"])
def test_of_two_projects_that_fail_the_one_that_time_mends_decides(first: DeliveryError) -> None:
    second = BUSY if first is DENIED else DENIED
    world = Sweeping(projects=("first-1", "second-2"))

    def listed(project: str) -> Any:
        failing(first if project == "first-1" else second)()

    world.google.lists.datasets = listed  # type: ignore[method-assign]

    assert isinstance(world.deliver(b"{}"), RetryableError)


def test_a_dataset_whose_place_is_not_listed_names_no_region_to_look_into() -> None:
    world = Sweeping(a_model())
    name = DatasetName(project=CHURN.project, dataset=CHURN.dataset)
    nowhere = iter([ListedDataset(name=name, location="")])
    world.google.lists.datasets = lambda _: nowhere  # type: ignore[method-assign]

    world.deliver(b"{}")

    assert "ListModels" not in world.google.calls


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
    assert SWEPT not in world.google.models[CHURN].labels

    del world.google.versions[other.name]
    world.rest()
    world.sweep()

    assert ("model.v1.registered", "RULE_MATCHED") in world.told()


def test_a_dry_run_keeps_no_mark_on_what_is_in_order() -> None:
    world = Sweeping(a_model(labels=LABELLED))
    world.sweep()
    dry = Sweeping(*world.google.models.values(), dry_run=True)
    dry.google.versions = world.google.versions

    dry.sweep()

    assert dry.counts() == {"models": 1, "in_order": 1}
    assert "models.patch" not in dry.google.calls


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


def test_where_no_version_is_left_over_nothing_is_listed_twice() -> None:
    world = Sweeping(a_model(name=UPPER))
    left_over(world, UPPER)

    world.sweep()

    assert world.google.calls.count("models.list") == 1


@pytest.mark.parametrize("message", [{}, DATASET], ids=["the beginning", "a dataset"])
def test_a_version_without_our_mark_is_nobodys_orphan(message: dict[str, str]) -> None:
    world = Sweeping(a_model(name=replace(CHURN, model="other")))
    left_over(world, UPPER)
    (version,) = world.google.versions.values()
    labels = {key: value for key, value in version.labels.items() if key != "bqml-registrar"}
    world.google.versions[version.name] = replace(version, labels=labels)

    world.deliver(message)

    assert drift_ids(world) == []
