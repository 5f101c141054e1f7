"""The gRPC services of Vertex AI."""

from __future__ import annotations

import grpc

from emulator.cloud import Environment
from emulator.grpc_wire import unary_service
from emulator.vertex.methods import served_methods
from emulator.vertex.registry import Registry


def vertex_services(env: Environment, registry: Registry) -> list[grpc.GenericRpcHandler]:
    """ModelService, EndpointService and longrunning Operations."""
    return [
        unary_service(env, service, methods)
        for service, methods in served_methods(registry).items()
    ]
