"""A subscriber of the registry events: the official client's streaming pull, in order by key."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from google.cloud.pubsub_v1 import SubscriberClient

from local.cloud.interrupts import held
from local.cloud.topics import TIMELINE_SUBSCRIPTION, subscription
from local.people.expectations import Told

TYPE_PREFIX = "bqml.registrar."


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A CloudEvent as the subscriber sees it: what it tells, and by what it is known and ordered.

    `how_to_go_on` is what a person may do about it.
    """

    told: Told
    id: str
    ordering_key: str
    how_to_go_on: str = ""


class Subscriber:
    """Receives while it is open; `told`, if given, hears of each event on another thread."""

    def __init__(self, told: Callable[[Event], None] | None = None) -> None:
        self.events: list[Event] = []
        self._told = told
        self._arrived = threading.Event()

    def __enter__(self) -> Self:
        self._client = SubscriberClient()
        source = subscription(TIMELINE_SUBSCRIPTION)
        self._stream = self._client.subscribe(source, callback=self._receive)
        return self

    def __exit__(self, *_: object) -> None:
        with held():
            self._stream.cancel()
            self._stream.result()
            self._client.close()

    def wait_for_arrival(self, seconds: float) -> None:
        """Wait until something arrives, or this long."""
        self._arrived.wait(seconds)
        self._arrived.clear()

    def _receive(self, message: Any) -> None:
        event = _read(message)
        self.events.append(event)
        if self._told:
            self._told(event)
        message.ack()
        self._arrived.set()


def _read(message: Any) -> Event:
    attributes, data = message.attributes, json.loads(message.data)
    return Event(
        told=told_by(attributes, data),
        id=attributes["ce-id"],
        ordering_key=message.ordering_key,
        how_to_go_on=data.get("deletion", {}).get("how_to_go_on", ""),
    )


def told_by(attributes: Mapping[str, str], data: Mapping[str, Any]) -> Told:
    """Most of it stands in the attributes; aliases, versions that are gone and the like in the data."""
    vertex = (attributes.get("ce-vertexmodel", ""), attributes.get("ce-vertexversion", ""))
    return Told(
        attributes["ce-type"].removeprefix(TYPE_PREFIX),
        _about(attributes),
        "@".join(part for part in vertex if part),
        alias=data.get("alias", {}).get("name", ""),
        gone=data.get("gone", {}).get("name", "").rpartition("/")[2],
        reason=attributes["ce-reason"],
        dry_run=attributes["ce-dryrun"] == "true",
        about=_also(data),
    )


def _about(attributes: Mapping[str, str]) -> str:
    """The model, or the dataset or job that an event without a model is about."""
    parts = [attributes.get(name, "") for name in ("ce-dataset", "ce-model")]
    told = ".".join(part for part in parts if part)
    return told or attributes["ce-subject"].rpartition("/")[2]


def _also(data: Mapping[str, Any]) -> str:
    """The endpoint, what a sweep missed, or the days until a retirement."""
    if deployment := data.get("deployment"):
        return str(deployment["endpoint"].rpartition("/")[2])
    if sweep := data.get("sweep"):
        return f"missed {sweep.get('missed', 0)} of {sweep.get('models', 0)}"
    deletion = data.get("deletion", {})
    if due := deletion.get("due"):
        asked = datetime.fromisoformat(deletion["requested_at"]).date()
        return f"{(date.fromisoformat(due) - asked).days} days"
    return ""
