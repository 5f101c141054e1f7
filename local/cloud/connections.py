"""What the functions need around them: topics, sinks, push subscriptions, databases."""

from __future__ import annotations

from collections.abc import Iterator

from google.cloud.pubsub_v1 import PublisherClient, SubscriberClient
from google.protobuf.duration_pb2 import Duration

from local.cloud.control import Control
from local.cloud.databases import databases
from local.cloud.event_topic import create_event_topic
from local.cloud.repository import REPOSITORY
from local.cloud.topics import (
    AUDIT_TOPIC,
    DEAD_LETTER_TOPIC,
    DEAD_LETTER_TOPICS,
    DELETION_TOPIC,
    EVENTS_TOPIC,
    PROJECT,
    RECONCILE_TOPIC,
    REFUSALS_TOPIC,
    TIMELINE_SUBSCRIPTION,
    subscription,
    topic,
)

_INVOKER = f"push-invoker@{PROJECT}.iam.gserviceaccount.com"
_FILTERS = REPOSITORY / "terraform" / "filters"
# Each with the topic that it fills and the file of its filter.
_SINKS = {
    "model-changes": (AUDIT_TOPIC, "model_changes.txt"),
    "refused-deletes": (REFUSALS_TOPIC, "refused_deletes.txt"),
}
# Which topic wakes which function, by the name of the subscription.
_PUSHES = {
    "register-model": (AUDIT_TOPIC, "register_model"),
    "cleanup-requests": (DELETION_TOPIC, "cleanup_endpoints"),
    "cleanup-refusals": (REFUSALS_TOPIC, "cleanup_endpoints"),
    "reconcile": (RECONCILE_TOPIC, "reconcile"),
}


def connect(
    control: Control, register_model: str = "", cleanup_endpoints: str = "", reconcile: str = ""
) -> None:
    """Databases, topics, the sinks with Terraform's filters, and a push to each address given."""
    addresses = {
        "register_model": register_model,
        "cleanup_endpoints": cleanup_endpoints,
        "reconcile": reconcile,
    }
    control.put_state(firestore={"databases": databases()})
    create_event_topic(topic(EVENTS_TOPIC))
    with PublisherClient() as publisher:
        for name in (AUDIT_TOPIC, REFUSALS_TOPIC, DELETION_TOPIC, RECONCILE_TOPIC):
            publisher.create_topic(name=topic(name))
        for name in DEAD_LETTER_TOPICS.values():
            publisher.create_topic(name=topic(name))
    for name, (target, filter_file) in _SINKS.items():
        control.create_sink(name, topic(target), (_FILTERS / filter_file).read_text())
    with SubscriberClient() as subscriber:
        for request in (*_pushes(addresses), *_pulls()):
            subscriber.create_subscription(request=request)


def _pushes(addresses: dict[str, str]) -> Iterator[dict[str, object]]:
    for name, (source, function) in _PUSHES.items():
        if address := addresses[function]:
            yield push_subscription(name, address, source, DEAD_LETTER_TOPICS[function])


def _pulls() -> Iterator[dict[str, object]]:
    """Subscriptions that people, or the demo, pull from: in order by key."""
    sources = {name: name for name in (EVENTS_TOPIC, *DEAD_LETTER_TOPICS.values())}
    for name, source in {**sources, TIMELINE_SUBSCRIPTION: EVENTS_TOPIC}.items():
        yield {"name": subscription(name), "topic": topic(source), "enable_message_ordering": True}


def push_subscription(
    name: str,
    function_address: str,
    source: str = AUDIT_TOPIC,
    dead_letter_topic: str = DEAD_LETTER_TOPIC,
) -> dict[str, object]:
    """What wakes a function with a topic's messages."""
    return {
        "name": subscription(name),
        "topic": topic(source),
        "ack_deadline_seconds": 600,
        "push_config": {
            "push_endpoint": function_address,
            "oidc_token": {"service_account_email": _INVOKER},
        },
        "retry_policy": {
            "minimum_backoff": Duration(seconds=10),
            "maximum_backoff": Duration(seconds=600),
        },
        "dead_letter_policy": {
            "dead_letter_topic": topic(dead_letter_topic),
            "max_delivery_attempts": 100,
        },
    }
