"""BigQuery as the model catalog, on the fakes and on the real adapter: see worlds.py."""

from __future__ import annotations

import pytest
from google.cloud import bigquery
from msgspec.structs import replace

from bqml_registrar.adapters.bigquery import BigQueryCatalog, read_model
from bqml_registrar.errors import RetryableError, StaleError
from bqml_registrar.resources.models import Dataset
from local.cloud.control import Control
from tests.builders import CHURN
from tests.contract.worlds import PARENT, VERTEX_ID, World, trained
from tests.model_names import UNUSUAL


def test_a_failed_call_is_not_repeated_in_process(
    catalog: BigQueryCatalog, control: Control
) -> None:
    control.fault("ModelService.GetModel", "error_before", status="UNAVAILABLE")

    with pytest.raises(RetryableError):
        catalog.get(CHURN)

    reads = [call for call in control.calls() if call["method"].endswith("ModelService.GetModel")]
    assert len(reads) == 1


def test_our_calls_name_themselves_so_that_detection_knows_the_echo(
    catalog: BigQueryCatalog, control: Control
) -> None:
    catalog.get(CHURN)

    assert "bqml-registrar/" in control.calls()[-1]["user_agent"]


def a_resource(**fields: object) -> bigquery.Model:
    reference = {"projectId": CHURN.project, "datasetId": CHURN.dataset, "modelId": CHURN.model}
    return bigquery.Model.from_api_repr(
        {"modelReference": reference, "creationTime": "1793611800000", **fields}
    )


def test_of_several_training_runs_the_last_registered_one_counts() -> None:
    path = "projects/123/locations/us-central1/models/prod_sales-churn"
    runs = [
        {"vertexAiModelId": "older", "vertexAiModelVersion": "1"},
        {"vertexAiModelId": path, "vertexAiModelVersion": "2"},
        {"results": []},
    ]

    model = read_model(a_resource(trainingRuns=runs))

    assert (model.registered_as, model.vertex_version) == ("prod_sales-churn", "2")


def test_a_model_with_remote_model_info_is_remote() -> None:
    model = read_model(a_resource(remoteModelInfo={"endpoint": "https://x"}))

    assert model.is_remote
    assert model.generation == "1793611800000"


def test_a_model_that_does_not_exist_is_none(world: World) -> None:
    assert world.catalog.get(CHURN) is None


UPPER = replace(CHURN, model="CHURN")


def test_where_case_is_ignored_a_model_answers_with_its_own_name(world: World) -> None:
    world.ignore_case(CHURN)
    trained(world)

    model = world.catalog.get(UPPER)

    assert model is not None
    assert model.name == CHURN
    assert world.catalog.patch(model, {"a": "1"}).name == CHURN


def test_where_case_counts_another_case_is_another_model(world: World) -> None:
    trained(world)

    assert world.catalog.get(UPPER) is None


@pytest.mark.parametrize("model", UNUSUAL.values(), ids=UNUSUAL)
def test_a_model_of_any_name_is_read_and_patched(world: World, model: str) -> None:
    name = replace(CHURN, model=model)
    job = world.train(name, {})
    found = world.catalog.get(name)

    assert found is not None
    assert world.catalog.patch(found, {"a": "1"}).name == found.name == name
    assert world.catalog.created_by_job(job, "US") == name
    assert world.catalog.origin(found, None) is not None


def test_a_fresh_model_shows_type_place_and_no_registration(world: World) -> None:
    model = trained(world)

    assert (model.name, model.location, model.model_type) == (CHURN, "US", "LINEAR_REGRESSION")
    assert (model.labels, model.registered_as, model.vertex_version) == ({}, "", "")
    assert not model.is_remote


def test_a_patch_merges_labels_and_none_removes_one(world: World) -> None:
    model = world.catalog.patch(trained(world), {"a": "1", "b": "2"})

    patched = world.catalog.patch(model, {"a": None, "c": "3"})

    read = world.catalog.get(CHURN)
    assert patched.labels == {"b": "2", "c": "3"}
    assert read is not None
    assert read.labels == patched.labels


def test_a_patch_of_what_changed_meanwhile_is_stale(world: World) -> None:
    model = trained(world)
    world.catalog.patch(model, {"a": "1"})

    with pytest.raises(StaleError):
        world.catalog.patch(model, {"a": "2"})


def test_a_patch_of_a_model_that_never_was_is_stale(world: World) -> None:
    model = replace(trained(world), name=replace(CHURN, model="gone"))

    with pytest.raises(StaleError):
        world.catalog.patch(model, {"a": "2"})


def test_a_patch_with_a_vertex_id_registers_version_1_with_the_default_alias(world: World) -> None:
    world.catalog.patch(trained(world), {"k": "v"}, VERTEX_ID)

    model = world.catalog.get(CHURN)
    version = world.registry.get(PARENT.at("1"))
    assert model is not None
    assert version is not None
    assert (model.registered_as, model.vertex_version) == (VERTEX_ID, "1")
    assert model.labels == {"k": "v"}
    assert (version.name, version.aliases) == (PARENT.at("1"), ("default",))


def test_a_datasets_labels_and_location_are_read(world: World) -> None:
    world.train(CHURN, {})
    world.label_dataset(CHURN, {"stage": "prod"})

    assert world.catalog.dataset(CHURN) == Dataset(location="US", labels={"stage": "prod"})
