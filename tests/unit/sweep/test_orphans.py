"""Versions whose BigQuery model is gone: told of, never touched."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec.structs import replace

from bqml_registrar.bookkeeping.ownership import OWNER, name_label, version_labels
from bqml_registrar.delivery.outcome import Outcome
from bqml_registrar.errors import PermanentError
from bqml_registrar.names import DatasetName, ModelName
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.listings import ListedDataset
from tests.builders import CHURN, a_model, a_version
from tests.unit.sweep.sweeping import (
    DATASET,
    EVENTS,
    LABELLED,
    UPPER,
    Sweeping,
    drift_ids,
    failing,
    left_over,
    settled,
)


def orphan(name: ModelName = CHURN) -> Any:
    return a_version("1", labels=version_labels(name))


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
    left_over(world, UPPER, **{"bqml-registrar-of-model": name_label("Other")})

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


def test_a_dataset_whose_place_is_not_listed_names_no_region_to_look_into() -> None:
    world = Sweeping(a_model())
    name = DatasetName(project=CHURN.project, dataset=CHURN.dataset)
    nowhere = iter([ListedDataset(name=name, location="")])
    world.google.lists.datasets = lambda _: nowhere  # type: ignore[method-assign]

    world.deliver(b"{}")

    assert "ListModels" not in world.google.calls


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
