"""Pull: waits a while for messages, and gives none to a client that is gone."""

from __future__ import annotations

from typing import Any

import grpc
from google.pubsub_v1 import types

from emulator.cloud import Environment
from emulator.errors import ServiceError, invalid
from emulator.grpc_wire import raw_type
from emulator.principals import caller_of_context
from emulator.pubsub.broker import Broker
from emulator.pubsub.delivery import Delivery, Terms, fate_of
from emulator.pubsub.subscriptions import Subscription

# assumed: "a bounded amount of time" in the reference of PullRequest.
WAIT = 20.0

PullRequest = raw_type(types.PullRequest)
PullResponse = raw_type(types.PullResponse)
ReceivedMessage = raw_type(types.ReceivedMessage)


def received(subscription: Subscription, delivery: Delivery) -> Any:
    """A delivery as pulling clients get it."""
    return ReceivedMessage(
        ack_id=delivery.ack_id,
        message=delivery.message.to_proto(),
        delivery_attempt=subscription.attempt(delivery.attempt),
    )


def pull_handler(env: Environment, broker: Broker, method: str) -> grpc.RpcMethodHandler:
    """The handler of Subscriber.Pull."""

    def serve(request: Any, context: grpc.ServicerContext) -> Any:
        caller = caller_of_context(context, env.settings.default_principal)
        try:
            return env.gate.run(
                method, request.subscription, caller, lambda: _pull(env, broker, request, context)
            )
        except ServiceError as error:
            context.abort(error.grpc, error.message)

    return grpc.unary_unary_rpc_method_handler(
        serve, PullRequest.FromString, PullResponse.SerializeToString
    )


def _pull(env: Environment, broker: Broker, request: Any, context: grpc.ServicerContext) -> Any:
    if request.max_messages <= 0:
        raise invalid(f"Invalid max_messages given ({request.max_messages}): it must be positive.")
    until = env.clock.time() + (0 if request.return_immediately else WAIT)
    with broker.changed:
        while context.is_active() and not broker.stopped:
            subscription = broker.pulled(request.subscription)
            terms = Terms(
                limit=request.max_messages,
                lease=subscription.config.ack_deadline_seconds,
                fate=fate_of(env, "delivery.pull"),
            )
            taken = broker.take(subscription, terms)
            if taken or env.clock.time() >= until:
                return PullResponse(received_messages=[received(subscription, t) for t in taken])
            env.clock.wait(broker.changed, until)
    return PullResponse()
