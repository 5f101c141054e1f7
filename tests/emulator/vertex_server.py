"""The registry behind a real gRPC or REST port, and the official clients that talk to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import grpc
from google.auth.credentials import AnonymousCredentials
from google.cloud import aiplatform_v1
from google.cloud.aiplatform_v1.services.endpoint_service.transports import (
    EndpointServiceGrpcTransport,
)
from google.cloud.aiplatform_v1.services.model_service.transports import ModelServiceGrpcTransport
from google.longrunning import operations_pb2

from emulator.calls import Caller
from emulator.cloud import Environment
from emulator.grpc_wire import start_server
from emulator.http_wire import HttpServer
from emulator.vertex.registry import Registry
from emulator.vertex.rest import vertex_rest_app
from emulator.vertex.wire import vertex_services

PROJECT = "shop"
NUMBER = "123456789012"
REGION = "europe-west4"
PARENT = f"projects/{NUMBER}/locations/{REGION}"
CALLER = Caller(principal="bigquery@google")


def name(model_id: str, suffix: str = "") -> str:
    return f"{PARENT}/models/{model_id}{suffix}"


@dataclass
class Vertex:
    env: Environment
    registry: Registry
    client: aiplatform_v1.ModelServiceClient
    endpoints: aiplatform_v1.EndpointServiceClient

    def register(self, model_id: str = "churn", **options: Any) -> str:
        return self.registry.register_bqml(PROJECT, REGION, model_id, caller=CALLER, **options)

    def get(self, model_id: str = "churn", suffix: str = "") -> aiplatform_v1.Model:
        return self.client.get_model(name=name(model_id, suffix))

    def versions(self, model_id: str = "churn") -> list[str]:
        return sorted(v.version_id for v in self.client.list_model_versions(name=name(model_id)))

    def update(self, target: str, **fields: Any) -> aiplatform_v1.Model:
        etag = {"etag": fields.pop("etag")} if "etag" in fields else {}
        return self.client.update_model(
            model={"name": target, **fields, **etag}, update_mask={"paths": list(fields)}
        )

    def operation(self, operation_name: str) -> operations_pb2.Operation:
        return self.client.get_operation(operations_pb2.GetOperationRequest(name=operation_name))

    def wait(self, operation_name: str, seconds: float = 5.0) -> operations_pb2.Operation:
        """WaitOperation; the client leaves this method's answer as bytes."""
        request = operations_pb2.WaitOperationRequest(name=operation_name)
        request.timeout.FromMicroseconds(int(seconds * 1e6))
        return operations_pb2.Operation.FromString(self.client.wait_operation(request))

    def deploy(self, endpoint: str, model_id: str = "churn", number: int = 1) -> None:
        """A deployment by the state alone, to an endpoint that need not be there."""
        state = self.registry.dump()
        versions = next(m["versions"] for m in state["models"] if m["model_id"] == model_id)
        version = next(v for v in versions if v["number"] == number)
        version["deployed_models"].append({"endpoint": endpoint, "id": "77"})
        self.registry.load(state)


@contextmanager
def serve(**settings: Any) -> Iterator[Vertex]:
    """Versions appear at once unless the settings say otherwise."""
    env = Environment()
    env.set({"version_latency": 0.0, **settings})
    registry = Registry(env)
    server, port = start_server("127.0.0.1:0", *vertex_services(env, registry))
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        client = aiplatform_v1.ModelServiceClient(
            transport=ModelServiceGrpcTransport(channel=channel)
        )
        endpoints = aiplatform_v1.EndpointServiceClient(
            transport=EndpointServiceGrpcTransport(channel=channel)
        )
        yield Vertex(env, registry, client, endpoints)
    server.stop(grace=0).wait(timeout=2)


@contextmanager
def serve_two_versions(**settings: Any) -> Iterator[Vertex]:
    """The same, with a model `churn` of versions 1 (default) and 2 (golden)."""
    with serve(**settings) as served:
        served.register("churn")
        served.register("churn", aliases=["golden"])
        served.get("churn")
        yield served


def rest_client(address: str) -> aiplatform_v1.ModelServiceClient:
    return aiplatform_v1.ModelServiceClient(
        transport="rest",
        credentials=AnonymousCredentials(),
        client_options={"api_endpoint": address},
    )


def rest_endpoints(address: str) -> aiplatform_v1.EndpointServiceClient:
    return aiplatform_v1.EndpointServiceClient(
        transport="rest",
        credentials=AnonymousCredentials(),
        client_options={"api_endpoint": address},
    )


@contextmanager
def rest_port(vertex: Vertex) -> Iterator[str]:
    """The same registry over REST; the address."""
    server = HttpServer(vertex_rest_app(vertex.env, vertex.registry), "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.stop()
