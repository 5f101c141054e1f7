"""The state of Firestore: databases, and what of them is dumped and loaded."""

from __future__ import annotations

from typing import Any

from google.cloud.firestore_v1 import types
from google.protobuf import json_format

from emulator.cloud import Environment
from emulator.errors import invalid
from emulator.firestore import admin_resources
from emulator.firestore.database import Database
from emulator.firestore.expiry import Expiry
from emulator.firestore.limits import check_fields
from emulator.firestore.moments import Moments
from emulator.firestore.names import check_database, check_document, missing_database
from emulator.firestore.transactions import Transactions
from emulator.grpc_wire import raw_type

Document = raw_type(types.Document)
_KEYS = {"indexes", "fields", "documents"}


class Firestore:
    """All databases by name; who changes them holds the environment's lock."""

    def __init__(self, env: Environment) -> None:
        self.env = env
        self.moments = Moments(env.clock)
        self.transactions = Transactions(env.clock)
        self.databases: dict[str, Database] = {}
        self.expiry = Expiry(env, self.databases.get)

    def database(self, name: str) -> Database:
        """The database of that name, or NOT_FOUND."""
        check_database(name)
        if name not in self.databases:
            raise missing_database(name)
        return self.databases[name]

    def add_database(self, state: dict[str, Any]) -> None:
        """One more database, in the form that `dump` shows; its name alone is enough.

        For programs that hold the local cloud in their process; others have the Admin API.
        """
        with self.env.lock:
            database = self._read(state)
            self.databases[database.name] = database
            self.expiry.watch_all(database)

    def dump(self) -> dict[str, Any]:
        """All databases as JSON."""
        return {
            "databases": [_written(database) for database in self.databases.values()],
            "last_commit": self.moments.last,
        }

    def load(self, state: dict[str, Any]) -> None:
        """Replace all databases; open transactions are forgotten."""
        if unknown := set(state) - {"databases", "last_commit"}:
            raise invalid(f"There is no {sorted(unknown)} in the state of firestore.")
        self.reset()
        self.moments.last = int(state.get("last_commit", 0))
        for item in state.get("databases", []):
            self.add_database(item)

    def reset(self) -> None:
        """Forget everything."""
        self.databases.clear()
        self.transactions.forget()
        self.moments.last = 0

    def pending(self) -> list[str]:
        """Nothing: what is asked is done, and expirations are not waited for."""
        return []

    def _read(self, state: dict[str, Any]) -> Database:
        info = {key: value for key, value in state.items() if key not in _KEYS}
        database = Database(admin_resources.read_info(info, self.moments.read()))
        for item in state.get("indexes", []):
            index = admin_resources.read_index(item, database.name)
            database.indexes[index.name] = index
        for item in state.get("fields", []):
            field = admin_resources.read_field(item, database.name)
            database.fields[admin_resources.field_key(field.name)] = field
        for item in state.get("documents", []):
            document = self._read_document(item, database.name)
            database.documents[document.name] = document
        return database

    def _read_document(self, item: dict[str, Any], database: str) -> Any:
        document = json_format.ParseDict(item, Document())
        check_document(document.name, database)
        check_fields(document)
        now = self.moments.read()
        for time in ("create_time", "update_time"):
            if not document.HasField(time):
                getattr(document, time).CopyFrom(now)
        self.moments.see(document.update_time)
        return document


def _written(database: Database) -> dict[str, Any]:
    return {
        **json_format.MessageToDict(database.info),
        "indexes": [json_format.MessageToDict(index) for index in database.indexes.values()],
        "fields": [json_format.MessageToDict(field) for field in database.fields.values()],
        "documents": [json_format.MessageToDict(each) for each in database.documents.values()],
    }
