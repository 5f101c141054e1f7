"""Pub/Sub over gRPC: which method of the API does what."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import grpc
from google.protobuf import empty_pb2
from google.pubsub_v1 import types

from emulator.cloud import Environment
from emulator.errors import invalid
from emulator.grpc_wire import Unary, raw_type, unary_service
from emulator.pubsub import listing
from emulator.pubsub.broker import Broker
from emulator.pubsub.messages import check_publish
from emulator.pubsub.names import check_name
from emulator.pubsub.pull import pull_handler
from emulator.pubsub.streaming import streaming_handler

PUBLISHER = "google.pubsub.v1.Publisher"
SUBSCRIBER = "google.pubsub.v1.Subscriber"

Empty = empty_pb2.Empty


def publisher_service(env: Environment, broker: Broker) -> grpc.GenericRpcHandler:
    """The service of those who publish."""

    def publish(request: Any) -> Any:
        check_name(request.topic, "topics")
        check_publish(request)
        return raw_type(types.PublishResponse)(
            message_ids=broker.publish(request.topic, request.messages)
        )

    def listed(request: Any) -> Any:
        return listing.topics(broker, request)

    def attached(request: Any) -> Any:
        return listing.topic_subscriptions(broker, request)

    topics, of = broker.topics, "topic"
    methods = {
        "CreateTopic": (types.Topic, topics.create, "name"),
        "GetTopic": (types.GetTopicRequest, lambda request: topics.get(request.topic), of),
        "ListTopics": (types.ListTopicsRequest, listed, "project"),
        "UpdateTopic": (types.UpdateTopicRequest, topics.update, "topic.name"),
        "DeleteTopic": (types.DeleteTopicRequest, lambda r: broker.delete_topic(r.topic), of),
        "ListTopicSubscriptions": (types.ListTopicSubscriptionsRequest, attached, of),
        "Publish": (types.PublishRequest, publish, of),
    }
    return unary_service(env, PUBLISHER, {k: locked_unary(env, *row) for k, row in methods.items()})


def subscriber_service(env: Environment, broker: Broker) -> grpc.GenericRpcHandler:
    """The service of those who subscribe."""
    rows = {**_subscription_rows(broker), **_lease_rows(broker)}
    unary = unary_service(env, SUBSCRIBER, {k: locked_unary(env, *row) for k, row in rows.items()})
    pulling = {
        "Pull": pull_handler(env, broker, f"{SUBSCRIBER}.Pull"),
        "StreamingPull": streaming_handler(env, broker, f"{SUBSCRIBER}.StreamingPull"),
    }
    return _Both(unary, grpc.method_handlers_generic_handler(SUBSCRIBER, pulling))


Row = tuple[Any, Callable[[Any], Any], str]


def _subscription_rows(broker: Broker) -> dict[str, Row]:
    def get(request: Any) -> Any:
        return broker.subscriptions.get(request.subscription).config

    def update(request: Any) -> Any:
        return broker.subscriptions.update(request.subscription, request.update_mask)

    def modify_push(request: Any) -> None:
        broker.subscriptions.modify_push(request.subscription, request.push_config)

    def delete(request: Any) -> None:
        broker.subscriptions.delete(request.subscription)

    def listed(request: Any) -> Any:
        return listing.subscriptions(broker, request)

    of = "subscription"
    return {
        "CreateSubscription": (types.Subscription, broker.subscriptions.create, "name"),
        "GetSubscription": (types.GetSubscriptionRequest, get, of),
        "ListSubscriptions": (types.ListSubscriptionsRequest, listed, "project"),
        "UpdateSubscription": (types.UpdateSubscriptionRequest, update, "subscription.name"),
        "DeleteSubscription": (types.DeleteSubscriptionRequest, delete, of),
        "ModifyPushConfig": (types.ModifyPushConfigRequest, modify_push, of),
    }


def _lease_rows(broker: Broker) -> dict[str, Row]:
    def acknowledge(request: Any) -> None:
        broker.acknowledge(request.subscription, _some(request.ack_ids))

    def modify(request: Any) -> None:
        ack_ids = _some(request.ack_ids)
        broker.modify_deadline(request.subscription, ack_ids, request.ack_deadline_seconds)

    return {
        "Acknowledge": (types.AcknowledgeRequest, acknowledge, "subscription"),
        "ModifyAckDeadline": (types.ModifyAckDeadlineRequest, modify, "subscription"),
    }


def _some(ack_ids: Any) -> Any:
    if not ack_ids:
        raise invalid("You have not specified an ack ID in the request.")
    return ack_ids


def locked_unary(
    env: Environment, request: Any, effect: Callable[[Any], Any], resource: str
) -> Unary:
    """A method whose effect needs the lock; `resource` is the path of the request's resource."""

    def locked(message: Any, _: Any) -> Any:
        with env.lock:
            result = effect(message)
            if result is None:
                return Empty()
            # A resource goes on living: what is answered is how it is now.
            copy = type(result)()
            copy.CopyFrom(result)
            return copy

    return Unary(raw_type(request), Any, locked, operator.attrgetter(resource))


class _Both(grpc.GenericRpcHandler):
    """The unary methods of one service, and those with handlers of their own."""

    def __init__(self, *handlers: grpc.GenericRpcHandler) -> None:
        self._handlers = handlers

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        found = (handler.service(handler_call_details) for handler in self._handlers)
        return next((method for method in found if method), None)
