"""A query as it is meant: read from a StructuredQuery, with the order that is implied.

Rules: google.firestore.v1.StructuredQuery.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from emulator.errors import invalid, unimplemented
from emulator.firestore.field_paths import NAME, Path, parse, shown
from emulator.firestore.filters import Filter, read_filters
from emulator.firestore.limits import check_value
from emulator.firestore.names import check_id, check_parent
from emulator.firestore.values import Key, sort_key

_UNSERVED = ("find_nearest",)
_DESCENDING = 2


@dataclass(frozen=True)
class Order:
    """One field of an order."""

    path: Path
    descending: bool = False


@dataclass(frozen=True)
class Cursor:
    """A place between documents: before or after those with these first values of the order."""

    keys: tuple[Key, ...]
    before: bool


@dataclass(frozen=True, kw_only=True)
class Query:
    """What is asked for; `orders` is complete and ends with the names."""

    parent: str
    collection: str
    all_descendants: bool
    filters: tuple[Filter, ...]
    orders: tuple[Order, ...]
    start: Cursor | None = None
    end: Cursor | None = None
    offset: int = 0
    limit: int | None = None
    projection: tuple[Path, ...] | None = None

    def equalities(self) -> Iterator[tuple[Path, str]]:
        """The fields that must have one value, or hold one."""
        for each in self.filters:
            if not each.is_inequality:
                yield each.path, "CONTAINS" if each.is_about_elements else "ASCENDING"

    def needed_orders(self) -> list[Order]:
        """The order without fields of which all results have the same value."""
        same = {each.path for each in self.filters if each.has_one_value and each.path != NAME}
        return [order for order in self.orders if order.path not in same]


def read_query(parent: str, message: Any) -> Query:
    """The query, or what is wrong with it."""
    for name in _UNSERVED:
        if message.HasField(name):
            raise unimplemented(f"{name} in a query")
    source = _source(message)
    filters = read_filters(message.where) if message.HasField("where") else ()
    orders = tuple(_orders(message, filters))
    if message.offset < 0 or message.limit.value < 0:
        raise invalid("offset and limit of a query are not negative.")
    return Query(
        parent=check_parent(parent),
        collection=source.collection_id,
        all_descendants=source.all_descendants,
        filters=filters,
        orders=orders,
        start=_cursor(message, "start_at", orders),
        end=_cursor(message, "end_at", orders),
        offset=message.offset,
        limit=message.limit.value if message.HasField("limit") else None,
        projection=_projection(message),
    )


def _source(message: Any) -> Any:
    sources = message.from_
    if len(sources) != 1:
        raise unimplemented("queries of no collection, or of several")
    if not sources[0].collection_id:
        raise unimplemented("queries without a collection_id")
    check_id(sources[0].collection_id, "Collection")
    return sources[0]


def _orders(message: Any, filters: tuple[Filter, ...]) -> Iterator[Order]:
    """The order asked for, the fields of inequalities, and the names, in the last direction."""
    given = [
        Order(parse(each.field.field_path, with_name=True), each.direction == _DESCENDING)
        for each in message.order_by
    ]
    paths = [order.path for order in given]
    if len(set(paths)) < len(paths):
        raise invalid("A query orders by a field once.")
    if NAME in paths:
        # What follows the names decides nothing.
        yield from given[: paths.index(NAME) + 1]
        return
    yield from given
    descending = bool(given) and given[-1].descending
    implied = {each.path for each in filters if each.is_inequality} - {*paths, NAME}
    for path in sorted(implied, key=shown):
        yield Order(path, descending)
    yield Order(NAME, descending)


def _cursor(message: Any, name: str, orders: tuple[Order, ...]) -> Cursor | None:
    if not message.HasField(name):
        return None
    cursor = getattr(message, name)
    if len(cursor.values) > len(orders):
        raise invalid(f"{name} has more values than the query's order has fields.")
    for value in cursor.values:
        check_value(value)
    return Cursor(tuple(map(sort_key, cursor.values)), cursor.before)


def _projection(message: Any) -> tuple[Path, ...] | None:
    if not message.HasField("select"):
        return None
    fields = message.select.fields
    return tuple(parse(field.field_path, with_name=True) for field in fields)
