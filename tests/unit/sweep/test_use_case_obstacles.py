"""What stands in a sweep's way: it ends all the same, and tells what it was finished without."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from bqml_registrar.bookkeeping.ownership import name_mark
from bqml_registrar.bookkeeping.sweeps import SWEPT
from bqml_registrar.cleanup.retirement.plan import MARK
from bqml_registrar.delivery.in_flight import Turns
from bqml_registrar.delivery.outcome import Outcome
from bqml_registrar.errors import DeliveryError, PermanentError, RetryableError, StaleError
from bqml_registrar.names import ModelName
from bqml_registrar.policy.cleanup_rules import CleanupRules, Retirement
from bqml_registrar.reasons import Reason
from tests.builders import CHURN, CREATED, a_model, a_policy, a_rule
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
ELSEWHERE = replace(CHURN, project="elsewhere-1")


# The beginning.


def fan_out(world: Sweeping) -> list[tuple[str, str]]:
    """Projects and datasets of the messages since the last look."""
    messages = [json.loads(m.data) for m in world.google.published.pop(SWEEPS, [])]
    return [(message["project"], message["dataset"]) for message in messages]


@pytest.mark.parametrize("error", [DENIED, BUSY], ids=["for good", "for now"])
def test_a_project_that_cannot_be_listed_fails_the_delivery_when_the_others_are_begun(
    error: DeliveryError,
) -> None:
    world = Sweeping(a_model(), projects=(ELSEWHERE.project, CHURN.project))
    datasets = world.google.lists.datasets

    def listed(project: str) -> Any:
        if project == ELSEWHERE.project:
            failing(error)()
        return datasets(project)

    world.google.lists.datasets = listed  # type: ignore[method-assign]
    outcome = world.deliver(b"{}")

    assert isinstance(outcome, type(error))
    assert outcome.detail.startswith(ELSEWHERE.project)
    assert fan_out(world) == [(CHURN.project, CHURN.dataset)]


def test_a_beginning_that_comes_again_to_an_instance_begins_no_dataset_twice() -> None:
    world = Sweeping(a_model())
    world.google.before["ListModels"] = failing(BUSY)
    same = {"sweep": "s1"}
    first = world.deliver(same, instance="one")
    del world.google.before["ListModels"]

    again = world.deliver(same, instance="one")

    assert isinstance(first, RetryableError)
    assert isinstance(again, Outcome)
    assert len(fan_out(world)) == 1
    world.deliver({"sweep": "s2"}, instance="one")
    assert len(fan_out(world)) == 1


@pytest.mark.parametrize("call", ["datasets.get", "models.list", "ListModels"])
def test_what_changed_while_it_was_read_is_tried_again(call: str) -> None:
    world = Sweeping(a_model())
    world.google.before[call] = failing(StaleError("412"))

    outcome = world.deliver(DATASET)

    assert isinstance(outcome, RetryableError)
    assert outcome.reason is Reason.CONCURRENT_CHANGE


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        pytest.param(Reason.PERMISSION_DENIED, True, id="no permission"),
        pytest.param(Reason.API_DISABLED, False, id="a project without the registry"),
        pytest.param(Reason.REFUSED_BY_SERVICE, False, id="a region without it"),
    ],
)
@pytest.mark.parametrize("message", [{}, DATASET], ids=["the beginning", "a dataset"])
def test_where_the_registry_cannot_be_listed_the_sweep_ends_all_the_same(
    reason: Reason, told: bool, message: dict[str, str]
) -> None:
    world = Sweeping(a_model())
    world.google.before["ListModels"] = failing(PermanentError(reason, "403"))

    outcome = world.deliver(message)

    assert isinstance(outcome, Outcome)
    assert [failure.reason for failure in outcome.failures] == ([reason] if told else [])


# One model.


def test_each_model_that_fails_is_told_however_many_there_are() -> None:
    world = Sweeping(*some(40))
    world.google.before["models.get"] = failing(PermanentError(Reason.PERMISSION_DENIED, "x" * 90))

    outcome = world.sweep()

    assert len({failure.model for failure in outcome.failures}) == 40
    assert {failure.cause_id for failure in outcome.failures} == {"s1"}
    assert world.counts() == {"models": 40, "failed": 40}


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


def test_a_retirement_that_a_person_garbled_does_not_end_the_sweep() -> None:
    world = settled(a_model(labels=LABELLED))
    relabelled(world, **{MARK: "1-20261399-1"})

    world.sweep()

    assert world.counts() == {"models": 1, "in_order": 1}


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


def test_a_model_that_others_are_at_work_on_is_left_to_them() -> None:
    turns = Turns()
    world = Sweeping(a_model(labels=LABELLED), turns=turns)
    turns.take(CHURN, "another message")

    world.sweep()

    assert world.counts() == {"models": 1, "recent": 1}


def test_a_model_that_goes_after_it_was_listed_is_left_to_its_events() -> None:
    world = Sweeping(a_model(labels=LABELLED))
    world.google.before["models.get"] = world.google.models.clear

    world.sweep()

    assert world.counts() == {"models": 1, "recent": 1}


# Retirement and expiry.

RETIRING = a_policy(a_rule(cleanup=CleanupRules(retirement=Retirement(grace_days=7))))


def test_a_retire_label_that_no_event_told_of_is_missed_and_not_due() -> None:
    world = Sweeping(a_model(labels=LABELLED), policy=RETIRING)
    world.sweep()
    world.rest()
    relabelled(world, retire="true")

    world.sweep()

    assert world.counts() == {"models": 1, "settled": 1, "missed": 1}


def test_a_model_that_is_to_retire_is_read_once() -> None:
    world = settled(a_model(labels={**LABELLED, "retire": "2027-06-01"}), policy=RETIRING)
    relabelled(world, cost_center="42")

    world.sweep()

    assert world.counts() == {"models": 1, "in_order": 1}
    assert world.own_calls().count("models.get") == 1


def test_a_dry_run_has_nothing_undeployed_before_its_end() -> None:
    world = Sweeping(a_model(labels=LABELLED, expires=CREATED + timedelta(days=1)))
    world.sweep()
    world.rest()
    dry = Sweeping(*world.google.models.values(), dry_run=True)
    dry.google.versions = world.google.versions

    dry.sweep()

    assert dry.counts() == {"models": 1, "in_order": 1, "expirations": 1}
    assert requests(dry) == []


# Time, and datasets that go.


def test_out_of_time_in_the_middle_of_a_page_the_rest_of_it_is_left_to_the_next_delivery() -> None:
    world = Sweeping(*some(10), delivery_seconds=5)

    def slow() -> None:
        world.google.clock.time += timedelta(seconds=3)

    world.google.lists.page_size = 4
    world.google.before["models.patch"] = slow
    outcome = world.sweep()

    assert outcome.reason is Reason.DATASET_SWEPT
    assert world.counts() == {"models": 10, "settled": 10, "missed": 10}
    assert world.google.calls.count("datasets.get") >= 5


def test_at_least_one_model_is_swept_in_every_delivery() -> None:
    world = Sweeping(*some(3), delivery_seconds=0)

    world.sweep()

    assert world.counts() == {"models": 3, "settled": 3, "missed": 3}


def test_a_dataset_that_goes_between_two_pages_is_not_told_as_swept() -> None:
    world = Sweeping(*some(4))
    world.google.lists.page_size = 2

    def gone() -> None:
        if world.google.calls.count("models.list") == 2:
            world.google.models.clear()

    world.google.before["models.list"] = gone
    outcome = world.sweep()

    assert outcome.reason is Reason.DATASET_GONE
    assert "reconcile.v1.completed" not in {kind for kind, _ in world.told()}


def test_a_page_that_bigquery_knows_no_more_is_a_dead_letter_and_no_end_of_the_sweep() -> None:
    world = Sweeping(a_model())

    outcome = world.deliver({**DATASET, "sweep": "s", "page": "yesterday's"})

    assert isinstance(outcome, PermanentError)
    assert EVENTS not in world.google.published


@pytest.mark.parametrize(
    "message",
    [{"project": CHURN.project}, {"page": "2"}, {"left": ["m"]}, {"counts": {"models": 1}}],
    ids=["project", "page", "left", "counts"],
)
def test_what_has_no_meaning_without_a_dataset_begins_no_sweep(message: dict[str, Any]) -> None:
    outcome = Sweeping(a_model()).deliver(message)

    assert isinstance(outcome, PermanentError)
    assert "`dataset` is missing" in outcome.detail


# Versions whose names are in no label.


UPPER = replace(CHURN, model="Churn")


def test_an_orphan_whose_name_no_label_can_hold_is_told_of_as_its_datasets() -> None:
    world = Sweeping(a_model(name=replace(CHURN, model="other")))
    left_over(world, UPPER)

    world.sweep()
    first = drift_ids(world)
    (event,) = [
        json.loads(m.data)
        for m in world.google.published[EVENTS]
        if "drift" in m.attributes["ce-type"]
    ]
    assert world.counts() == {"models": 1, "skipped": 1, "orphans": 1}
    assert "model" not in event
    world.rest()
    world.sweep()
    assert drift_ids(world) == first


@pytest.mark.parametrize("late", [False, True], ids=["listed", "made after the list"])
def test_a_version_of_a_model_that_is_there_is_none_whatever_its_name(late: bool) -> None:
    upper = a_model(name=UPPER)
    world = Sweeping(a_model(name=replace(CHURN, model="other")))
    left_over(world, UPPER)

    def made() -> None:
        world.google.models[UPPER] = upper

    if late:
        world.google.before["ListModels"] = made
    else:
        made()
    world.sweep()

    assert drift_ids(world) == []


def test_a_version_whose_label_a_person_changed_is_no_orphan() -> None:
    world = Sweeping(a_model(name=UPPER))
    left_over(world, UPPER, **{"bqml-registrar-of-model": name_mark("Other")})

    world.sweep()

    assert drift_ids(world) == []


def test_a_dataset_that_is_made_after_the_list_has_no_orphans() -> None:
    world = Sweeping(a_model(name=replace(CHURN, dataset="other")))
    left_over(world, UPPER)  # whose dataset the fake has whenever it is asked

    world.deliver(b"{}")

    assert drift_ids(world) == []


@pytest.mark.parametrize(
    ("name", "found"),
    [
        pytest.param(UPPER, 1, id="of a dataset that is gone"),
        pytest.param(replace(UPPER, dataset="other"), 0, id="of one that is there"),
        pytest.param(replace(UPPER, dataset="Upper"), 0, id="of one that no label names"),
    ],
)
def test_an_orphan_without_a_name_is_found_when_the_sweep_begins(
    name: ModelName, found: int
) -> None:
    world = Sweeping(a_model(name=replace(CHURN, dataset="other")))
    left_over(world, name)
    world.google.catalog.dataset = lambda name: None  # type: ignore[method-assign]

    world.deliver(b"{}")

    assert len(drift_ids(world)) == found
