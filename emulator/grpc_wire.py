"""gRPC serving: proto-plus request and response types to plain Python methods, errors to statuses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent import futures
from dataclasses import dataclass
from typing import Any

import grpc
from google.rpc import status_pb2

from emulator.calls import Caller
from emulator.cloud import Environment
from emulator.errors import ServiceError, unimplemented
from emulator.principals import caller_of_context

MAX_THREADS = 96


@dataclass(frozen=True)
class Unary:
    """One method that takes one request: request and response types and what it does.

    The types are proto-plus or protobuf messages; `resource` names the resource for the record of
    calls. `effect` gets the request and the caller. A `streamed` one answers the messages of a stream.
    """

    request: Any
    response: Any
    effect: Callable[[Any, Caller], Any]
    resource: Callable[[Any], str]
    streamed: bool = False


def raw_type(message_type: Any) -> Any:
    """The protobuf class of a proto-plus class, or the class itself."""
    return message_type.pb() if hasattr(message_type, "pb") else message_type


def _deserializer(message_type: Any) -> Callable[[bytes], Any]:
    if hasattr(message_type, "deserialize"):
        return message_type.deserialize
    return message_type.FromString


def _serialize(message: Any) -> bytes:
    raw = type(message).pb(message) if hasattr(type(message), "pb") else message
    return raw.SerializeToString()


def unary_service(
    env: Environment, service: str, methods: Mapping[str, Unary]
) -> grpc.GenericRpcHandler:
    """A gRPC service of methods that take one request, each behind the gate."""
    handlers = {
        name: _handler(method)(
            _behind_gate(env, f"{service}.{name}", method),
            request_deserializer=_deserializer(method.request),
            response_serializer=_serialize,
        )
        for name, method in methods.items()
    }
    return grpc.method_handlers_generic_handler(service, handlers)


def _handler(method: Unary) -> Callable[..., grpc.RpcMethodHandler]:
    if method.streamed:
        return grpc.unary_stream_rpc_method_handler
    return grpc.unary_unary_rpc_method_handler


def _behind_gate(
    env: Environment, name: str, method: Unary
) -> Callable[[Any, grpc.ServicerContext], Any]:
    def serve(request: Any, context: grpc.ServicerContext) -> Any:
        caller = caller_of_context(context, env.settings.default_principal)
        try:
            answer = env.gate.run(
                name, method.resource(request), caller, lambda: method.effect(request, caller)
            )
            return iter(answer) if method.streamed else answer
        except ServiceError as error:
            _refuse(context, error)

    return serve


def _refuse(context: grpc.ServicerContext, error: ServiceError) -> None:
    """Abort with the error; its details go as a google.rpc.Status in the trailers."""
    if error.details:
        status = status_pb2.Status(code=error.grpc.value[0], message=error.message)
        for detail in error.details:
            status.details.add().Pack(detail)
        context.set_trailing_metadata([("grpc-status-details-bin", status.SerializeToString())])
    context.abort(error.grpc, error.message)


class _Unknown(grpc.GenericRpcHandler):
    """Answers every method that nobody serves with UNIMPLEMENTED and its name."""

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
        method = handler_call_details.method.lstrip("/").replace("/", ".")

        def refuse(_: bytes, context: grpc.ServicerContext) -> bytes:
            error = unimplemented(method)
            context.abort(error.grpc, error.message)
            return b""

        return grpc.unary_unary_rpc_method_handler(refuse)


def start_server(address: str, *handlers: grpc.GenericRpcHandler) -> tuple[grpc.Server, int]:
    """Serve on `host:port` (0 = any free port); the server and its port."""
    server = grpc.server(
        futures.ThreadPoolExecutor(max_workers=MAX_THREADS),
        options=[("grpc.so_reuseport", 0), ("grpc.max_receive_message_length", 20 * 1024 * 1024)],
    )
    server.add_generic_rpc_handlers((*handlers, _Unknown()))
    port = server.add_insecure_port(address)
    server.start()
    return server, port
