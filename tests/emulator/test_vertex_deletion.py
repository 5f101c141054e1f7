"""DeleteModel, DeleteModelVersion and their operations over the official client."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from google.api_core import exceptions
from google.cloud.aiplatform_v1.types import DeleteOperationMetadata
from google.longrunning import operations_pb2
from google.protobuf import empty_pb2
from google.rpc import code_pb2

from tests.emulator.vertex_server import NUMBER, PARENT, PROJECT, REGION, Vertex, name, serve

ENDPOINT = f"projects/{NUMBER}/locations/us-east1/endpoints/55"


@pytest.fixture
def vertex() -> Iterator[Vertex]:
    """Model `churn` with versions 1 (default) and 2; what takes time takes a minute."""
    with serve(operation_latency=60.0, bqml_delete_from_vertex_allowed=True) as served:
        served.register("churn")
        served.register("churn")
        served.get("churn")
        yield served


def test_a_model_goes_when_its_operation_is_done(vertex: Vertex) -> None:
    begun = vertex.client.delete_model(name=name("churn")).operation

    assert begun.name.startswith(f"{PARENT}/models/churn/operations/")
    assert not vertex.operation(begun.name).done
    assert vertex.get("churn").version_id == "1"
    vertex.env.clock.advance(60)

    done = vertex.operation(begun.name)
    assert done.done
    assert done.response.Is(empty_pb2.Empty.DESCRIPTOR)
    assert done.metadata.type_url.endswith("/google.cloud.aiplatform.v1.DeleteOperationMetadata")
    metadata = DeleteOperationMetadata.deserialize(done.metadata.value).generic_metadata
    assert (metadata.update_time - metadata.create_time).total_seconds() == pytest.approx(60)
    with pytest.raises(exceptions.NotFound):
        vertex.get("churn")


def test_the_clients_own_future_ends_with_an_empty_result(vertex: Vertex) -> None:
    future = vertex.client.delete_model_version(name=name("churn", "@2"))
    vertex.env.clock.advance(60)

    assert future.result(timeout=5) == empty_pb2.Empty()
    assert vertex.versions("churn") == ["1"]


def test_deleting_the_default_version_passes_default_on(vertex: Vertex) -> None:
    vertex.register("churn")
    vertex.client.delete_model_version(name=name("churn", "@1"))
    vertex.env.clock.advance(60)

    assert vertex.get("churn").version_id == "3"
    assert vertex.versions("churn") == ["2", "3"]


def test_the_only_version_cannot_be_deleted(vertex: Vertex) -> None:
    vertex.registry.remove_bqml_version(PROJECT, REGION, "churn", "2")

    with pytest.raises(exceptions.FailedPrecondition, match="only version"):
        vertex.client.delete_model_version(name=name("churn", "@1"))


@pytest.mark.parametrize("suffix", ["", "@default"])
def test_a_version_is_deleted_under_its_id_only(vertex: Vertex, suffix: str) -> None:
    with pytest.raises(exceptions.InvalidArgument, match="must contain a version"):
        vertex.client.delete_model_version(name=name("churn", suffix))


def test_a_model_is_deleted_under_its_bare_name_only(vertex: Vertex) -> None:
    with pytest.raises(exceptions.InvalidArgument, match="must not contain a version"):
        vertex.client.delete_model(name=name("churn", "@1"))


def test_a_deployed_version_and_its_model_cannot_be_deleted(vertex: Vertex) -> None:
    vertex.deploy(ENDPOINT, number=2)
    text = (
        f"The model \"{name('churn')}\" can't be deleted because it's deployed or being deployed at the "
        f"following endpoint\\(s\\): {ENDPOINT}. Undeploy"
    )

    with pytest.raises(exceptions.FailedPrecondition, match=text):
        vertex.client.delete_model(name=name("churn"))
    with pytest.raises(exceptions.FailedPrecondition, match=text):
        vertex.client.delete_model_version(name=name("churn", "@2"))
    assert vertex.client.delete_model_version(name=name("churn", "@1")).operation.name


def test_a_deployment_made_meanwhile_fails_the_operation(vertex: Vertex) -> None:
    begun = vertex.client.delete_model(name=name("churn")).operation
    vertex.deploy(ENDPOINT)
    vertex.env.clock.advance(60)

    done = vertex.operation(begun.name)

    assert (done.done, done.error.code) == (True, code_pb2.FAILED_PRECONDITION)
    assert ENDPOINT in done.error.message
    assert vertex.versions("churn") == ["1", "2"]


def test_of_two_deletions_the_later_one_finds_nothing(vertex: Vertex) -> None:
    names = [vertex.client.delete_model(name=name("churn")).operation.name for _ in range(2)]
    vertex.env.clock.advance(60)

    first, second = (vertex.operation(item) for item in names)

    assert not first.HasField("error")
    assert second.error.code == code_pb2.NOT_FOUND


@pytest.mark.parametrize("what", ["model", "version"])
def test_a_bigquery_model_is_not_deleted_from_here_by_default(vertex: Vertex, what: str) -> None:
    vertex.env.set({"bqml_delete_from_vertex_allowed": False})

    calls = {
        "model": lambda: vertex.client.delete_model(name=name("churn")),
        "version": lambda: vertex.client.delete_model_version(name=name("churn", "@2")),
    }

    with pytest.raises(exceptions.FailedPrecondition, match="BigQuery ML"):
        calls[what]()


def test_a_model_from_elsewhere_is_deleted_in_any_case(vertex: Vertex) -> None:
    vertex.env.set({"bqml_delete_from_vertex_allowed": False})
    own = {"project": PROJECT, "location": REGION, "model_id": "own", "source": "CUSTOM"}
    vertex.registry.load({"models": [{**own, "versions": [{"number": 1, "aliases": ["default"]}]}]})
    vertex.client.delete_model(name=name("own"))
    vertex.env.clock.advance(60)

    assert list(vertex.client.list_models(parent=PARENT)) == []


def test_deleting_what_is_not_there_is_not_found(vertex: Vertex) -> None:
    with pytest.raises(exceptions.NotFound):
        vertex.client.delete_model(name=name("other"))
    with pytest.raises(exceptions.NotFound):
        vertex.client.delete_model_version(name=name("churn", "@9"))


def test_an_operation_is_found_under_project_id_or_number_with_or_without_the_model(
    vertex: Vertex,
) -> None:
    begun = vertex.client.delete_model(name=name("churn")).operation
    number = begun.name.rpartition("/")[2]

    found = vertex.operation(f"projects/{PROJECT}/locations/{REGION}/operations/{number}")

    assert found.name == begun.name


def test_operations_are_listed_waited_for_and_dropped(vertex: Vertex) -> None:
    begun = vertex.client.delete_model(name=name("churn")).operation
    waited = vertex.wait(begun.name, 0.02)
    with pytest.raises(exceptions.FailedPrecondition, match="still running"):
        vertex.client.delete_operation(operations_pb2.DeleteOperationRequest(name=begun.name))
    vertex.client.cancel_operation(operations_pb2.CancelOperationRequest(name=begun.name))
    vertex.env.clock.advance(60)
    ended = vertex.wait(begun.name)
    listed = vertex.client.list_operations(operations_pb2.ListOperationsRequest(name=PARENT))
    vertex.client.delete_operation(operations_pb2.DeleteOperationRequest(name=begun.name))

    assert (waited.done, ended.done) == (False, True)
    assert [item.name for item in listed.operations] == [begun.name]
    with pytest.raises(exceptions.NotFound, match="does not exist"):
        vertex.operation(begun.name)


def test_a_wait_ends_when_the_operation_does(vertex: Vertex) -> None:
    vertex.env.set({"operation_latency": 0.05})
    begun = vertex.client.delete_model(name=name("churn")).operation

    assert vertex.wait(begun.name).done
