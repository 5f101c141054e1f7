"""UploadModel over the official client: models that did not come from BigQuery ML."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from google.api_core import exceptions
from google.cloud import aiplatform_v1
from google.cloud.aiplatform_v1.types import UploadModelOperationMetadata, UploadModelResponse
from google.longrunning import operations_pb2
from google.rpc import code_pb2

from emulator.errors import ServiceError
from tests.emulator.vertex_server import NUMBER, PARENT, PROJECT, REGION, Vertex, name, serve

CONTAINER = {"image_uri": "europe-docker.pkg.dev/vertex-ai/prediction/sklearn-cpu.1-5:latest"}
DEDICATED = aiplatform_v1.Model.DeploymentResourcesType.DEDICATED_RESOURCES
CUSTOM = aiplatform_v1.ModelSourceInfo.ModelSourceType.CUSTOM


@pytest.fixture
def vertex() -> Iterator[Vertex]:
    """A BigQuery ML model `churn`; what takes time takes a minute."""
    with serve(operation_latency=60.0) as served:
        served.register("churn")
        yield served


def begin(vertex: Vertex, model_id: str = "own", parent_model: str = "", **fields: Any) -> str:
    """Begin an upload; the operation's name."""
    request = {
        "parent": PARENT,
        "model_id": model_id,
        "parent_model": parent_model,
        "model": {"display_name": "Own", "container_spec": CONTAINER, **fields},
    }
    return vertex.client.upload_model(request=request).operation.name


def end(vertex: Vertex, operation_name: str) -> operations_pb2.Operation:
    vertex.env.clock.advance(60)
    return vertex.operation(operation_name)


def upload(vertex: Vertex, *args: str, **fields: Any) -> UploadModelResponse:
    done = end(vertex, begin(vertex, *args, **fields))
    assert not done.HasField("error"), done.error.message
    return UploadModelResponse.deserialize(done.response.value)


def next_version(vertex: Vertex, **fields: Any) -> UploadModelResponse:
    return upload(vertex, "", name("own"), **fields)


def test_a_model_appears_when_its_operation_is_done(vertex: Vertex) -> None:
    begun = begin(vertex)

    assert begun.startswith(f"{PARENT}/models/own/operations/")
    assert not vertex.operation(begun).done
    with pytest.raises(exceptions.NotFound):
        vertex.get("own")
    done = end(vertex, begun)
    assert done.response.type_url.endswith("/google.cloud.aiplatform.v1.UploadModelResponse")
    assert UploadModelResponse.deserialize(done.response.value) == UploadModelResponse(
        model=name("own"), model_version_id="1"
    )
    metadata = UploadModelOperationMetadata.deserialize(done.metadata.value).generic_metadata
    assert (metadata.update_time - metadata.create_time).total_seconds() == pytest.approx(60)


def test_a_model_shows_what_was_uploaded_but_for_its_container(vertex: Vertex) -> None:
    upload(
        vertex,
        description="who leaves",
        version_description="first",
        labels={"team": "growth"},
        artifact_uri="gs://models/own",
        predict_schemata={"instance_schema_uri": "gs://models/own/instance.yaml"},
        explanation_spec={"parameters": {"top_k": 3}},
    )

    model = vertex.get("own")

    assert (model.display_name, model.description) == ("Own", "who leaves")
    assert (model.version_id, model.version_description) == ("1", "first")
    assert (model.labels, model.artifact_uri) == ({"team": "growth"}, "gs://models/own")
    assert model.predict_schemata.instance_schema_uri == "gs://models/own/instance.yaml"
    assert model.explanation_spec.parameters.top_k == 3
    assert model.model_source_info.source_type == CUSTOM
    assert list(model.supported_deployment_resources_types) == [DEDICATED]
    assert not model.container_spec.image_uri


def test_what_only_the_service_writes_is_ignored(vertex: Vertex) -> None:
    upload(vertex, name=name("other"), version_id="9", etag="x", training_pipeline="mine")

    model = vertex.get("own")

    assert (model.name, model.version_id, model.training_pipeline) == (name("own"), "1", "")


def test_a_model_without_a_container_cannot_be_deployed(vertex: Vertex) -> None:
    request = {"parent": PARENT, "model_id": "own", "model": {"display_name": "Placeholder"}}
    end(vertex, vertex.client.upload_model(request=request).operation.name)

    assert list(vertex.get("own").supported_deployment_resources_types) == []


def test_a_model_without_a_wanted_id_gets_a_number(vertex: Vertex) -> None:
    first, second = (upload(vertex, "") for _ in range(2))

    ids = [response.model.rpartition("/")[2] for response in (first, second)]
    assert all(len(item) == 19 and item.isdecimal() for item in ids)
    assert len(set(ids)) == 2


def test_a_generated_id_is_free(vertex: Vertex) -> None:
    taken = upload(vertex, "").model.rpartition("/")[2]
    state = vertex.registry.dump()
    vertex.registry.load({**state, "operations": []})

    assert upload(vertex, "").model.rpartition("/")[2] != taken


@pytest.mark.parametrize(
    ("aliases", "first", "second"),
    [
        ([], ["default"], []),
        (["live"], ["default"], ["live"]),
        (["live", "default"], [], ["live", "default"]),
    ],
    ids=["none", "another", "default"],
)
def test_default_is_made_for_the_first_version_and_moves_when_asked(
    vertex: Vertex, aliases: list[str], first: list[str], second: list[str]
) -> None:
    upload(vertex)
    next_version(vertex, version_aliases=aliases)

    assert list(vertex.get("own", "@1").version_aliases) == first
    assert list(vertex.get("own", "@2").version_aliases) == second


