"""What stands in a sweep's way: it ends all the same, and tells what it was finished without."""

from __future__ import annotations

from datetime import timedelta

from bqml_registrar.delivery.in_flight import InFlight
from bqml_registrar.errors import PermanentError
from bqml_registrar.reasons import Reason
from tests.builders import CHURN, CREATED, a_model
from tests.unit.sweep.sweeping import (
    LABELLED,
    RETIRING,
    Sweeping,
    failing,
    relabelled,
    requests,
    settled,
    some,
)

# One model.


def test_each_model_that_fails_is_told_however_many_there_are() -> None:
    world = Sweeping(*some(40))
    world.google.before["models.get"] = failing(PermanentError(Reason.PERMISSION_DENIED, "x" * 90))

    outcome = world.sweep()

    assert len({failure.context.model for failure in outcome.failures}) == 40
    assert {failure.context.cause_id for failure in outcome.failures} == {"s1"}
    assert world.counts() == {"models": 40, "failed": 40}


def test_each_model_whose_name_cannot_be_handled_is_counted_and_logged() -> None:
    world = Sweeping(a_model(labels=LABELLED))
    world.google.lists.unreadable = ("'a+b'", "'a/b'")

    outcome = world.sweep()

    assert [(failure.reason, failure.detail) for failure in outcome.failures] == [
        (Reason.NAME_NOT_ALLOWED, "projects/analytics-dev/datasets/prod_sales has a model 'a+b'"),
        (Reason.NAME_NOT_ALLOWED, "projects/analytics-dev/datasets/prod_sales has a model 'a/b'"),
    ]
    assert {failure.context.cause_id for failure in outcome.failures} == {"s1"}
    assert world.counts() == {"models": 3, "settled": 1, "missed": 1, "unreadable": 2}


def test_they_are_counted_once_however_many_deliveries_a_page_takes() -> None:
    world = Sweeping(*some(3), delivery_seconds=1)
    world.google.lists.unreadable = ("'a+b'",)
    world.google.before["models.get"] = lambda: world.google.clock.sleep(2)

    world.sweep()

    assert world.counts()["unreadable"] == 1
    assert world.counts()["models"] == 4


def test_a_model_that_others_are_at_work_on_is_left_to_them() -> None:
    in_flight = InFlight()
    world = Sweeping(a_model(labels=LABELLED), in_flight=in_flight)
    in_flight.join(CHURN, "another message")

    world.sweep()

    assert world.counts() == {"models": 1, "recent": 1}


def test_a_model_that_goes_after_it_was_listed_is_left_to_its_events() -> None:
    world = Sweeping(a_model(labels=LABELLED))
    world.google.before["models.get"] = world.google.models.clear

    world.sweep()

    assert world.counts() == {"models": 1, "recent": 1}


# Retirement and expiry.


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
    dry.google.documents = world.google.documents

    dry.sweep()

    assert dry.counts() == {"models": 1, "unchanged": 1, "expirations": 1}
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


# Versions whose names are in no label.
