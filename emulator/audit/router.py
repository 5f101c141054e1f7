"""The Log Router: keeps log entries and hands those that a sink's filter matches to its export."""

from __future__ import annotations

import copy
import hashlib
import itertools
import json
from collections.abc import Callable
from typing import Any

from emulator.audit.query import compile_filter
from emulator.audit.redaction import redacted
from emulator.audit.sinks import Entry, Exports, Publish, Sink, new_sink
from emulator.audit.size import within_limit
from emulator.audit.split import split
from emulator.cloud import Environment
from emulator.errors import already_exists, invalid

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


class LogRouter:
    """All entries in the order of their writing, and the sinks that export them to Pub/Sub."""

    def __init__(self, env: Environment, publish: Publish) -> None:
        self._env = env
        self._exports = Exports(env, publish)
        self._sinks: dict[str, Sink] = {}
        self._entries: list[str] = []  # as JSON: a fraction of the memory of the objects
        self._numbers = itertools.count(1)
        self._listeners: list[Callable[[Entry], None]] = []

    def listen(self, listener: Callable[[Entry], None]) -> None:
        """Have another service told of every entry that is written from now on."""
        self._listeners.append(listener)

    def write(self, entry: Entry) -> None:
        """Keep an entry, completed by its id and times, and export it to each matching sink."""
        with self._env.lock:
            written = self._written(copy.deepcopy(entry))
            self._entries.extend(map(json.dumps, written))
            sinks = list(self._sinks.values())
        for part in written:
            for sink in sinks:
                if sink.matches(part):
                    self._exports.begin(sink, part)
            for listener in self._listeners:
                listener(part)

    def _written(self, entry: Entry) -> list[Entry]:
        """What is written of an entry: BigQuery redacts and truncates, Logging splits."""
        settings = self._env.settings
        complete = redacted(self._completed(entry), settings.foreign_projects)
        return split(within_limit(complete), settings.entry_limit)

    def _completed(self, entry: Entry) -> Entry:
        now = self._env.clock.now().isoformat(timespec="microseconds").replace("+00:00", "Z")
        identity = _insert_id(f"{next(self._numbers)} {now}")
        return {"insertId": identity, "timestamp": now, "receiveTimestamp": now} | entry

    def create_sink(self, name: str, *, topic: str, filter_text: str, parent: str = "") -> None:
        """A sink to a Pub/Sub topic; entries written from now on are exported."""
        sink = new_sink(name, topic, filter_text, parent)
        with self._env.lock:
            if name in self._sinks:
                raise already_exists(f"Sink {name} already exists")
            self._sinks[name] = sink

    def entries(self, filter_text: str | None = None) -> list[Entry]:
        """The entries that a filter matches, in the order of their writing."""
        matches = compile_filter(filter_text or "")
        with self._env.lock:
            return [entry for entry in map(json.loads, self._entries) if matches(entry)]

    def dump(self) -> dict[str, Any]:
        """Sinks and entries as JSON."""
        with self._env.lock:
            sinks = [sink.to_json() for sink in self._sinks.values()]
            return {"sinks": sinks, "entries": [json.loads(entry) for entry in self._entries]}

    def load(self, state: dict[str, Any]) -> None:
        """Replace the sinks or the entries or both; loaded entries are not exported."""
        if unknown := set(state) - {"sinks", "entries"}:
            raise invalid(f"Logging has sinks and entries, no {sorted(unknown)}.")
        sinks = [
            new_sink(sink["name"], sink["topic"], sink["filter"], sink.get("parent", ""))
            for sink in state.get("sinks", [])
        ]
        entries = [json.dumps(entry) for entry in state.get("entries", [])]
        with self._env.lock:
            if "sinks" in state:
                self._sinks = {sink.name: sink for sink in sinks}
            if "entries" in state:
                self._entries = entries

    def reset(self) -> None:
        """Forget sinks and entries."""
        with self._env.lock:
            self._sinks = {}
            self._entries = []

    def pending(self) -> list[str]:
        """Nothing: exports under way are tasks of the clock, which lists them."""
        return []


def _insert_id(seed: str) -> str:
    """Twelve letters and digits, as in captured entries."""
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest(), "big")
    return "".join(_DIGITS[number // 36**place % 36] for place in range(12))
