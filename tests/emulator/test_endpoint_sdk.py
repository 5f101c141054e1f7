"""The high-level SDK, google.cloud.aiplatform, unmodified: endpoints and what is deployed to them.

Real: the SDK, HTTP, the registry. Operations end at once: the SDK looks again after a second only.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from google.api_core import exceptions
from google.cloud import aiplatform

from tests.emulator.endpoint_server import NETWORK, SLOW, Endpoints
from tests.emulator.sdk import point_sdk_at
from tests.emulator.vertex_server import name, rest_port, serve

MACHINE = {"machine_type": "n1-standard-2", "min_replica_count": 1, "max_replica_count": 1}


@pytest.fixture
def endpoints() -> Iterator[Endpoints]:
    """BigQuery ML model `churn` with versions 1 and 2, and the SDK pointed at it."""
    quick = dict.fromkeys(("operation_latency", "deploy_latency", "undeploy_latency"), 0.0)
    with serve(**{**SLOW, **quick}) as vertex, rest_port(vertex) as address:
        vertex.register("churn")
        vertex.register("churn")
        point_sdk_at(address)
        yield Endpoints(vertex)


def test_models_are_deployed_shared_and_undeployed_all_at_once(endpoints: Endpoints) -> None:
    target = aiplatform.Endpoint.create(
        display_name="Churn", endpoint_id="e1", labels={"team": "growth"}
    )
    target.deploy(aiplatform.Model("churn"), deployed_model_display_name="Blue", **MACHINE)
    target.deploy(aiplatform.Model("churn@2"), traffic_percentage=30, **MACHINE)
    blue, green = target.list_models()

    assert (target.name, target.display_name, target.labels) == ("e1", "Churn", {"team": "growth"})
    assert (blue.display_name, blue.model_version_id) == ("Blue", "1")
    assert green.model_version_id == "2"
    assert target.traffic_split == {blue.id: 70, green.id: 30}
    target.update(traffic_split={blue.id: 100}, description="one")
    assert (target.traffic_split, endpoints.get().description) == ({blue.id: 100}, "one")
    with pytest.raises(exceptions.BadRequest, match="has deployed or being-deployed"):
        target.delete()
    target.delete(force=True)
    assert aiplatform.Endpoint.list() == []
    assert endpoints.refs() == []


def test_one_model_is_undeployed_and_the_others_take_its_traffic(endpoints: Endpoints) -> None:
    target = aiplatform.Endpoint.create(display_name="Churn", endpoint_id="e1")
    endpoints.deploy(name("churn"), id="1", split={"0": 100})
    endpoints.deploy(name("churn", "@2"), id="2", split={"1": 60, "0": 40})
    target = aiplatform.Endpoint("e1")
    target.undeploy("1")

    assert (target.traffic_split, [item.id for item in target.list_models()]) == ({"2": 100}, ["2"])
    assert endpoints.refs() == []
    target.undeploy_all()
    assert endpoints.ids() == []


def test_a_model_makes_its_own_endpoint(endpoints: Endpoints) -> None:
    target = aiplatform.Model("churn").deploy(**MACHINE)

    (deployed,) = target.list_models()
    assert target.traffic_split == {deployed.id: 100}
    assert endpoints.refs() == [(target.resource_name, deployed.id)]


def test_endpoints_are_listed_by_filter(endpoints: Endpoints) -> None:
    endpoints.create("a", labels={"team": "growth"})
    endpoints.create("b", labels={"team": "ops"}, network=NETWORK)

    assert [item.name for item in aiplatform.Endpoint.list(filter="labels.team=growth")] == ["a"]
    assert [item.name for item in aiplatform.Endpoint.list(order_by="display_name")] == ["a"]
    assert [item.name for item in aiplatform.PrivateEndpoint.list()] == ["b"]


def test_a_private_endpoint_has_one_model_and_no_split(endpoints: Endpoints) -> None:
    target = aiplatform.PrivateEndpoint.create(display_name="Inside", network=NETWORK)
    target.deploy(aiplatform.Model("churn"), **MACHINE)

    assert (target.network, target.traffic_split) == (NETWORK, {})
    assert target.predict_http_uri.endswith(":predict")
    (deployed,) = target.list_models()
    target.undeploy(deployed.id)
    target.delete()
    assert aiplatform.PrivateEndpoint.list() == []


def test_a_model_that_cannot_be_exported_is_told_of_at_the_end(endpoints: Endpoints) -> None:
    endpoints.vertex.register("forecast", exportable=False)
    endpoints.create("e1")

    with pytest.raises(exceptions.GoogleAPICallError, match="not exportable from BigQueryML"):
        aiplatform.Endpoint("e1").deploy(aiplatform.Model("forecast"), **MACHINE)
