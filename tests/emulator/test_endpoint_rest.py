"""EndpointService over REST: the official client with transport="rest", and people with curl."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import flask.testing
import pytest
from google.api_core import exceptions
from google.cloud import aiplatform_v1
from google.cloud.aiplatform_v1.services.endpoint_service.transports.rest_base import (
    _BaseEndpointServiceRestTransport as RestTransport,
)
from google.protobuf import empty_pb2

from emulator.vertex.http_rules import RULES
from emulator.vertex.methods import ENDPOINT_SERVICE, OPERATIONS
from emulator.vertex.rest import vertex_rest_app
from tests.emulator.endpoint_server import MACHINE, Endpoints, endpoint, serving
from tests.emulator.vertex_server import PARENT, name, rest_endpoints, rest_port


@pytest.fixture
def endpoints() -> Iterator[Endpoints]:
    """Deployed to e1: 1 with all traffic."""
    with serving() as served:
        served.deploy(id="1", split={"0": 100})
        served.vertex.env.gate.calls.reset()
        yield served


@pytest.fixture
def rest(endpoints: Endpoints) -> Iterator[aiplatform_v1.EndpointServiceClient]:
    with rest_port(endpoints.vertex) as address:
        yield rest_endpoints(address)


@pytest.fixture
def curl(endpoints: Endpoints) -> flask.testing.FlaskClient:
    return vertex_rest_app(endpoints.vertex.env, endpoints.vertex.registry).test_client()


@pytest.mark.parametrize(
    ("method", "request_"),
    [
        ("get_endpoint", {"name": endpoint()}),
        ("list_endpoints", {"parent": PARENT, "filter": 'displayName="e1"', "page_size": 1}),
        ("list_endpoints", {"parent": PARENT, "read_mask": {"paths": ["deployed_models"]}}),
    ],
)
def test_both_wires_give_the_same_answer(
    endpoints: Endpoints, rest: Any, method: str, request_: dict[str, Any]
) -> None:
    answers = [getattr(client, method)(request=request_) for client in (endpoints.client, rest)]
    if method == "list_endpoints":
        answers = [list(pager) for pager in answers]

    assert answers[0] == answers[1]
    assert answers[0]


def test_an_endpoint_lives_and_dies_over_rest(endpoints: Endpoints, rest: Any) -> None:
    endpoints.vertex.env.set(
        dict.fromkeys(("operation_latency", "deploy_latency", "undeploy_latency"), 0.0)
    )
    target = endpoint("new")
    request = {"parent": PARENT, "endpoint": {"display_name": "New"}, "endpoint_id": "new"}
    made = rest.create_endpoint(request=request).result(timeout=5)
    model = {"model": name("churn", "@2"), "id": "5", **MACHINE}
    future = rest.deploy_model(endpoint=target, deployed_model=model, traffic_split={"0": 100})
    deployed = future.result(timeout=5).deployed_model
    updated = rest.update_endpoint(
        endpoint={"name": target, "traffic_split": {}}, update_mask={"paths": ["traffic_split"]}
    )
    undeployed = rest.undeploy_model(
        endpoint=target, deployed_model_id="5", traffic_split={}
    ).result(timeout=5)
    deleted = rest.delete_endpoint(name=target).result(timeout=5)

    assert (made.name, deployed.id, deployed.model_version_id) == (target, "5", "2")
    assert (dict(updated.traffic_split), updated.deployed_models[0].id) == ({}, "5")
    assert undeployed == aiplatform_v1.UndeployModelResponse()
    assert deleted == empty_pb2.Empty()
    with pytest.raises(exceptions.NotFound, match="not found"):
        rest.get_endpoint(name=target)


@pytest.mark.parametrize("prefix", ["v1", "ui"])
@pytest.mark.parametrize("within", ["endpoint", "location"])
def test_operations_are_served_under_both_prefixes(
    endpoints: Endpoints, curl: flask.testing.FlaskClient, prefix: str, within: str
) -> None:
    body = {"deployedModelId": "1"}
    begun = curl.post(f"/v1/{endpoint()}:undeployModel", json=body).get_json()
    path = begun["name"] if within == "endpoint" else begun["name"].replace("/endpoints/e1", "")
    endpoints.pass_time()
    done = curl.get(f"/{prefix}/{path}").get_json()
    listed = curl.get(f"/{prefix}/{endpoint()}/operations").get_json()["operations"]

    types = [done["metadata"]["@type"], done["response"]["@type"]]
    assert [text.rpartition(".")[2] for text in types] == [
        "UndeployModelOperationMetadata",
        "UndeployModelResponse",
    ]
    assert listed[-1] == done


def test_calls_are_recorded_with_method_resource_and_principal(
    endpoints: Endpoints, curl: flask.testing.FlaskClient
) -> None:
    headers = {"Authorization": "Bearer ada@example.com"}
    curl.post(f"/v1/{endpoint()}:undeployModel", json={"deployedModelId": "9"}, headers=headers)
    curl.post(f"/v1/{PARENT}/endpoints", json={"displayName": "x"}, headers=headers)
    curl.patch(f"/v1/{endpoint()}?updateMask=labels", json={"labels": {}}, headers=headers)
    calls = endpoints.vertex.env.gate.calls.dump()

    service = "google.cloud.aiplatform.v1.EndpointService"
    assert [(c["method"], c["resource"], c["status"], c["principal"]) for c in calls] == [
        (f"{service}.UndeployModel", endpoint(), "INVALID_ARGUMENT", "ada@example.com"),
        (f"{service}.CreateEndpoint", PARENT, "OK", "ada@example.com"),
        (f"{service}.UpdateEndpoint", endpoint(), "OK", "ada@example.com"),
    ]


@pytest.mark.parametrize(
    ("verb", "path", "body", "told"),
    [
        ("POST", f"/v1/{endpoint()}:deployModel", {"deployedModel": {"size": 3}}, "size"),
        ("POST", f"/v1/{endpoint()}:undeployModel", {"deployedModel": "1"}, "deployedModel"),
        ("POST", f"/v1/{endpoint()}:undeployModel", {"trafficSplit": {"1": "a"}}, "trafficSplit"),
        ("POST", f"/v1/{PARENT}/endpoints", {"endpoint": {}}, "endpoint"),
        ("POST", f"/v1/{PARENT}/endpoints?endpointID=1", {}, "endpointID"),
        ("DELETE", f"/v1/{endpoint()}?force=true", None, "force"),
        ("PATCH", f"/v1/{endpoint()}?updateMask=labels", {"size": 3}, "size"),
    ],
)
def test_what_nobody_knows_is_refused_by_name(
    curl: flask.testing.FlaskClient, verb: str, path: str, body: Any, told: str
) -> None:
    answer = curl.open(path, method=verb, json=body)

    assert (answer.status_code, answer.get_json()["error"]["status"]) == (400, "INVALID_ARGUMENT")
    assert told in answer.get_json()["error"]["message"]


@pytest.mark.parametrize(
    ("verb", "path", "missing"),
    [
        ("POST", f"/v1/{endpoint()}:mutateDeployedModel", "EndpointService.MutateDeployedModel"),
        ("POST", f"/v1/{endpoint()}:update", "EndpointService.UpdateEndpointLongRunning"),
        ("POST", f"/v1/{endpoint()}:predict", f"POST /v1/{endpoint()}:predict"),
        ("GET", f"/v1beta1/{endpoint()}", f"GET /v1beta1/{endpoint()}"),
    ],
)
def test_what_nobody_serves_is_named(
    endpoints: Endpoints,
    curl: flask.testing.FlaskClient,
    verb: str,
    path: str,
    missing: str,
) -> None:
    answer = curl.open(path, method=verb)

    assert (answer.status_code, answer.get_json()["error"]["status"]) == (501, "UNIMPLEMENTED")
    assert missing in answer.get_json()["error"]["message"]


def generated_rules() -> set[tuple[str, str, str, str]]:
    """(method, verb, path, body) of every EndpointService method that the generated client calls."""
    return {
        (key.removeprefix("_Base"), option["method"].upper(), option["uri"], option.get("body", ""))
        for key, value in vars(RestTransport).items()
        if hasattr(value, "_get_http_options")
        for option in value._get_http_options()
        if "endpoint" in option["uri"].lower()
        and not key.endswith(("IamPolicy", "IamPermissions", "Operation", "Operations"))
    }


def test_the_rules_are_those_of_the_generated_client() -> None:
    ours = {
        (rule.method, rule.verb, rule.template, rule.body)
        for rule in RULES
        if rule.service == ENDPOINT_SERVICE
    }

    assert ours == generated_rules()


@pytest.mark.parametrize("method", sorted({r.method for r in RULES if r.service == OPERATIONS}))
def test_the_client_finds_operations_where_we_serve_them(method: str) -> None:
    options = getattr(RestTransport, f"_Base{method}")._get_http_options()
    generated = {(option["method"].upper(), option["uri"]) for option in options}
    ours = {(r.verb, r.template) for r in RULES if r.method == method and "endpoints" in r.template}

    assert ours
    assert ours <= generated
