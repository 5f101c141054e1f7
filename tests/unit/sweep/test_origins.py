"""Where young models came from: one list a delivery, and none for old ones (see sweeping.py)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from bqml_registrar.names import JobName, ModelName
from bqml_registrar.policy.document.policy_file import load_policy
from bqml_registrar.policy.facts import Source
from bqml_registrar.policy.rules import LabelPolicy, Match
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.jobs import RunTime, ScriptJob
from bqml_registrar.resources.models import BigQueryModel, Origin
from tests.builders import CHURN, CREATED, a_model, a_rule
from tests.unit.policy.known import is_
from tests.unit.sweep.sweeping import BUSY, DENIED, LABELLED, Sweeping, failing

SHIPPED = load_policy(Path(__file__).parents[3] / "policy.yaml")
OLD = CREATED - timedelta(days=8)
BY_ANA = LabelPolicy(
    rules=(a_rule(match=Match(fields={"creator": is_("ana@*")}, labels=a_rule().match.labels)),),
    label_sources=(Source.MODEL, Source.JOB),
)


def models(count: int, **changes: Any) -> list[BigQueryModel]:
    return [a_model(name=replace(CHURN, model=f"m{n:03}"), **changes) for n in range(count)]


def origin(job: str = "j1", creator: str = "ana@example.com", **labels: str) -> Origin:
    name = JobName(project=CHURN.project, job=job)
    return Origin(job=name, creator=creator, labels={"vertex": "register", **labels})


def trained(world: Sweeping, *names: ModelName, **labels: str) -> None:
    """Jobs with these labels made the models; no event told of it."""
    made = [(name, origin(name.model, **labels)) for name in names]
    world.google.jobs += [(found.job, name, found) for name, found in made]


def job_calls(world: Sweeping) -> list[str]:
    return [call for call in world.google.calls if call.startswith("jobs.")]


def test_old_models_without_labels_are_counted_and_cost_and_change_nothing() -> None:
    world = Sweeping(*models(300, created=OLD), policy=SHIPPED)
    before = dict(world.google.models)

    outcome = world.sweep()

    assert outcome.counts == {"models": 300, "origin_unknown": 300}
    assert world.counts() == {"models": 300, "origin_unknown": 300}
    assert world.own_calls() == []
    assert world.told() == [("reconcile.v1.completed", "DATASET_SWEPT")]
    assert world.google.models == before


def test_young_models_get_their_origins_from_one_list() -> None:
    world = Sweeping(*models(20), policy=SHIPPED)
    trained(world, *world.google.models, stage="prod")

    world.sweep()

    assert world.counts() == {"models": 20, "settled": 20, "missed": 20}
    assert job_calls(world) == ["jobs.list"]
    assert {version.description for version in world.google.versions.values()} == {
        "Trained by ana@example.com"
    }


def test_young_models_whose_jobs_are_not_found_are_counted_after_one_list() -> None:
    world = Sweeping(*models(20), policy=SHIPPED)

    world.sweep()

    assert world.counts() == {"models": 20, "origin_unknown": 20}
    assert world.own_calls() == ["jobs.list"]


def test_a_job_whose_labels_ask_for_nothing_rules_the_model_out() -> None:
    world = Sweeping(a_model(), policy=SHIPPED)
    trained(world, CHURN)
    world.google.jobs[0] = (*world.google.jobs[0][:2], replace(origin(), labels={"vertex": "no"}))

    world.sweep()

    assert world.counts() == {"models": 1, "skipped": 1}
    assert world.own_calls() == ["jobs.list"]


@pytest.mark.parametrize("created", [OLD, CREATED], ids=["old", "young"])
def test_a_labelled_model_is_registered_without_a_description_by_the_job(created: Any) -> None:
    world = Sweeping(a_model(created=created, labels=LABELLED), policy=SHIPPED)

    world.sweep()

    assert world.counts() == {"models": 1, "settled": 1, "missed": 1}
    assert job_calls(world) == ([] if created == OLD else ["jobs.list"])
    (version,) = world.google.versions.values()
    assert version.description == ""


def test_an_old_model_whose_own_labels_ask_is_rejected_once_and_without_a_search() -> None:
    world = Sweeping(a_model(created=OLD, labels=LABELLED), policy=BY_ANA)
    world.sweep()

    assert ("model.v1.rejected", "ORIGIN_UNKNOWN") in world.told()
    assert job_calls(world) == []
    for _ in range(2):
        world.rest()
        world.sweep()
        assert world.told() == [("reconcile.v1.completed", "DATASET_SWEPT")]
        assert job_calls(world) == []


def test_models_that_no_job_decides_about_cost_no_list() -> None:
    world = Sweeping(*models(3, labels={"vertex": "no"}), policy=SHIPPED)

    world.sweep()

    assert world.counts() == {"models": 3, "skipped": 3}
    assert world.own_calls() == []


def test_what_changed_just_now_is_left_to_its_events_without_a_list() -> None:
    world = Sweeping(a_model(modified=CREATED), policy=SHIPPED, settle=3600)

    world.sweep()

    assert world.counts() == {"models": 1, "recent": 1}
    assert world.own_calls() == []


def test_a_statement_of_a_script_is_found_by_one_more_call() -> None:
    world = Sweeping(*models(3), policy=SHIPPED)
    script = ScriptJob(
        job=JobName(project=CHURN.project, job="night"),
        location="US",
        time=RunTime(begun=CREATED - timedelta(hours=2), ended=CREATED + timedelta(hours=1)),
    )
    world.google.lists.scripts[script] = [(name, origin()) for name in world.google.models]

    world.sweep()

    assert world.counts() == {"models": 3, "settled": 3, "missed": 3}
    assert job_calls(world) == ["jobs.list", "jobs.list of a script"]


@pytest.mark.parametrize("error", [DENIED, BUSY], ids=["403", "503"])
def test_jobs_that_cannot_be_listed_are_told_once_and_the_others_are_swept(error: Any) -> None:
    world = Sweeping(*models(4), a_model(labels={"vertex": "no"}), policy=SHIPPED)
    world.google.before["jobs.list"] = failing(error)

    outcome = world.sweep()

    assert [failure.reason for failure in outcome.failures] == [error.reason]
    assert world.counts() == {"models": 5, "skipped": 1, "failed": 4}
    assert job_calls(world) == ["jobs.list"]


def test_an_origin_of_another_generation_is_not_taken_for_the_models_own() -> None:
    world = Sweeping(a_model(), policy=SHIPPED)
    trained(world, CHURN)
    get = world.google.catalog.get

    def replaced_then(name: ModelName) -> Any:
        world.google.catalog.get = get  # type: ignore[method-assign]
        world.google.replace(name)
        world.google.jobs[0] = (*world.google.jobs[0][:2], origin("j2", "bo@example.com"))
        return get(name)

    world.google.catalog.get = replaced_then  # type: ignore[method-assign]
    world.sweep()

    (version,) = world.google.versions.values()
    assert version.description == "Trained by bo@example.com"


def test_each_delivery_of_a_long_sweep_lists_once() -> None:
    world = Sweeping(*models(9), policy=SHIPPED, delivery_seconds=5)
    world.google.lists.page_size = 3

    def slow() -> None:
        world.google.clock.time += timedelta(seconds=6)

    world.google.before["models.list"] = slow
    world.sweep()

    assert world.counts() == {"models": 9, "origin_unknown": 9}
    assert len(job_calls(world)) == world.google.calls.count("datasets.get") > 1


@pytest.mark.parametrize(
    ("days", "calls"), [(0, []), (7, []), (9, ["jobs.list"])], ids=["never", "week", "longer"]
)
def test_how_old_a_model_may_be_is_a_setting(days: int, calls: list[str]) -> None:
    world = Sweeping(a_model(created=OLD), policy=SHIPPED)
    world._settings = replace(world._settings, origin_days=days)

    outcome = world.sweep()

    assert outcome.reason is Reason.DATASET_SWEPT
    assert world.counts() == {"models": 1, "origin_unknown": 1}
    assert job_calls(world) == calls


def test_jobs_of_other_datasets_are_not_kept() -> None:
    world = Sweeping(a_model(), policy=SHIPPED)
    elsewhere = replace(CHURN, dataset="prod_shop")
    trained(world, elsewhere)

    world.sweep()

    assert world.counts() == {"models": 1, "origin_unknown": 1}
