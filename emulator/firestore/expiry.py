"""Expiry: what a TTL policy does to documents whose time has come.

Rules: https://cloud.google.com/firestore/docs/ttl. A document is deleted some time after the
moment that its field names (`firestore_ttl_lag`); subcollections stay; a value that is no timestamp
means never. What is due in a month does not keep the local cloud from being idle.
"""

from __future__ import annotations

from collections.abc import Callable

from emulator.cloud import Environment
from emulator.firestore.database import Database
from emulator.firestore.field_paths import find


class Expiry:
    """Deletes documents when they are due."""

    def __init__(self, env: Environment, database: Callable[[str], Database | None]) -> None:
        self._env = env
        self._database = database

    def watch_all(self, database: Database) -> None:
        """Look at every document, after a load or a new policy."""
        for name in database.documents:
            self.watch(database, name)

    def watch(self, database: Database, name: str) -> None:
        """Have a document deleted when it is due, if it ever is."""
        due = self._due(database, name)
        if due is None:
            return

        def expire() -> None:
            with self._env.lock:
                self._expire(database.name, name)

        seconds = max(due - self._env.clock.time(), 0.001)
        self._env.clock.call_later(seconds, expire, f"expiry of {name}", background=True)

    def _due(self, database: Database, name: str) -> float | None:
        path = database.expiry_field(name)
        document = database.documents.get(name)
        value = find(document.fields, path) if document is not None and path else None
        if value is None or not value.HasField("timestamp_value"):
            return None
        moment = value.timestamp_value.ToMicroseconds() / 1e6
        return float(moment + self._env.settings.firestore_ttl_lag)

    def _expire(self, database_name: str, name: str) -> None:
        """Delete it, unless it has been given more time, or the policy is gone."""
        database = self._database(database_name)
        due = self._due(database, name) if database else None
        if database is None or due is None:
            return
        if due > self._env.clock.time():
            self.watch(database, name)
        else:
            del database.documents[name]
