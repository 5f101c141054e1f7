"""The topic and the push subscription that carry a trigger's events, as Eventarc makes them.

Source: https://cloud.google.com/eventarc/docs/retry-events: retries and retention are those of the
subscription, and changed there.
"""

from __future__ import annotations

import contextlib
import zlib
from typing import Any
from urllib.parse import quote

import msgspec
from google.pubsub_v1 import types

from emulator.errors import ServiceError, invalid
from emulator.eventarc.triggers import MESSAGE_PUBLISHED, Pubsub, Transport, Trigger
from emulator.pubsub.broker import Broker
from emulator.pubsub.cloud_event_push import MAX_ATTEMPTS, MODE, STRUCTURED
from emulator.pubsub.subscription_config import complete

RETENTION = 24 * 3600
MINIMUM_BACKOFF, MAXIMUM_BACKOFF = 10, 600

_Topic = types.Topic.pb()
_Subscription = types.Subscription.pb()


def attach(broker: Broker, trigger: Trigger) -> Trigger:
    """The trigger with its transport, made where it is not there yet; the lock is held."""
    wanted = _transport(trigger)
    if wanted.topic == _own_topic(trigger) and wanted.topic not in broker.topics:
        broker.topics.create(_Topic(name=wanted.topic))
    broker.topics.get(wanted.topic)  # refuses by name one that is not there
    subscription = complete(_subscription(trigger, wanted))
    if not _carries(broker, subscription):
        _delete(broker, wanted.subscription)
        broker.subscriptions.create(subscription)
    return msgspec.structs.replace(trigger, transport=Transport(pubsub=wanted))


def detach(broker: Broker, trigger: Trigger) -> None:
    """Delete what was made for the trigger; a topic that somebody named stays."""
    carrier = trigger.transport.pubsub
    _delete(broker, carrier.subscription)
    if carrier.topic == _own_topic(trigger) and carrier.topic in broker.topics:
        broker.delete_topic(carrier.topic)


def _transport(trigger: Trigger) -> Pubsub:
    named = trigger.transport.pubsub
    if trigger.event_type != MESSAGE_PUBLISHED and named.topic not in {"", _own_topic(trigger)}:
        raise invalid("Only a trigger for messagePublished takes a topic of its own.")
    project, stem, number = _names(trigger)
    subscription = f"projects/{project}/subscriptions/{stem}-sub-{number}"
    if named.subscription not in {"", subscription}:
        raise invalid(f"The subscription of this trigger is {subscription}.")
    return Pubsub(topic=named.topic or _own_topic(trigger), subscription=subscription)


def _own_topic(trigger: Trigger) -> str:
    project, stem, number = _names(trigger)
    return f"projects/{project}/topics/{stem}-{number}"


def _names(trigger: Trigger) -> tuple[str, str, int]:
    stem = f"eventarc-{trigger.part('location')}-{trigger.part('id')}"
    return trigger.part("project"), stem, zlib.crc32(trigger.name.encode()) % 900 + 100


def _carries(broker: Broker, wanted: Any) -> bool:
    """Whether the subscription is there and leads to the trigger's address; its retries are its own."""
    found = [each.config for each in broker.subscriptions.of_topic(wanted.topic)]
    return any(
        each.name == wanted.name and each.push_config == wanted.push_config for each in found
    )


def _delete(broker: Broker, subscription: str) -> None:
    with contextlib.suppress(ServiceError):
        broker.subscriptions.delete(subscription)


def _subscription(trigger: Trigger, transport: Pubsub) -> Any:
    uri = trigger.destination.http_endpoint.uri
    config = _Subscription(name=transport.subscription, topic=transport.topic)
    config.message_retention_duration.FromSeconds(RETENTION)
    config.retry_policy.minimum_backoff.FromSeconds(MINIMUM_BACKOFF)
    config.retry_policy.maximum_backoff.FromSeconds(MAXIMUM_BACKOFF)
    push = config.push_config
    push.push_endpoint = f"{uri}{'&' if '?' in uri else '?'}{MODE}={_mode(trigger, transport)}"
    if trigger.service_account:
        push.oidc_token.service_account_email = trigger.service_account
        push.oidc_token.audience = uri
    if trigger.retry_policy:
        push.attributes[MAX_ATTEMPTS] = str(trigger.retry_policy.max_attempts)
    if trigger.content_mode == "structured":
        push.attributes[STRUCTURED] = "true"
    return config


def _mode(trigger: Trigger, transport: Pubsub) -> str:
    """What Eventarc writes into the endpoint, for the receiving side to know the form."""
    if trigger.event_type == MESSAGE_PUBLISHED:
        return quote(f"CUSTOM_PUBSUB_{transport.topic}", safe="")
    return "CE_PUBSUB_BINDING"
