"""The sweep on the fakes: what events missed, what is kept, what it costs."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from bqml_registrar.bookkeeping.ownership import OWNER, name_mark, source_mark
from bqml_registrar.bookkeeping.sweeps import SWEPT
from bqml_registrar.bookkeeping.versions import VersionMarks
from bqml_registrar.delivery.outcome import Outcome
from bqml_registrar.errors import PermanentError, RetryableError
from bqml_registrar.names import DatasetName, JobName, ModelName
from bqml_registrar.policy.cleanup_rules import CleanupRules, Retirement
from bqml_registrar.policy.facts import Source
from bqml_registrar.policy.rules import LabelPolicy
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.models import Origin
from tests.builders import CHURN, CREATED, a_model, a_policy, a_rule, a_version
from tests.unit.sweep.sweeping import (
    DATASET,
    EVENTS,
    LABELLED,
    SWEEPS,
    Sweeping,
    drift_ids,
    relabelled,
    requests,
    settled,
    some,
)


def test_a_scheduled_message_becomes_one_for_each_dataset() -> None:
    world = Sweeping(
        a_model(),
        a_model(name=replace(CHURN, dataset="scratch")),
        a_model(name=replace(CHURN, project="elsewhere-1")),
    )

    outcome = world.deliver(b"{}")

    messages = [json.loads(message.data) for message in world.google.published[SWEEPS]]
    assert isinstance(outcome, Outcome)
    assert outcome.reason is Reason.DATASETS_LISTED
    assert [message["dataset"] for message in messages] == ["prod_sales", "scratch"]
    assert {message["sweep"] for message in messages} == {"s1"}


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


def test_a_second_sweep_finds_all_in_order_and_a_third_costs_no_call_of_its_own() -> None:
    world = Sweeping(*some(3))
    world.sweep()
    world.rest()
    world.sweep()

    assert world.counts() == {"models": 3, "in_order": 3}
    assert world.own_calls().count("models.get") == 3

    world.rest()
    world.sweep()
    assert world.counts() == {"models": 3, "unchanged": 3}
    assert world.own_calls() == []


def test_a_model_that_no_rule_matches_costs_no_call_of_its_own() -> None:
    world = Sweeping(a_model(labels={"vertex": "no"}))

    world.sweep()

    assert world.counts() == {"models": 1, "skipped": 1}
    assert world.own_calls() == []


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


def test_what_changed_just_now_is_left_to_its_events() -> None:
    world = Sweeping(a_model(labels=LABELLED), settle=300)
    relabelled(world, stage="next")

    world.sweep()

    assert world.counts() == {"models": 1, "recent": 1}
    assert world.own_calls() == []


# Retirement and expiry.


RETIRING = a_policy(a_rule(cleanup=CleanupRules(retirement=Retirement(grace_days=7))))


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
    assert (request.kind.value, request.key, request.deletes) == (
        "retirement",
        "retirement-1-20261109",
        True,
    )
    assert request.generation == a_model().generation


def test_a_retirement_that_is_far_away_does_not_keep_the_sweep_looking() -> None:
    world = settled(a_model(labels={**LABELLED, "retire": "2027-06-01"}), policy=RETIRING)

    world.sweep()

    assert world.counts() == {"models": 1, "unchanged": 1}
    assert world.own_calls() == []


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
    assert SWEPT in world.google.models[CHURN].labels
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


# Versions without a model.


def orphan(name: ModelName = CHURN) -> Any:
    marks = VersionMarks(
        source=source_mark(name), of_dataset=name_mark(name.dataset), of_model=name_mark(name.model)
    )
    return a_version("1", labels=marks.as_labels())


def test_a_version_whose_model_is_gone_is_told_of_with_one_id_in_every_sweep() -> None:
    world = Sweeping(a_model(name=replace(CHURN, model="other")))
    version = orphan()
    world.google.versions[version.name] = version

    world.sweep()
    first = drift_ids(world)
    assert world.counts() == {"models": 1, "skipped": 1, "orphans": 1}
    world.rest()
    world.sweep()

    assert drift_ids(world) == first
    assert len(first) == 1
    assert version.name in world.google.versions


def test_a_version_of_a_dataset_that_is_gone_is_found_when_the_sweep_begins() -> None:
    world = Sweeping(a_model(name=replace(CHURN, dataset="other")))
    version = orphan()
    world.google.versions[version.name] = version

    world.deliver(b"{}")

    assert world.told() == [("reconcile.v1.driftdetected", "VERSION_ORPHANED")]


def test_versions_of_models_that_are_there_are_no_orphans() -> None:
    world = settled(a_model(labels=LABELLED))

    world.sweep()
    world.deliver(b"{}")

    assert world.told() == [("reconcile.v1.completed", "DATASET_SWEPT")]
    assert OWNER in world.google.versions[a_version().name].labels


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

    assert world.counts() == {"models": 9, "unchanged": 9, "orphans": 1}


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
    assert [(failure.model, failure.reason) for failure in outcome.failures] == [
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


@pytest.mark.parametrize(
    "data",
    [b"[]", b"{", b"\xff", b'{"dataset": 1}', b'{"dataset": "d"}', b'{"project": "p-roject", "dataset": "a-b"}', b'{"datset": "d"}'],
)  # fmt: skip
def test_what_is_no_message_of_ours_is_a_dead_letter_with_a_reason(data: bytes) -> None:
    outcome = Sweeping().deliver(data)

    assert isinstance(outcome, PermanentError)
    assert outcome.reason is Reason.MALFORMED_REQUEST
    assert "write {}" in outcome.detail


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
