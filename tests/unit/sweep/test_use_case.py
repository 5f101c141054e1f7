"""The sweep on the fakes: what events missed, what is kept, what it costs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from bqml_registrar.delivery.outcome import Outcome
from bqml_registrar.errors import PermanentError
from bqml_registrar.names import DatasetName, JobName, ModelName
from bqml_registrar.policy.facts import Source
from bqml_registrar.policy.rules import LabelPolicy
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.models import Origin
from tests.builders import CHURN, CREATED, a_model, a_policy
from tests.unit.registration.deliveries import a_change, document, settle
from tests.unit.sweep.sweeping import (
    DATASET,
    LABELLED,
    RETIRING,
    Sweeping,
    requests,
    settled,
    some,
)


def test_a_second_sweep_finds_all_unchanged_writes_nothing_and_costs_no_call_of_its_own() -> None:
    world = Sweeping(*some(3))
    world.sweep()
    world.rest()

    world.sweep()

    assert world.counts() == {"models": 3, "unchanged": 3}
    assert world.own_calls() == []
    assert world.google.calls.count("Commit") == 1  # the dataset's document


def test_models_that_came_in_order_are_looked_at_once() -> None:
    world = Sweeping(*some(3))
    for name in world.google.models:
        settle(world.google, change=a_change(name=name))
    world.rest()
    world.sweep()

    assert world.counts() == {"models": 3, "in_order": 3}
    assert world.own_calls().count("models.get") == 3

    world.rest()
    world.sweep()
    assert world.counts() == {"models": 3, "unchanged": 3}
    assert world.own_calls() == []


# Retirement and expiry.


def test_a_retire_label_that_no_event_told_of_is_normalised() -> None:
    world = Sweeping(a_model(labels={**LABELLED, "retire": "true"}), policy=RETIRING)

    world.sweep()

    assert world.google.models[CHURN].labels["retire"] == "2026-11-09"
    assert ("deletion.v1.requested", "RETIRING") in world.told()
    assert requests(world) == []


def test_when_its_date_has_come_the_deletion_is_requested() -> None:
    world = settled(a_model(labels={**LABELLED, "retire": "true"}), policy=RETIRING)
    world.google.clock.time += timedelta(days=7)

    world.sweep()

    (request,) = requests(world)
    assert world.counts()["retirements"] == 1
    assert (request.kind.value, request.deletes) == ("retirement", True)
    assert request.key == "retirement-1-20261109"
    assert request.generation == a_model().generation


@pytest.mark.parametrize(("days", "asked"), [(1, True), (10, False)], ids=["soon", "later"])
def test_a_model_that_expires_within_the_horizon_is_to_be_undeployed(
    days: int, asked: bool
) -> None:
    model = a_model(labels=LABELLED, expires=CREATED + timedelta(days=days))
    world = Sweeping(model)
    world.sweep()  # registers it: before that nothing is deployed
    world.rest()

    world.sweep()

    found = requests(world)
    assert bool(found) is asked
    assert all((r.kind.value, r.deletes) == ("expiration", False) for r in found)


# A label of the creating job's names the model: no list tells of the rule.


def of_job(world: Sweeping) -> Sweeping:
    job = JobName(project=CHURN.project, job="j1")
    origin = Origin(job=job, creator="ana@example.com", labels={"vertex": "register"})
    world.google.jobs.append((job, CHURN, origin))
    return world


def settled_of_job(*, policy: LabelPolicy, **changes: Any) -> Sweeping:
    """A world whose model two sweeps have found in order."""
    policy = replace(policy, label_sources=(Source.MODEL, Source.JOB))
    world = of_job(Sweeping(a_model(**changes), policy=policy))
    for _ in range(2):
        world.sweep()
        world.rest()
    assert document(world.google).look
    return world


def test_a_model_that_its_job_names_is_undeployed_before_it_expires() -> None:
    world = settled_of_job(policy=a_policy(), expires=CREATED + timedelta(days=10))
    world.google.clock.time += timedelta(days=9)

    world.sweep()

    (request,) = requests(world)
    assert (request.kind.value, request.deletes) == ("expiration", False)


def test_a_model_that_its_job_names_is_retired_when_its_date_has_come() -> None:
    world = settled_of_job(policy=RETIRING, labels={"retire": "true"})
    world.google.clock.time += timedelta(days=7)

    world.sweep()

    (request,) = requests(world)
    assert (request.kind.value, request.deletes) == ("retirement", True)


# Pages, time and failures.


def in_slow_pages(world: Sweeping) -> None:
    """Of three models each, and to list one takes 6 s."""

    def slow() -> None:
        world.google.clock.time += timedelta(seconds=6)

    world.google.lists.page_size = 3
    world.google.before["models.list"] = slow


def test_out_of_time_a_message_goes_on_with_the_next_page_and_counts_all() -> None:
    world = Sweeping(*some(10), delivery_seconds=5)
    in_slow_pages(world)
    outcome = world.sweep()

    assert outcome.reason is Reason.DATASET_SWEPT
    assert world.counts()["models"] == 10
    assert world.counts()["missed"] == 10


@pytest.mark.parametrize("seconds", [5, 480], ids=["in-several-deliveries", "in-one"])
def test_whatever_deliveries_a_sweep_takes_no_model_in_order_costs_a_call(seconds: int) -> None:
    world = settled(*some(10), delivery_seconds=seconds)
    in_slow_pages(world)
    world.sweep()

    assert world.counts() == {"models": 10, "unchanged": 10}
    assert world.own_calls() == []


def test_a_version_whose_model_is_gone_is_found_at_the_end_of_several_deliveries() -> None:
    world = settled(*some(10), delivery_seconds=5)
    world.google.models.pop(replace(CHURN, model="m001"))
    in_slow_pages(world)
    world.sweep()

    assert world.counts() == {"models": 9, "unchanged": 9, "missed": 1, "orphans": 1}


def test_one_model_that_cannot_be_settled_does_not_stop_the_others() -> None:
    world = Sweeping(*some(3))
    get = world.google.catalog.get

    def denied(name: ModelName) -> Any:
        if name.model == "m001":
            raise PermanentError(Reason.PERMISSION_DENIED, "models.get denied")
        return get(name)

    world.google.catalog.get = denied  # type: ignore[method-assign]
    outcome = world.sweep()

    assert world.counts() == {"models": 3, "settled": 2, "missed": 2, "failed": 1}
    assert [(failure.context.model, failure.reason) for failure in outcome.failures] == [
        (str(replace(CHURN, model="m001")), Reason.PERMISSION_DENIED)
    ]


def test_a_dataset_that_is_gone_is_no_error() -> None:
    world = Sweeping()
    world.google.catalog.dataset = lambda name: None  # type: ignore[method-assign]

    outcome = world.deliver(DATASET)

    assert isinstance(outcome, Outcome)
    assert (outcome.reason, outcome.name) == (
        Reason.DATASET_GONE,
        DatasetName(project=CHURN.project, dataset=CHURN.dataset),
    )


def test_a_dry_run_tells_and_changes_nothing() -> None:
    world = Sweeping(a_model(labels=LABELLED), dry_run=True)

    world.sweep()

    assert world.google.versions == {}
    assert world.google.models[CHURN].labels == LABELLED
    assert world.told()[0] == ("model.v1.registered", "RULE_MATCHED")


@pytest.mark.parametrize("labels", [{}, {"team": "growth"}], ids=["by its mark", "looked at"])
def test_a_dry_run_asks_nobody_to_undeploy_what_expires(labels: dict[str, str]) -> None:
    world = settled(a_model(labels=LABELLED, expires=CREATED + timedelta(days=10)))
    model = world.google.models[CHURN]
    world.google.models[CHURN] = replace(model, labels={**model.labels, **labels})
    world.google.clock.time += timedelta(days=9)
    world._context["dry_run"] = True

    world.sweep()

    assert world.counts()["expirations"] == 1
    assert requests(world) == []
