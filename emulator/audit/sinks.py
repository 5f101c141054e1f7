"""Sinks of the Log Router and their exports to Pub/Sub, with all that can go wrong there.

Source: https://cloud.google.com/logging/docs/routing/overview
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from emulator.audit.comparisons import Predicate
from emulator.audit.query import compile_filter
from emulator.cloud import Environment
from emulator.errors import ServiceError, invalid

log = logging.getLogger(__name__)

Entry = dict[str, Any]
Publish = Callable[[str, bytes, dict[str, str]], None]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
_TOPIC = re.compile(r"projects/[^/]+/topics/[^/]+")
_PARENT = re.compile(r"(projects/[^/]+)?")
# How long an export under a "reorder" order waits at most for a later one to overtake it.
_OVERTAKING_SECONDS = 0.5


@dataclass(kw_only=True)
class Sink:
    """Where matching entries go, of one project or of all; `held` wait to be overtaken."""

    name: str
    topic: str
    filter: str
    parent: str = ""
    passes: Predicate
    held: list[Entry] = field(default_factory=list)

    def matches(self, entry: Entry) -> bool:
        """Whether the entry is of the sink's project and passes its filter."""
        own = not self.parent or str(entry.get("logName", "")).startswith(f"{self.parent}/")
        return own and self.passes(entry)

    def to_json(self) -> dict[str, str]:
        """The sink as it was ordered."""
        parent = {"parent": self.parent} if self.parent else {}
        return {"name": self.name, "topic": self.topic, "filter": self.filter, **parent}


def new_sink(name: str, topic: str, filter_text: str, parent: str = "") -> Sink:
    """A sink of this name, topic, filter and project, or what is wrong with them."""
    if not _NAME.fullmatch(name):
        raise invalid(f"Invalid sink name: {name!r}.")
    if not _TOPIC.fullmatch(topic):
        raise invalid(f"A topic is named projects/PROJECT/topics/TOPIC, not {topic!r}.")
    if not _PARENT.fullmatch(parent):
        raise invalid(f"The parent of a sink is named projects/PROJECT, not {parent!r}.")
    passes = compile_filter(filter_text)
    return Sink(name=name, topic=topic, filter=filter_text, parent=parent, passes=passes)


class Exports:
    """Publishes entries some time after they were written, at least once and in no sure order."""

    def __init__(self, env: Environment, publish: Publish) -> None:
        self._env = env
        self._publish = publish

    def begin(self, sink: Sink, entry: Entry) -> None:
        """Export one entry after the latency of exports."""
        self._later(self._env.settings.export_latency, sink, entry, self._export)

    def _later(
        self, seconds: float, sink: Sink, entry: Entry, action: Callable[[Sink, Entry], None]
    ) -> None:
        label = f"logging.export {sink.name} {entry['insertId']}"
        self._env.clock.call_later(seconds, lambda: action(sink, entry), label)

    def _export(self, sink: Sink, entry: Entry) -> None:
        fault = self._env.gate.faults.take("logging.export", "drop", "reorder", "duplicate")
        kind = fault.kind if fault else ""
        if kind == "drop":
            return
        if kind == "reorder":
            with self._env.lock:
                sink.held.append(entry)
            self._later(_OVERTAKING_SECONDS, sink, entry, self._release)
        else:
            self._send(sink, entry)
            self._release_all(sink)
        self._send_copies(sink, entry, extra=kind == "duplicate")

    def _send_copies(self, sink: Sink, entry: Entry, *, extra: bool) -> None:
        """The same entry again, each copy a latency after the one before: insertId is no promise."""
        settings = self._env.settings
        for copy_number in range(1, settings.export_duplicates + extra + 1):
            self._later(copy_number * settings.export_latency, sink, entry, self._send)

    def _release_all(self, sink: Sink) -> None:
        with self._env.lock:
            held = list(sink.held)
        for entry in held:
            self._release(sink, entry)

    def _release(self, sink: Sink, entry: Entry) -> None:
        with self._env.lock:
            if entry not in sink.held:
                return
            sink.held.remove(entry)
        self._send(sink, entry)

    def _send(self, sink: Sink, entry: Entry) -> None:
        data = json.dumps(entry, sort_keys=True, separators=(",", ":")).encode()
        attributes = {"logging.googleapis.com/timestamp": entry["timestamp"]}
        try:
            self._publish(sink.topic, data, attributes)
        except ServiceError as error:
            # A sink that cannot deliver discards the entry; its owners get an e-mail.
            log.warning("sink %s lost entry %s: %s", sink.name, entry["insertId"], error)
