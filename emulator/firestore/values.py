"""Values: how they are ordered and when two are equal.

The order of types: https://cloud.google.com/firestore/docs/concepts/data-types
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from google.cloud.firestore_v1 import types

from emulator.grpc_wire import raw_type

Value = raw_type(types.Value)
Key = tuple[Any, ...]


def sort_key(value: Any) -> Key:
    """A tuple that compares as the value does; it begins with the rank of the value's type."""
    kind = value.WhichOneof("value_type")
    if kind not in _KEYS:
        raise AssertionError(f"a value of type {kind} was let in")
    rank, key = _KEYS[kind]
    return (rank, *key(value))


def _number(value: Any) -> Key:
    number = value.integer_value if value.HasField("integer_value") else value.double_value
    return (0,) if math.isnan(number) else (1, number)


def _time(value: Any) -> Key:
    return (value.timestamp_value.seconds, value.timestamp_value.nanos)


def _reference(value: Any) -> Key:
    return tuple(part.encode() for part in value.reference_value.split("/"))


def _point(value: Any) -> Key:
    return (value.geo_point_value.latitude, value.geo_point_value.longitude)


def _array(value: Any) -> Key:
    return tuple(sort_key(item) for item in value.array_value.values)


def _map(value: Any) -> Key:
    fields = value.map_value.fields
    by_name = sorted((name.encode(), name) for name in fields)
    return tuple((encoded, sort_key(fields[name])) for encoded, name in by_name)


_KEYS: dict[str, tuple[int, Callable[[Any], Key]]] = {
    "null_value": (0, lambda _: ()),
    "boolean_value": (1, lambda value: (value.boolean_value,)),
    "integer_value": (2, _number),
    "double_value": (2, _number),
    "timestamp_value": (3, _time),
    "string_value": (4, lambda value: (value.string_value.encode(),)),
    "bytes_value": (5, lambda value: (value.bytes_value,)),
    "reference_value": (6, _reference),
    "geo_point_value": (7, _point),
    "array_value": (8, _array),
    "map_value": (9, _map),
}


def is_number(value: Any) -> bool:
    """Whether it is an integer or a double."""
    return value.WhichOneof("value_type") in {"integer_value", "double_value"}


def is_nan(value: Any) -> bool:
    """Whether it is the double that is no number."""
    return value.HasField("double_value") and math.isnan(value.double_value)


def is_null(value: Any) -> bool:
    """Whether it is null."""
    return bool(value.HasField("null_value"))


def equal(left: Any, right: Any) -> bool:
    """Equality as arrays and filters have it: 3 is 3.0, NaN is NaN."""
    return sort_key(left) == sort_key(right)


def reference(name: str) -> Any:
    """A document's name as a value."""
    return Value(reference_value=name)
