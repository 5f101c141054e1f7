"""What a document may hold, and how much of it.

Limits: https://cloud.google.com/firestore/quotas
Sizes: https://cloud.google.com/firestore/docs/storage-size (a map's has the 32 bytes of a document)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emulator.errors import invalid, unimplemented
from emulator.firestore.field_paths import check_name
from emulator.firestore.names import segments

MAX_DOCUMENT_BYTES = 1024 * 1024
MAX_VALUE_BYTES = MAX_DOCUMENT_BYTES - 89
MAX_FIELD_DEPTH = 20
_BASE = 32


def check_fields(document: Any) -> None:
    """Refuse a document that holds what none may hold, or too much of it.

    Timestamps lose what is finer than a microsecond.
    """
    _check_map(document.fields, 1)
    size = document_size(document)
    if size > MAX_DOCUMENT_BYTES:
        raise invalid(
            f"Document '{document.name}' cannot be written because its size ({size:,} bytes) "
            f"exceeds the maximum allowed size of {MAX_DOCUMENT_BYTES:,} bytes."
        )


def document_size(document: Any) -> int:
    """Bytes that the document counts."""
    return _name_size(document.name) + _fields_size(document.fields)


def _name_size(name: str) -> int:
    return 16 + sum(len(part.encode()) + 1 for part in name.split("/")[5:])


def _fields_size(fields: Any) -> int:
    return _BASE + sum(len(name.encode()) + 1 + _value_size(fields[name]) for name in fields)


def _value_size(value: Any) -> int:
    return _SIZES[value.WhichOneof("value_type")](value)


_SIZES: dict[str, Callable[[Any], int]] = {
    "null_value": lambda _: 1,
    "boolean_value": lambda _: 1,
    "integer_value": lambda _: 8,
    "double_value": lambda _: 8,
    "timestamp_value": lambda _: 8,
    "geo_point_value": lambda _: 16,
    "bytes_value": lambda value: len(value.bytes_value),
    "string_value": lambda value: len(value.string_value.encode()) + 1,
    "reference_value": lambda value: _name_size(value.reference_value),
    "array_value": lambda value: sum(map(_value_size, value.array_value.values)),
    "map_value": lambda value: _fields_size(value.map_value.fields),
}


def _check_map(fields: Any, depth: int) -> None:
    for name in fields:
        check_name(name)
        check_value(fields[name], depth)


def check_value(value: Any, depth: int = 1, *, in_array: bool = False) -> None:
    """Refuse a value that no document may hold."""
    kind = value.WhichOneof("value_type")
    if depth > MAX_FIELD_DEPTH:
        raise invalid(f"Property value is nested more than {MAX_FIELD_DEPTH} levels deep.")
    if kind == "map_value":
        _check_map(value.map_value.fields, depth + 1)
    elif kind == "array_value":
        _check_array(value.array_value.values, depth, in_array=in_array)
    elif kind == "timestamp_value":
        value.timestamp_value.nanos -= value.timestamp_value.nanos % 1000
    elif kind == "reference_value":
        segments(value.reference_value)
    else:
        _check_plain(value, kind)


def _check_array(items: Any, depth: int, *, in_array: bool) -> None:
    if in_array:
        raise invalid("Cannot convert an array value in an array value.")
    for item in items:
        check_value(item, depth + 1, in_array=True)


def _check_plain(value: Any, kind: str | None) -> None:
    if kind is None:
        raise invalid("A property value has no type.")
    if kind not in _SIZES:
        raise unimplemented(f"values of {kind}")
    size = max(len(value.string_value.encode()), len(value.bytes_value))
    if size > MAX_VALUE_BYTES:
        raise invalid(f"A property value is longer than {MAX_VALUE_BYTES} bytes.")
