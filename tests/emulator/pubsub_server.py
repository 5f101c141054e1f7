"""Real here: the gRPC server, the official clients, HTTP push. Observed: what subscribers get.

The clock is the local cloud's, so `advance` makes deadlines and backoffs pass at once.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from google.cloud import pubsub_v1

from emulator.cloud import Environment, LocalCloud
from emulator.pubsub.broker import Broker

TOPIC = "projects/p/topics/events"
SUBSCRIPTION = "projects/p/subscriptions/worker"
PATIENCE = 10.0


class PubSub:
    """The broker under test and the clients that talk to it."""

    def __init__(self, env: Environment, broker: Broker) -> None:
        self.env = env
        self.broker = broker
        self.publisher = pubsub_v1.PublisherClient()
        self.subscriber = pubsub_v1.SubscriberClient()

    def topic(self, name: str = TOPIC) -> str:
        return str(self.publisher.create_topic(name=name).name)

    def subscription(self, name: str = SUBSCRIPTION, topic: str = TOPIC, **config: Any) -> Any:
        request = {"name": name, "topic": topic, **config}
        return self.subscriber.create_subscription(request=request)

    def publish(self, *texts: str, **attributes: str) -> list[str]:
        futures = [self.publisher.publish(TOPIC, text.encode(), **attributes) for text in texts]
        return [future.result(PATIENCE) for future in futures]

    def pull(self, most: int = 10, name: str = SUBSCRIPTION) -> list[Any]:
        request = {"subscription": name, "max_messages": most, "return_immediately": True}
        return list(self.subscriber.pull(request=request, timeout=PATIENCE).received_messages)

    def texts(self, most: int = 10, name: str = SUBSCRIPTION) -> list[str]:
        return [item.message.data.decode() for item in self.pull(most, name)]

    def nack(self, *items: Any, name: str = SUBSCRIPTION) -> None:
        ack_ids = [item.ack_id for item in items]
        self.subscriber.modify_ack_deadline(
            subscription=name, ack_ids=ack_ids, ack_deadline_seconds=0
        )

    def ack(self, *items: Any, name: str = SUBSCRIPTION) -> None:
        self.subscriber.acknowledge(subscription=name, ack_ids=[item.ack_id for item in items])

    def fault(self, kind: str, method: str = "delivery.pull", **order: Any) -> None:
        self.env.gate.faults.add({"method": method, "kind": kind, **order})

    def left(self, count: int) -> bool:
        """Wait until so many messages are not acknowledged."""
        backlog = self.broker.subscriptions.get(SUBSCRIPTION).backlog
        with self.broker.changed:
            return self.broker.changed.wait_for(lambda: len(backlog) == count, PATIENCE)

    def idle(self) -> list[str]:
        return LocalCloud(self.env, {"pubsub": self.broker}).wait_idle(PATIENCE)

    def calls(self) -> list[str]:
        return [
            call["method"].rpartition("google.pubsub.v1.")[2] for call in self.env.gate.calls.dump()
        ]


@dataclass
class Received:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        return dict(json.loads(self.body))


@dataclass
class Endpoint:
    """A push endpoint: answers with `statuses` in turn, then 204; `gate` lets answers wait."""

    statuses: list[int] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)
    gate: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def wait(self, enough: Callable[[list[Received]], bool]) -> list[Received]:
        with self.changed:
            assert self.changed.wait_for(lambda: enough(self.received), PATIENCE), self.received
            return list(self.received)

    def wait_for(self, count: int) -> list[Received]:
        return self.wait(lambda received: len(received) >= count)

    def answer(self, request: Received) -> int:
        with self.changed:
            self.received.append(request)
            self.changed.notify_all()
            status = self.statuses.pop(0) if self.statuses else 204
        self.gate.wait(PATIENCE)
        return status
