"""Endpoints of the local cloud for the official client: what tests of EndpointService share.

Real: the wire, the client, the registry. Time stands in effect still: what takes time takes a
minute, which `pass_time` lets pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from google.cloud import aiplatform_v1
from google.longrunning import operations_pb2

from tests.emulator.vertex_server import PARENT, Vertex, name, serve

MINUTE = 60.0
MACHINE = {
    "dedicated_resources": {
        "machine_spec": {"machine_type": "n1-standard-2"},
        "min_replica_count": 1,
        "max_replica_count": 2,
    }
}
NETWORK = "projects/123456789012/global/networks/shop"
SLOW = {
    "operation_latency": MINUTE,
    "deploy_latency": MINUTE,
    "undeploy_latency": MINUTE,
    "undeploy_visible_latency": 0.0,
    "delete_refused_after_undeploy": 0.0,
    "bqml_delete_from_vertex_allowed": True,
}


def endpoint(endpoint_id: str = "e1", parent: str = PARENT) -> str:
    return f"{parent}/endpoints/{endpoint_id}"


class Endpoints:
    """What tests do with endpoints."""

    def __init__(self, vertex: Vertex) -> None:
        self.vertex = vertex
        self.client: aiplatform_v1.EndpointServiceClient = vertex.endpoints

    def pass_time(self, seconds: float = MINUTE) -> None:
        """Let time pass, and have what is due by then be done."""
        self.vertex.env.clock.advance(seconds)
        self.vertex.registry.pending()

    def ended(self, begun: Any) -> operations_pb2.Operation:
        """The operation after its minute."""
        self.pass_time()
        return self.vertex.operation(begun.operation.name)

    def create(self, endpoint_id: str = "e1", parent: str = PARENT, **fields: Any) -> str:
        """An endpoint that is there; its name."""
        described = {"display_name": endpoint_id, **fields}
        begun = self.client.create_endpoint(
            parent=parent, endpoint=described, endpoint_id=endpoint_id
        )
        done = self.ended(begun)
        assert not done.HasField("error"), done.error
        return endpoint(endpoint_id, parent)

    def begin_deploy(self, model: str = "", **options: Any) -> Any:
        """Begin to deploy; the endpoint is e1 and the model `churn`, unless told otherwise."""
        where = options.pop("to", endpoint())
        split = options.pop("split", {})
        deployed = {"model": model or name("churn"), **MACHINE, **options}
        return self.client.deploy_model(
            endpoint=where, deployed_model=deployed, traffic_split=split
        )

    def deploy(self, model: str = "", **options: Any) -> operations_pb2.Operation:
        return self.ended(self.begin_deploy(model, **options))

    def begin_undeploy(self, deployed_id: str, split: Any = None, at: str = "") -> Any:
        return self.client.undeploy_model(
            endpoint=at or endpoint(), deployed_model_id=deployed_id, traffic_split=split or {}
        )

    def undeploy(
        self, deployed_id: str, split: Any = None, at: str = ""
    ) -> operations_pb2.Operation:
        return self.ended(self.begin_undeploy(deployed_id, split, at))

    def get(self, target: str = "") -> aiplatform_v1.Endpoint:
        return self.client.get_endpoint(name=target or endpoint())

    def split(self, target: str = "") -> dict[str, int]:
        return dict(self.get(target).traffic_split)

    def ids(self, target: str = "") -> list[str]:
        return [deployed.id for deployed in self.get(target).deployed_models]

    def refs(self, model: str = "churn", suffix: str = "") -> list[tuple[str, str]]:
        """Model.deployed_models."""
        found = self.vertex.get(model, suffix).deployed_models
        return [(ref.endpoint, ref.deployed_model_id) for ref in found]


@contextmanager
def serving(**settings: Any) -> Iterator[Endpoints]:
    """Endpoint e1, and model `churn` with versions 1 (default) and 2 (golden)."""
    with serve(**{**SLOW, **settings}) as vertex:
        vertex.register("churn")
        vertex.register("churn", aliases=["golden"])
        endpoints = Endpoints(vertex)
        endpoints.create()
        yield endpoints
