"""What Terraform would make, made on the local cloud by official clients: topics, sink, push."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from google.cloud.pubsub_v1 import PublisherClient, SubscriberClient
from google.protobuf.duration_pb2 import Duration

from local.archive import REPOSITORY, lay_out
from local.control import Control
from local.event_topic import create_event_topic
from local.processes import Addresses, Process, emulator, function

PROJECT = "analytics-dev"
EVENTS_TOPIC = "bqml-registry-events"
DEAD_LETTER_TOPIC = "bqml-registrar-dead-letters"
AUDIT_TOPIC = "bqml-model-changes"
# The demo's and the playground's own; the one named like the topic is left to the user.
TIMELINE_SUBSCRIPTION = "timeline-events"
_INVOKER = f"push-invoker@{PROJECT}.iam.gserviceaccount.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """A running local cloud with the function behind its push subscription."""

    addresses: Addresses
    control: Control
    function_address: str
    process: Process


def topic(name: str) -> str:
    """A topic's full name."""
    return f"projects/{PROJECT}/topics/{name}"


def subscription(name: str) -> str:
    """A subscription's full name."""
    return f"projects/{PROJECT}/subscriptions/{name}"


@contextlib.contextmanager
def rollout(policy: Path | None = None, **settings: str) -> Iterator[Rollout]:
    """Start the local cloud and `register_model`, connect them; end both afterwards."""
    with (
        emulator() as addresses,
        _environment(no_proxy="127.0.0.1", **addresses.env),
        TemporaryDirectory() as folder,
    ):
        main = lay_out("register_model", Path(folder), policy)
        with function(main, function_settings(addresses, **settings)) as (address, process):
            control = Control(addresses.control)
            connect(control, address)
            yield Rollout(
                addresses=addresses, control=control, function_address=address, process=process
            )


def function_settings(addresses: Addresses, **settings: str) -> dict[str, str]:
    """The environment variables of a deployed function."""
    return {
        "GOOGLE_CLOUD_PROJECT": PROJECT,
        "EVENTS_TOPIC": topic(EVENTS_TOPIC),
        "DEAD_LETTER_TOPIC": topic(DEAD_LETTER_TOPIC),
        **addresses.env,
        **settings,
    }


@contextlib.contextmanager
def _environment(**values: str) -> Iterator[None]:
    """Variables that the official clients read: where to call, and without a proxy."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def connect(control: Control, function_address: str) -> None:
    """Topics, the Log Router sink with Terraform's filter, and the push subscription."""
    create_event_topic(topic(EVENTS_TOPIC))
    with PublisherClient() as publisher:
        for name in (DEAD_LETTER_TOPIC, AUDIT_TOPIC):
            publisher.create_topic(name=topic(name))
    filter_text = (REPOSITORY / "terraform" / "filters" / "model_changes.txt").read_text()
    control.create_sink("model-changes", topic(AUDIT_TOPIC), filter_text)
    with SubscriberClient() as subscriber:
        subscriber.create_subscription(
            request=push_subscription("register-model", function_address)
        )
        for name, source in (
            (EVENTS_TOPIC, EVENTS_TOPIC),
            (DEAD_LETTER_TOPIC, DEAD_LETTER_TOPIC),
            (TIMELINE_SUBSCRIPTION, EVENTS_TOPIC),
        ):
            subscriber.create_subscription(request=_ordered_subscription(name, source))


def _ordered_subscription(name: str, source: str) -> dict[str, object]:
    return {"name": subscription(name), "topic": topic(source), "enable_message_ordering": True}


def push_subscription(name: str, function_address: str) -> dict[str, object]:
    """What wakes a function with the audit topic's messages."""
    return {
        "name": subscription(name),
        "topic": topic(AUDIT_TOPIC),
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
            "dead_letter_topic": topic(DEAD_LETTER_TOPIC),
            "max_delivery_attempts": 100,
        },
    }
