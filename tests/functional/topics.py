"""The function's topics, each with a subscription that a test pulls from."""

from __future__ import annotations

from typing import Any

from google.cloud import pubsub_v1

from local.cloud.event_topic import create_event_topic


class Topics:
    """The function's topics with a subscription each."""

    def __init__(self) -> None:
        self._subscriber = pubsub_v1.SubscriberClient()
        create_event_topic("projects/analytics-dev/topics/events")
        self._subscribe("events")
        self.add("dead-letters")

    def add(self, name: str) -> None:
        """A topic more, with its subscription."""
        with pubsub_v1.PublisherClient() as publisher:
            publisher.create_topic(name=f"projects/analytics-dev/topics/{name}")
        self._subscribe(name)

    def _subscribe(self, name: str) -> None:
        topic = f"projects/analytics-dev/topics/{name}"
        self._subscriber.create_subscription(name=self._name(name), topic=topic)

    @staticmethod
    def _name(topic: str) -> str:
        return f"projects/analytics-dev/subscriptions/{topic}"

    def pull(self, topic: str) -> list[Any]:
        """The messages on a topic, acknowledged; empty if there is none."""
        request = {
            "subscription": self._name(topic),
            "max_messages": 100,
            "return_immediately": True,
        }
        pulled = self._subscriber.pull(request=request, timeout=10)
        ids = [message.ack_id for message in pulled.received_messages]
        if ids:
            self._subscriber.acknowledge(subscription=self._name(topic), ack_ids=ids)
        return [message.message for message in pulled.received_messages]
