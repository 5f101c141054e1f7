"""The results of a query over documents."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cmp_to_key
from typing import Any

from google.cloud.firestore_v1 import types

from emulator.firestore.database import Documents
from emulator.firestore.field_paths import NAME, Path, find, put
from emulator.firestore.filters import value_at
from emulator.firestore.names import collection_of, parent_of
from emulator.firestore.query import Order, Query
from emulator.firestore.values import Key, sort_key
from emulator.grpc_wire import raw_type

Document = raw_type(types.Document)
Keys = tuple[Key, ...]


def found(documents: Documents, query: Query) -> list[Any]:
    """The documents that the query asks for, in its order, offset and limit apart."""
    passing = [
        document
        for name, document in documents.items()
        if _is_from(name, query) and all(each.passes(document) for each in query.filters)
    ]
    # A document without a field of the order is in no index that has this order.
    keyed = [(keys, each) for each in passing if (keys := _keys(each, query.orders)) is not None]
    within = [row for row in keyed if _is_within(row[0], query)]

    def compared(left: tuple[Keys, Any], right: tuple[Keys, Any]) -> int:
        return _compare(left[0], right[0], query.orders)

    within.sort(key=cmp_to_key(compared))
    return [document for _, document in within]


def shown_part(documents: list[Any], query: Query) -> list[Any]:
    """What offset and limit leave, and of each document what the query selects."""
    end = None if query.limit is None else query.offset + query.limit
    kept = documents[query.offset : end]
    return [masked(document, query.projection) for document in kept]


def masked(document: Any, paths: Iterable[Path] | None) -> Any:
    """The document with these fields only; None stands for all."""
    if paths is None:
        return document
    shown = Document(
        name=document.name, create_time=document.create_time, update_time=document.update_time
    )
    for path in paths:
        value = None if path == NAME else find(document.fields, path)
        if value is not None:
            put(shown.fields, path, value)
    return shown


def _is_from(name: str, query: Query) -> bool:
    if collection_of(name) != query.collection:
        return False
    parent = parent_of(name)
    if query.all_descendants:
        return parent == query.parent or parent.startswith(f"{query.parent}/")
    return parent == query.parent


def _keys(document: Any, orders: Iterable[Order]) -> Keys | None:
    values = [value_at(document, order.path) for order in orders]
    return None if None in values else tuple(map(sort_key, values))


def _compare(left: Keys, right: Keys, orders: Iterable[Order]) -> int:
    """Less than, equal to or greater than 0, by as many values as both have."""
    for one, other, order in zip(left, right, orders, strict=False):
        if one != other:
            return -1 if (one < other) != order.descending else 1
    return 0


def _is_within(keys: Keys, query: Query) -> bool:
    start, end = query.start, query.end
    begun = start is None or _compare(keys, start.keys, query.orders) >= (not start.before)
    return begun and (end is None or _compare(keys, end.keys, query.orders) <= -end.before)
