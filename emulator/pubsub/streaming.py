"""StreamingPull: one stream of messages down, one of acknowledgements up."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import grpc
from google.pubsub_v1 import types

from emulator.cloud import Environment
from emulator.errors import ServiceError, invalid
from emulator.grpc_wire import raw_type
from emulator.principals import caller_of_context
from emulator.pubsub.broker import Broker
from emulator.pubsub.delivery import Delivery, Terms, fate_of
from emulator.pubsub.pull import received

# At most so many messages in one response; more follow in the next.
BATCH = 100

Request = raw_type(types.StreamingPullRequest)
Response = raw_type(types.StreamingPullResponse)


def streaming_handler(env: Environment, broker: Broker, method: str) -> grpc.RpcMethodHandler:
    """The handler of Subscriber.StreamingPull."""

    def serve(requests: Iterator[Any], context: grpc.ServicerContext) -> Iterator[Any]:
        caller = caller_of_context(context, env.settings.default_principal)
        try:
            first = next(requests, Request())
            name = first.subscription
            stream = env.gate.run(method, name, caller, lambda: _Stream(env, broker, first))
            if not context.add_callback(stream.close):
                stream.close()
            threading.Thread(target=stream.listen, args=[requests], daemon=True).start()
            yield from stream.responses()
        except ServiceError as error:
            context.abort(error.grpc, error.message)

    return grpc.stream_stream_rpc_method_handler(
        serve, Request.FromString, Response.SerializeToString
    )


class _Stream:
    """One open stream; `max_outstanding_*` <= 0 means no limit."""

    def __init__(self, env: Environment, broker: Broker, first: Any) -> None:
        self._env = env
        self._broker = broker
        self._name = first.subscription
        self._most = first.max_outstanding_messages
        self._most_bytes = first.max_outstanding_bytes
        self._outstanding: dict[str, int] = {}
        self._closed = False
        self._error: ServiceError | None = None
        self._lease = first.stream_ack_deadline_seconds
        with broker.changed:
            self._subscription = broker.pulled(self._name)
            self._check_lease()
            self._settle(first)

    def close(self) -> None:
        """The client is gone; what it holds stays leased until the deadlines."""
        with self._broker.changed:
            self._closed = True
            self._broker.changed.notify_all()

    def listen(self, requests: Iterator[Any]) -> None:
        """Handle what the client sends, until it ends."""
        try:
            for request in requests:
                self._handle(request)
        except ServiceError as error:
            self._error = error
        except grpc.RpcError:
            pass  # the call ended; responses() ends by itself
        finally:
            self.close()

    def _handle(self, request: Any) -> None:
        for field in (
            "subscription",
            "max_outstanding_messages",
            "max_outstanding_bytes",
            "protocol_version",
        ):
            if getattr(request, field):
                raise invalid(f"{field} may only be set in the first request of a stream.")
        with self._broker.changed:
            if request.stream_ack_deadline_seconds:
                self._lease = request.stream_ack_deadline_seconds
                self._check_lease()
            self._settle(request)

    def _check_lease(self) -> None:
        if not 10 <= self._lease <= 600:
            raise invalid("stream_ack_deadline_seconds must be between 10 and 600 seconds")

    def _settle(self, request: Any) -> None:
        if len(request.modify_deadline_seconds) != len(request.modify_deadline_ack_ids):
            raise invalid("modify_deadline_seconds and modify_deadline_ack_ids differ in length.")
        if request.ack_ids:
            self._broker.acknowledge(self._name, request.ack_ids)
        pairs = zip(request.modify_deadline_ack_ids, request.modify_deadline_seconds, strict=True)
        for ack_id, seconds in pairs:
            self._broker.modify_deadline(self._name, [ack_id], seconds)

    def responses(self) -> Iterator[Any]:
        """Messages, until one side ends the stream."""
        while deliveries := self._wait():
            yield self._response(deliveries)
        if self._error:
            raise self._error

    def _wait(self) -> list[Delivery]:
        clock, broker = self._env.clock, self._broker
        with broker.changed:
            while not self._closed:
                if broker.stopped:
                    raise ServiceError(
                        "UNAVAILABLE", "The service was unable to fulfill your request."
                    )
                # Looked up each time: it may have been deleted, or have become a push subscription.
                self._subscription = broker.pulled(self._name)
                if deliveries := broker.take(self._subscription, self._terms()):
                    self._outstanding |= {d.ack_id: d.message.size for d in deliveries}
                    return deliveries
                clock.wait(broker.changed, clock.time() + 1)
        return []

    def _terms(self) -> Terms:
        backlog = self._subscription.backlog
        held = {ack: size for ack, size in self._outstanding.items() if backlog.holds(ack)}
        self._outstanding = held
        room = self._most - len(held) if self._most > 0 else BATCH
        byte_room = self._most_bytes - sum(held.values()) if self._most_bytes > 0 else float("inf")
        return Terms(
            limit=min(room, BATCH),
            lease=self._lease,
            fate=fate_of(self._env, "delivery.pull"),
            byte_limit=byte_room,
        )

    def _response(self, deliveries: list[Delivery]) -> Any:
        response = Response(
            received_messages=[received(self._subscription, each) for each in deliveries]
        )
        # Without exactly-once delivery (which is not served) this is the only property to tell.
        response.subscription_properties.message_ordering_enabled = self._subscription.ordered
        return response
