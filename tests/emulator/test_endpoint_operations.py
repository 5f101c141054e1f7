"""Long-running operations of EndpointService: what they answer, how they meet, how they are restored."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from google.api_core import exceptions
from google.cloud import aiplatform_v1
from google.longrunning import operations_pb2
from google.rpc import code_pb2

from emulator.errors import ServiceError
from tests.emulator.endpoint_server import MINUTE, Endpoints, endpoint, serving
from tests.emulator.vertex_server import PARENT, PROJECT, REGION, name

STAGE = aiplatform_v1.DeploymentStage


@pytest.fixture
def endpoints() -> Iterator[Endpoints]:
    """Deployed to e1: 1 with all traffic, 2 with none."""
    with serving() as served:
        served.deploy(id="1", split={"0": 100})
        served.deploy(id="2")
        yield served


def create(endpoints: Endpoints) -> Any:
    return endpoints.client.create_endpoint(
        parent=PARENT, endpoint={"display_name": "New"}, endpoint_id="new"
    )


def delete(endpoints: Endpoints) -> Any:
    endpoints.create("empty")
    return endpoints.client.delete_endpoint(name=endpoint("empty"))


BEGINNINGS: dict[str, tuple[Callable[[Endpoints], Any], str, Any, Any]] = {
    "create": (
        create,
        "new",
        aiplatform_v1.CreateEndpointOperationMetadata,
        aiplatform_v1.Endpoint,
    ),
    "deploy": (
        lambda endpoints: endpoints.begin_deploy(),
        "e1",
        aiplatform_v1.DeployModelOperationMetadata,
        aiplatform_v1.DeployModelResponse,
    ),
    "undeploy": (
        lambda endpoints: endpoints.begin_undeploy("2"),
        "e1",
        aiplatform_v1.UndeployModelOperationMetadata,
        aiplatform_v1.UndeployModelResponse,
    ),
}


@pytest.mark.parametrize(
    ("begin", "endpoint_id", "metadata_type", "response_type"), BEGINNINGS.values(), ids=BEGINNINGS
)
def test_an_operation_has_the_types_of_its_method(
    endpoints: Endpoints,
    begin: Callable[[Endpoints], Any],
    endpoint_id: str,
    metadata_type: Any,
    response_type: Any,
) -> None:
    future = begin(endpoints)
    running = endpoints.vertex.operation(future.operation.name)
    done = endpoints.ended(future)

    assert future.operation.name.startswith(f"{endpoint(endpoint_id)}/operations/")
    assert (running.done, done.done) == (False, True)
    assert isinstance(future.metadata, metadata_type)
    assert isinstance(future.result(timeout=5), response_type)
    times = metadata_type.deserialize(done.metadata.value).generic_metadata
    assert (times.update_time - times.create_time).total_seconds() == pytest.approx(MINUTE)


def test_a_deployment_tells_its_stage(endpoints: Endpoints) -> None:
    future = endpoints.begin_deploy()
    begun = future.metadata.deployment_stage
    done = endpoints.ended(future)
    metadata = aiplatform_v1.DeployModelOperationMetadata.deserialize(done.metadata.value)

    assert (begun, metadata.deployment_stage) == (
        STAGE.STARTING_DEPLOYMENT,
        STAGE.SUCCESSFULLY_DEPLOYED,
    )


@pytest.mark.parametrize(
    ("begin", "latency"),
    [
        (create, "operation_latency"),
        (lambda endpoints: endpoints.begin_deploy(), "deploy_latency"),
        (lambda endpoints: endpoints.begin_undeploy("2"), "undeploy_latency"),
        (delete, "operation_latency"),
    ],
    ids=["create", "deploy", "undeploy", "delete"],
)
def test_each_kind_takes_its_own_time(
    endpoints: Endpoints, begin: Callable[[Endpoints], Any], latency: str
) -> None:
    endpoints.vertex.env.set({latency: 10.0})
    begun = begin(endpoints).operation.name
    endpoints.pass_time(9.5)
    before = endpoints.vertex.operation(begun).done
    endpoints.pass_time(0.6)

    assert (before, endpoints.vertex.operation(begun).done) == (False, True)


def test_operations_are_listed_by_region_and_by_endpoint(endpoints: Endpoints) -> None:
    begun = endpoints.begin_undeploy("2").operation.name
    other = create(endpoints).operation.name

    def listed(parent: str) -> list[str]:
        request = operations_pb2.ListOperationsRequest(name=parent)
        return [item.name for item in endpoints.client.list_operations(request).operations]

    assert listed(endpoint())[-1] == begun
    assert listed(endpoint("new")) == [other]
    assert set(listed(PARENT)) >= {begun, other}
    assert listed(name("churn")) == []


BUSY = {
    "DeployModel": lambda endpoints: endpoints.begin_deploy(),
    "UndeployModel": lambda endpoints: endpoints.begin_undeploy("2"),
    "UpdateEndpoint": lambda endpoints: endpoints.client.update_endpoint(
        endpoint={"name": endpoint(), "traffic_split": {"2": 100}},
        update_mask={"paths": ["traffic_split"]},
    ),
}


@pytest.mark.parametrize("method", BUSY)
@pytest.mark.parametrize("running", ["deploy", "undeploy"])
def test_a_busy_endpoint_refuses_another_change(
    endpoints: Endpoints, running: str, method: str
) -> None:
    endpoints.deploy(id="3")
    begun = endpoints.begin_deploy() if running == "deploy" else endpoints.begin_undeploy("3")
    number = begun.operation.name.rpartition("/")[2]
    text = (
        f'There are other operations running on the Endpoint "{endpoint()}": \\[{number}\\]. '
        "Please wait for them to complete."
    )

    with pytest.raises(exceptions.FailedPrecondition, match=text):
        BUSY[method](endpoints)
    assert not endpoints.ended(begun).HasField("error")
    BUSY[method](endpoints)


@pytest.mark.parametrize("method", BUSY)
def test_which_methods_a_busy_endpoint_refuses_is_a_setting(
    endpoints: Endpoints, method: str
) -> None:
    refused = [other for other in (*BUSY, "DeleteEndpoint") if other != method]
    endpoints.vertex.env.set({"busy_endpoint_refuses": refused})
    endpoints.begin_deploy()
    BUSY[method](endpoints)

    for other in set(BUSY) - {method}:
        with pytest.raises(exceptions.FailedPrecondition, match="other operations"):
            BUSY[other](endpoints)


def test_a_busy_endpoint_is_still_described_anew(endpoints: Endpoints) -> None:
    endpoints.begin_deploy()
    described = {"name": endpoint(), "labels": {"a": "b"}}
    changed = endpoints.client.update_endpoint(
        endpoint=described, update_mask={"paths": ["labels"]}
    )

    assert changed.labels == {"a": "b"}


def test_endpoints_are_busy_each_by_itself(endpoints: Endpoints) -> None:
    other = endpoints.create("e2")
    endpoints.begin_undeploy("2")
    begun = endpoints.begin_deploy(to=other, id="1")

    assert not endpoints.ended(begun).HasField("error")
    assert (endpoints.ids(), endpoints.ids(other)) == (["1"], ["1"])


def test_a_second_deletion_is_refused_while_the_first_is_running(endpoints: Endpoints) -> None:
    begun = delete(endpoints)

    with pytest.raises(exceptions.FailedPrecondition, match="other operations"):
        endpoints.client.delete_endpoint(name=endpoint("empty"))
    with pytest.raises(exceptions.FailedPrecondition, match="other operations"):
        endpoints.begin_deploy(to=endpoint("empty"))
    assert not endpoints.ended(begun).HasField("error")


def test_of_two_undeployments_at_once_the_second_finds_nothing(endpoints: Endpoints) -> None:
    endpoints.vertex.env.set({"busy_endpoint_refuses": []})
    first, second = (endpoints.begin_undeploy("2").operation.name for _ in range(2))
    endpoints.pass_time()

    assert not endpoints.vertex.operation(first).HasField("error")
    assert "[2] do not exist" in endpoints.vertex.operation(second).error.message


@pytest.mark.parametrize(
    ("prepare", "id_"),
    [
        (lambda endpoints: None, "e1"),
        (lambda endpoints: endpoints.begin_deploy(to=endpoints.create("e2")), "e2"),
        (lambda endpoints: [endpoints.undeploy("2"), endpoints.begin_undeploy("1")], "e1"),
    ],
    ids=["deployed", "being-deployed", "being-undeployed"],
)
def test_an_endpoint_with_models_cannot_be_deleted(
    endpoints: Endpoints, prepare: Callable[[Endpoints], Any], id_: str
) -> None:
    prepare(endpoints)
    text = f'The Endpoint "{endpoint(id_)}" has deployed or being-deployed DeployedModel'

    with pytest.raises(exceptions.FailedPrecondition, match=text):
        endpoints.client.delete_endpoint(name=endpoint(id_))


def test_a_deployment_that_began_meanwhile_fails_the_deletion(endpoints: Endpoints) -> None:
    endpoints.vertex.env.set({"busy_endpoint_refuses": [], "deploy_latency": 2 * MINUTE})
    begun = delete(endpoints)
    endpoints.begin_deploy(to=endpoint("empty"))

    assert endpoints.ended(begun).error.code == code_pb2.FAILED_PRECONDITION
    endpoints.pass_time()
    assert len(endpoints.ids(endpoint("empty"))) == 1


def test_a_state_dumped_in_the_middle_of_an_undeployment_goes_on_from_there(
    endpoints: Endpoints,
) -> None:
    endpoints.vertex.env.set({"undeploy_visible_latency": 30.0})
    endpoints.undeploy("2")
    begun = endpoints.begin_undeploy("1")
    endpoints.pass_time(20)
    dumped = json.loads(json.dumps(endpoints.vertex.registry.dump()))
    pending = endpoints.vertex.registry.pending()
    endpoints.vertex.registry.reset()
    endpoints.vertex.registry.load(dumped)

    assert endpoints.vertex.registry.dump() == dumped
    assert endpoints.vertex.registry.pending() == pending
    with pytest.raises(exceptions.FailedPrecondition, match="other operations"):
        endpoints.begin_deploy()
    assert [ref[1] for ref in endpoints.refs()] == ["1", "2"]
    endpoints.pass_time(11)
    assert [ref[1] for ref in endpoints.refs()] == ["1"]
    endpoints.pass_time(30)
    assert endpoints.vertex.operation(begun.operation.name).done
    assert endpoints.ids() == []
    endpoints.pass_time(30)
    assert (endpoints.refs(), endpoints.vertex.registry.pending()) == ([], [])


def test_every_operation_comes_through_a_dump(endpoints: Endpoints) -> None:
    endpoints.vertex.env.set({"busy_endpoint_refuses": []})
    begun = [begin(endpoints).operation.name for begin, *_ in BEGINNINGS.values()]
    before = endpoints.vertex.registry.dump()
    endpoints.vertex.registry.load(json.loads(json.dumps(before)))
    endpoints.pass_time()

    ended = [endpoints.vertex.operation(item) for item in begun]
    assert [(item.done, item.HasField("error")) for item in ended] == [(True, False)] * 3


ENDPOINT = {"project": PROJECT, "location": REGION, "endpoint_id": "7"}
DEPLOYED = {"id": "42", "model": f"projects/{PROJECT}/locations/{REGION}/models/churn"}


def test_an_endpoint_written_by_hand_needs_little(endpoints: Endpoints) -> None:
    models = endpoints.vertex.registry.dump()["models"]
    for version in models[0]["versions"]:
        version["deployed_models"] = []
    written = {**ENDPOINT, "deployed_models": [DEPLOYED], "traffic_split": {"42": 100}}
    endpoints.vertex.registry.load({"models": models, "endpoints": [written]})
    found = endpoints.get(endpoint("7"))

    assert (found.display_name, found.traffic_split) == ("7", {"42": 100})
    assert found.deployed_models[0].model == name("churn", "@1")
    assert endpoints.refs() == [(endpoint("7"), "42")]
    endpoints.undeploy("42", at=endpoint("7"))
    assert endpoints.refs() == []


@pytest.mark.parametrize(
    "change",
    [
        {"size": 3},
        {"content": {"size": 3}},
        {"content": {"trafficSplit": {"42": 100}}},
        {"content": {"deployedModels": [{"id": "42"}]}},
        {"deployed_models": [{"id": "42"}]},
        {"deployed_models": [{**DEPLOYED, "model": name("gone")}]},
        {"deployed_models": [{**DEPLOYED, "size": 3}]},
        {"deployed_models": [{**DEPLOYED, "content": {"size": 3}}]},
        {"deployed_models": [{**DEPLOYED, "content": {"model_version_id": "9"}}]},
        {"deployed_models": [DEPLOYED, DEPLOYED]},
        {"traffic_split": {"42": 100}},
        {"deployed_models": [DEPLOYED], "traffic_split": {"42": 99}},
    ],
    ids=[
        "field",
        "content",
        "content-traffic",
        "content-deployed",
        "no-model",
        "unknown-model",
        "deployed-field",
        "deployed-content",
        "deployed-content-version",
        "id-twice",
        "unknown-traffic",
        "sum",
    ],
)
def test_an_endpoint_that_makes_no_sense_is_refused(
    endpoints: Endpoints, change: dict[str, Any]
) -> None:
    models = endpoints.vertex.registry.dump()["models"]

    with pytest.raises(ServiceError) as refused:
        endpoints.vertex.registry.load({"models": models, "endpoints": [{**ENDPOINT, **change}]})
    assert refused.value.status == "INVALID_ARGUMENT"


@pytest.mark.parametrize(
    "model",
    [
        name("churn", "@1"),
        name("churn", "@default"),
        f"projects/{PROJECT}/locations/{REGION}/models/churn",
    ],
    ids=["number", "alias", "project id"],
)
def test_a_deployment_under_way_that_is_written_by_hand_holds_its_version(
    endpoints: Endpoints, model: str
) -> None:
    models = endpoints.vertex.registry.dump()["models"]
    for version in models[0]["versions"]:
        version["deployed_models"] = []
    now = endpoints.vertex.env.clock.time()
    change = {"method": "DeployModel", "deployed_model": {"id": "42", "model": model}}
    running = {**ENDPOINT, "id": "1", "create_time": now, "update_time": now, "change": change}
    endpoints.vertex.registry.load(
        {"models": models, "endpoints": [ENDPOINT], "operations": [running]}
    )

    with pytest.raises(exceptions.FailedPrecondition, match="being deployed"):
        endpoints.vertex.client.delete_model(name=name("churn"))
    endpoints.pass_time(MINUTE)
    assert endpoints.refs() == [(endpoint("7"), "42")]


@pytest.mark.parametrize(
    "change",
    [
        {"method": "MutateDeployedModel"},
        {"method": "DeployModel"},
        {"method": "DeployModel", "deployed_model": {"id": "1", "model": "churn"}},
        {"method": "CreateEndpoint", "endpoint": {"endpoint_id": "7"}},
        {"method": "UndeployModel", "size": 3},
    ],
    ids=["method", "no-model", "model", "no-project", "field"],
)
def test_an_operation_that_makes_no_sense_is_refused(
    endpoints: Endpoints, change: dict[str, Any]
) -> None:
    times = {"create_time": 0.0, "update_time": 0.0}
    operation = {**ENDPOINT, **times, "id": "1", "change": change}

    with pytest.raises(ServiceError) as refused:
        endpoints.vertex.registry.load({"operations": [operation]})
    assert refused.value.status == "INVALID_ARGUMENT"
