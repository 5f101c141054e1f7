"""The local cloud within this process: its real wires on loopback, on a clock that stands still.

Real: emulator, wires, official clients. Faked: time, and Pub/Sub's push, which the harness plays.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from emulator.assembly import assemble
from emulator.pubsub.delivery import Terms
from emulator.wires import Ports, Wires
from local.cloud.databases import databases
from tests.faults.clock import BEGINNING, ManualClock
from tests.faults.product import Message, Product
from tests.faults.topic_names import AUDIT, DEAD_LETTERS, EVENTS, INBOXES, REFUSALS

FILTERS = Path(__file__).resolve().parents[2] / "terraform" / "filters"
SINKS = {"model-changes": AUDIT, "refused-deletes": REFUSALS}
TOPICS = (*INBOXES, EVENTS, DEAD_LETTERS)
HOUR = 3600.0
# What a snapshot holds; messages and entries are taken away instead.
SERVICES = ("bigquery", "vertex", "firestore")
# Latencies that nobody would let pass; those of registrations and undeployments stay, for the
# product's waits.
SETTINGS = {
    "job_latency": 0.0,
    "operation_latency": 0.0,
    "deploy_latency": 0.0,
    "export_latency": 0.0,
    "export_duplicates": 0,
    "legacy_twins": False,
}
# What differs from run to run: revisions and the times of writes. A BigQuery model's creation time
# does not, as it tells one generation from another.
UNSTABLE = {
    "etag", "lastModifiedTime", "revision", "create_time", "update_time", "visible_at",
}  # fmt: skip


class Snapshot(Struct, frozen=True):
    """A state to go back to."""

    time: float
    state: dict[str, Any]


class World:
    """One local cloud, the product's clients of it, and what the harness does to both."""

    def __init__(self, wires: Wires, services: Any) -> None:
        self.addresses = wires.addresses()
        self.clock: ManualClock = services.environment.clock
        self.gate = services.environment.gate
        self._services = services
        self.product = Product(self.addresses, self.clock)

    def begin(self, **settings: Any) -> None:
        """A cloud that knows nothing but topics, subscriptions and sinks."""
        self._services.cloud.reset()
        self._services.environment.set({**SETTINGS, **settings})
        for database in databases():
            self._services.firestore.add_database(database)
        self._services.pubsub.load(
            {
                "topics": [{"name": name} for name in TOPICS],
                "subscriptions": [{"config": {"name": _pulled(n), "topic": n}} for n in TOPICS],
            }
        )
        for name, topic in SINKS.items():
            words = (FILTERS / f"{name.replace('-', '_')}.txt").read_text()
            self._services.logging.create_sink(name, topic=topic, filter_text=words)

    def at_hour(self, hour: int) -> None:
        """Let time pass up to an hour after the beginning."""
        self.clock.advance_to(BEGINNING + hour * HOUR)

    def snapshot(self) -> Snapshot:
        return Snapshot(self.clock.time(), self._services.cloud.dump(SERVICES))

    def restore(self, snapshot: Snapshot) -> None:
        self.clock.set(snapshot.time)
        self.gate.faults.reset()
        self._services.cloud.load(snapshot.state)
        self._services.logging.load({"entries": []})
        for topic in TOPICS:
            self.take(topic)

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state of services."""
        self._services.cloud.load(state)

    def forget_model(self, reference: str) -> None:
        """BigQuery has lost a model, and the registry has not heard of it."""
        bigquery = self._services.cloud.dump(("bigquery",))["bigquery"]
        left = [model for model in bigquery["models"] if _reference(model) != reference]
        assert len(left) < len(bigquery["models"]), f"there is no {reference}"
        self._services.cloud.load({"bigquery": {**bigquery, "models": left}})

    def deliverable(self) -> list[Message]:
        """The messages that came for functions since the last look."""
        return [message for topic in INBOXES for message in self.take(topic)]

    def take(self, topic: str) -> list[Message]:
        """The messages that came since the last look."""
        broker = self._services.pubsub
        subscription = broker.subscriptions.get(_pulled(topic))
        terms = Terms(limit=1000, lease=600, fate=lambda _: None)
        taken = broker.take(subscription, terms)
        broker.acknowledge(_pulled(topic), [delivery.ack_id for delivery in taken])
        return [
            Message(
                id=item.message.id,
                data=item.message.data,
                attributes=dict(item.message.attributes),
                topic=topic,
                published=datetime.fromtimestamp(item.message.publish_ms / 1000, UTC),
            )
            for item in taken
        ]

    def state(self) -> dict[str, Any]:
        """What BigQuery and Vertex AI hold, without what differs from run to run."""
        state = self.snapshot().state
        models = {_reference(model): _stable(model) for model in state["bigquery"]["models"]}
        registry = {model["model_id"]: _stable(model) for model in state["vertex"]["models"]}
        endpoints = {each["endpoint_id"]: _stable(each) for each in state["vertex"]["endpoints"]}
        return {"bigquery": models, "vertex": registry, "endpoints": endpoints}


def _pulled(topic: str) -> str:
    return topic.replace("/topics/", "/subscriptions/")


def _reference(model: dict[str, Any]) -> str:
    reference = model["modelReference"]
    return f"{reference['datasetId']}.{reference['modelId']}"


def _stable(value: Any) -> Any:
    if isinstance(value, dict):
        stable = {key: _stable(item) for key, item in value.items() if key not in UNSTABLE}
        # In whatever order they were given.
        return {**stable, "aliases": sorted(stable["aliases"])} if "aliases" in stable else stable
    if isinstance(value, list):
        return [_stable(item) for item in value]
    return value


@contextmanager
def serving() -> Iterator[World]:
    """A world for as long as it is needed; official clients find it by the environment."""
    with pytest.MonkeyPatch.context() as patch:
        services = assemble(ManualClock())
        wires = Wires(services, "127.0.0.1", Ports())
        wires.start()
        for name, value in wires.addresses()["env"].items():
            patch.setenv(name, value)
        try:
            yield World(wires, services)
        finally:
            wires.stop()
