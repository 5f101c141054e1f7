"""Indexes: those that are declared, those that every field has, and which a query needs.

Rules: https://cloud.google.com/firestore/docs/query-data/index-overview and, for several indexes
that serve one query together, its section on index merging. An index serves one direction of each
of its fields, and ends with the documents' names, in the direction of its last field.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from google.cloud.firestore_admin_v1 import types as admin

from emulator.errors import ServiceError, failed_precondition
from emulator.firestore.database import Database
from emulator.firestore.field_paths import NAME, Path, parse, shown
from emulator.firestore.names import DEFAULT
from emulator.firestore.query import Query
from emulator.grpc_wire import raw_type

Index = raw_type(admin.Index)
_FIELD = Index.IndexField
UP, DOWN, CONTAINS = "ASCENDING", "DESCENDING", "CONTAINS"
Entry = tuple[Path, str]
_AUTOMATIC: tuple[str, ...] = (UP, DOWN, CONTAINS)


@dataclass(frozen=True)
class Shape:
    """What an index has of each document, in its order; names of documents last."""

    entries: tuple[Entry, ...]

    def serves(self, equal: set[Entry], sort: tuple[Entry, ...]) -> set[Entry] | None:
        """The equalities that it answers in a query with this order; None if it is of no use."""
        if self.entries[-len(sort) :] != sort:
            return None
        prefix = {_equality(entry) for entry in self.entries[: -len(sort)]}
        return prefix if prefix <= equal else None


def _equality(entry: Entry) -> Entry:
    """Directions do not matter to an equality."""
    path, mode = entry
    return path, mode if mode == CONTAINS else UP


def shape(entries: Iterable[Entry]) -> Shape:
    """The shape of an index with these fields."""
    given = tuple(entries)
    if given and given[-1][0] == NAME:
        return Shape(given)
    return Shape((*given, (NAME, DOWN if given and given[-1][1] == DOWN else UP)))


def declared_entries(index: Any) -> list[Entry]:
    """The fields of an index of the Admin API."""
    return [(parse(field.field_path, with_name=True), _mode(field)) for field in index.fields]


def _mode(field: Any) -> str:
    if field.WhichOneof("value_mode") == "array_config":
        return CONTAINS
    return DOWN if field.order == _FIELD.DESCENDING else UP


def check_indexed(database: Database, query: Query) -> None:
    """Refuse a query that the indexes of the database cannot answer."""
    equal = {(path, mode) for path, mode in query.equalities() if path != NAME}
    sort = tuple((order.path, DOWN if order.descending else UP) for order in query.needed_orders())
    served = [found.serves(equal, sort) for found in _available(database, query, equal, sort)]
    useful = [answered for answered in served if answered is not None]
    if not useful or set().union(*useful) != equal:
        raise _refusal(database, query, [*sorted(equal), *sort])


def _available(
    database: Database, query: Query, equal: set[Entry], sort: tuple[Entry, ...]
) -> Iterator[Shape]:
    yield shape(())
    scope = "COLLECTION_GROUP" if query.all_descendants else "COLLECTION"
    for name, index in database.indexes.items():
        group = name.split("/")[5]
        if group == query.collection and Index.QueryScope.Name(index.query_scope) == scope:
            yield shape(declared_entries(index))
    for path in {path for path, _ in (*equal, *sort)} - {NAME}:
        for mode in single_field_modes(database, query.collection, path, scope):
            # assumed: an index of elements serves alone, and is not merged with others.
            if mode != CONTAINS or len(equal) == 1:
                yield shape([(path, mode)])


def single_field_modes(database: Database, group: str, path: Path, scope: str) -> Iterable[str]:
    """The indexes that a field has by itself: its own setting, else a map's above it, else all."""
    above = [(group, shown(path[:length])) for length in range(len(path), 0, -1)]
    for key in (*above, ("__default__", "*")):
        field = database.fields.get(key)
        if field is not None and field.HasField("index_config"):
            kept = [
                index
                for index in field.index_config.indexes
                if Index.QueryScope.Name(index.query_scope) == scope
            ]
            return [_mode(index.fields[0]) for index in kept if index.fields]
    return _AUTOMATIC if scope == "COLLECTION" else ()


def _refusal(database: Database, query: Query, entries: list[Entry]) -> ServiceError:
    """The texts are those of public reports; the link carries the index that would serve."""
    scope = "COLLECTION_GROUP" if query.all_descendants else "COLLECTION"
    path, mode = entries[0]
    link = _Link(database.name, query.collection, scope)
    if path != NAME and shape(entries) == shape(entries[:1]):
        kind = {UP: "ASC", DOWN: "DESC", CONTAINS: "CONTAINS"}[mode]
        url = link.to("create_exemption", f"fields/{shown(path)}", entries[:1])
        return failed_precondition(
            f"The query requires a {scope}_{kind} index for collection {query.collection} and "
            f"field {shown(path)}. You can create it here: {url}"
        )
    url = link.to("create_composite", "indexes/_", entries)
    return failed_precondition(f"The query requires an index. You can create it here: {url}")


@dataclass(frozen=True)
class _Link:
    """An address of the console that makes an index."""

    database: str
    group: str
    scope: str

    def to(self, action: str, name: str, entries: Iterable[Entry]) -> str:
        """The address, with the index as the Admin API has it."""
        full_name = f"{self.database}/collectionGroups/{self.group}/{name}"
        index = Index(name=full_name, query_scope=self.scope)
        for path, mode in entries:
            field = index.fields.add(field_path=shown(path))
            if mode == CONTAINS:
                field.array_config = _FIELD.CONTAINS
            else:
                field.order = _FIELD.DESCENDING if mode == DOWN else _FIELD.ASCENDING
        _, project, _, database_id = self.database.split("/")
        place = "" if database_id == DEFAULT else f"/databases/{database_id}"
        wanted = base64.urlsafe_b64encode(index.SerializeToString()).decode().rstrip("=")
        console = f"https://console.firebase.google.com/v1/r/project/{project}/firestore{place}"
        return f"{console}/indexes?{action}={wanted}"