def test_aliases_keep_their_order_and_default_comes_last(vertex: Vertex) -> None:
    upload(vertex, version_aliases=["system-test", "golden"])

    assert list(vertex.get("own").version_aliases) == ["system-test", "golden", "default"]


def test_a_new_version_leaves_the_models_names_and_labels(vertex: Vertex) -> None:
    upload(vertex, description="first", labels={"team": "growth"})
    response = next_version(
        vertex, display_name="Other", description="second", labels={"stage": "trial"}
    )

    assert response.model_version_id == "2"
    second = vertex.get("own", "@2")
    assert (second.display_name, second.description) == ("Own", "first")
    assert second.labels == {"team": "growth", "stage": "trial"}
    assert vertex.get("own", "@1").labels == {"team": "growth"}


def test_numbers_are_not_used_twice(vertex: Vertex) -> None:
    upload(vertex)
    next_version(vertex)
    end(vertex, vertex.client.delete_model_version(name=name("own", "@2")).operation.name)

    assert next_version(vertex).model_version_id == "3"


@pytest.mark.parametrize("taken", ["own", "churn"], ids=["uploaded", "of BigQuery ML"])
def test_a_taken_id_is_refused(vertex: Vertex, taken: str) -> None:
    upload(vertex)

    with pytest.raises(exceptions.AlreadyExists, match="parent_model"):
        begin(vertex, taken)


def test_a_version_of_a_bigquery_model_cannot_be_uploaded(vertex: Vertex) -> None:
    with pytest.raises(exceptions.FailedPrecondition, match="BigQuery ML"):
        begin(vertex, "", name("churn"))
    assert vertex.versions("churn") == ["1"]


def test_bigquery_cannot_register_under_an_uploaded_id(vertex: Vertex) -> None:
    upload(vertex)

    with pytest.raises(ServiceError, match="not registered by BigQuery ML"):
        vertex.register("own")


@pytest.mark.parametrize(
    "parent_model", [f"projects/{PROJECT}/locations/{REGION}/models/own", name("own")]
)
@pytest.mark.parametrize("model_id", ["", "own"])
def test_a_parent_is_found_under_project_id_or_number(
    vertex: Vertex, parent_model: str, model_id: str
) -> None:
    upload(vertex)

    assert upload(vertex, model_id, parent_model).model == name("own")


@pytest.mark.parametrize(
    ("model_id", "parent_model", "expected"),
    [
        ("", name("missing"), exceptions.NotFound),
        ("", name("own", "@1"), exceptions.InvalidArgument),
        ("", "own", exceptions.InvalidArgument),
        ("other", name("own"), exceptions.InvalidArgument),
        ("", f"projects/{NUMBER}/locations/us-east1/models/own", exceptions.InvalidArgument),
        ("", f"projects/999/locations/{REGION}/models/own", exceptions.InvalidArgument),
        ("9own", "", exceptions.InvalidArgument),
        ("Own", "", exceptions.InvalidArgument),
        ("o" * 64, "", exceptions.InvalidArgument),
    ],
)
def test_a_wrong_target_is_refused(
    vertex: Vertex, model_id: str, parent_model: str, expected: type[Exception]
) -> None:
    upload(vertex)

    with pytest.raises(expected):
        begin(vertex, model_id, parent_model)


@pytest.mark.parametrize(
    "fields",
    [
        {"display_name": ""},
        {"display_name": "x" * 129},
        {"labels": {"Team": "growth"}},
        {"version_aliases": ["1"]},
        {"version_aliases": ["-live"]},
        {"container_spec": {"command": ["serve"]}},
        {"container_spec": None, "artifact_uri": "gs://models/own"},
        {"artifact_uri": "/home/ana/model"},
    ],
    ids=str,
)
def test_a_wrong_model_is_refused(vertex: Vertex, fields: dict[str, Any]) -> None:
    with pytest.raises(exceptions.InvalidArgument):
        begin(vertex, **fields)


def test_an_upload_without_a_model_is_refused(vertex: Vertex) -> None:
    with pytest.raises(exceptions.InvalidArgument, match="model is required"):
        vertex.client.upload_model(request={"parent": PARENT})


def test_a_field_without_an_implementation_is_named(vertex: Vertex) -> None:
    garden = {"model_garden_source": {"public_model_name": "publishers/google/models/x"}}

    with pytest.raises(exceptions.MethodNotImplemented, match="base_model_source"):
        begin(vertex, base_model_source=garden)


def test_of_two_uploads_under_one_id_the_later_one_fails(vertex: Vertex) -> None:
    first, second = begin(vertex), begin(vertex)

    assert not end(vertex, first).HasField("error")
    assert vertex.operation(second).error.code == code_pb2.ALREADY_EXISTS
    assert vertex.versions("own") == ["1"]


def test_an_upload_under_way_goes_on_after_the_state_is_replaced(vertex: Vertex) -> None:
    begun = begin(vertex, labels={"team": "growth"}, artifact_uri="gs://models/own")
    vertex.registry.load(json.loads(json.dumps(vertex.registry.dump())))
    end(vertex, begun)
    vertex.registry.load(json.loads(json.dumps(vertex.registry.dump())))

    assert vertex.get("own").labels == {"team": "growth"}
    assert vertex.get("own").artifact_uri == "gs://models/own"


def test_an_upload_cannot_be_undone_by_cancelling(vertex: Vertex) -> None:
    begun = begin(vertex)
    vertex.client.cancel_operation(operations_pb2.CancelOperationRequest(name=begun))

    assert not end(vertex, begun).HasField("error")


def test_state_with_unreadable_content_is_refused(vertex: Vertex) -> None:
    upload(vertex)
    state = vertex.registry.dump()
    state["models"][-1]["versions"][0]["content"] = {"artefactUri": "gs://x"}

    with pytest.raises(Exception, match="artefactUri"):
        vertex.registry.load(state)
