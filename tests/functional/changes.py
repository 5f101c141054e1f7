"""The way of log entries to the function, by hand: the sink's topic, and a push for each message."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from google.cloud import pubsub_v1

from local.cloud.control import Control
from tests.builders import a_push

FILTER = Path(__file__).resolve().parents[2] / "terraform" / "filters" / "model_changes.txt"
TOPIC = "projects/analytics-dev/topics/model-changes"
SUBSCRIPTION = "projects/analytics-dev/subscriptions/model-changes"


class Changes:
    """What the sink has let through, until it is delivered."""

    def __init__(self, control: Control) -> None:
        self._control = control
        self._subscriber = pubsub_v1.SubscriberClient()
        with pubsub_v1.PublisherClient() as publisher:
            publisher.create_topic(name=TOPIC)
        self._subscriber.create_subscription(name=SUBSCRIPTION, topic=TOPIC)
        control.settings(export_latency=0.0)
        control.create_sink("model-changes", TOPIC, FILTER.read_text())

    def take(self) -> list[bytes]:
        """The entries exported since the last time, each as often as it was exported."""
        self._control.wait_idle()
        entries: list[bytes] = []
        while received := self._pull():
            ids = [message.ack_id for message in received]
            self._subscriber.acknowledge(subscription=SUBSCRIPTION, ack_ids=ids)
            entries += [message.message.data for message in received]
        return entries

    def deliver(self, function: FlaskClient) -> list[int]:
        """Post every entry to the function, and what that leads to; the answers' status codes."""
        statuses = []
        while entries := self.take():
            statuses += [post(function, a_push(entry)) for entry in entries]
        return statuses

    def _pull(self) -> list[Any]:
        request = {
            "subscription": SUBSCRIPTION,
            "max_messages": 100,
            "return_immediately": True,
        }
        return list(self._subscriber.pull(request=request, timeout=10).received_messages)


def post(function: FlaskClient, body: bytes) -> int:
    """One push; the answer's status code."""
    return function.post("/", data=body, content_type="application/json").status_code
