"""Transforms: what a write does to fields depending on what they hold.

Rules: google.firestore.v1.DocumentTransform.FieldTransform
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from google.cloud.firestore_v1 import types

from emulator.errors import invalid
from emulator.firestore.field_paths import find, parse, put
from emulator.firestore.limits import check_value
from emulator.firestore.values import Value, equal, is_nan, is_number, sort_key
from emulator.grpc_wire import raw_type

MAX_TRANSFORMS = 500
_LEAST, _MOST = -(2**63), 2**63 - 1
_SERVER_VALUE = raw_type(types.DocumentTransform.FieldTransform).ServerValue


def transform(fields: Any, transforms: Any, commit_time: Any) -> list[Any]:
    """Change the fields, one transform after another; the results, one for each."""
    if len(transforms) > MAX_TRANSFORMS:
        raise invalid(f"A document takes at most {MAX_TRANSFORMS} transforms in a write.")
    return [_transform(fields, each, commit_time) for each in transforms]


def _transform(fields: Any, each: Any, commit_time: Any) -> Any:
    path = parse(each.field_path)
    current = find(fields, path)
    kind = each.WhichOneof("transform_type")
    if kind == "set_to_server_value":
        new = result = _server_value(each.set_to_server_value, commit_time)
    elif kind in _NUMERIC:
        new = result = _numeric(kind, current, getattr(each, kind))
    elif kind in _ARRAYS:
        operand = getattr(each, kind)
        check_value(Value(array_value=operand))
        new, result = _ARRAYS[kind](_items(current), operand.values), Value(null_value=0)
    else:
        raise invalid(f"The transform of {each.field_path} says nothing to do.")
    put(fields, path, new)
    return result


def _server_value(wanted: int, commit_time: Any) -> Any:
    """The time of the request, in milliseconds."""
    if wanted != _SERVER_VALUE.REQUEST_TIME:
        raise invalid("A server value is REQUEST_TIME.")
    value = Value(timestamp_value=commit_time)
    value.timestamp_value.nanos -= value.timestamp_value.nanos % 1_000_000
    return value


def _numeric(kind: str, current: Any, operand: Any) -> Any:
    if not is_number(operand):
        raise invalid(f"{kind} takes an integer or a double.")
    if current is None or not is_number(current):
        return operand
    # A copy: `current` is in the place where the result goes.
    return _NUMERIC[kind](Value.FromString(current.SerializeToString()), operand)


def _increment(current: Any, operand: Any) -> Any:
    """Integers stay within their range; with a double the sum is one."""
    if current.HasField("integer_value") and operand.HasField("integer_value"):
        total = current.integer_value + operand.integer_value
        return Value(integer_value=min(max(total, _LEAST), _MOST))
    return Value(double_value=float(_plain(current)) + float(_plain(operand)))


def _maximum(current: Any, operand: Any) -> Any:
    return _extreme(current, operand, greater=True)


def _minimum(current: Any, operand: Any) -> Any:
    return _extreme(current, operand, greater=False)


def _extreme(current: Any, operand: Any, *, greater: bool) -> Any:
    """The stored value stays where both are equivalent; NaN wins."""
    if is_nan(current) or is_nan(operand):
        return current if is_nan(current) else operand
    if equal(current, operand):
        return current
    return operand if (sort_key(operand) > sort_key(current)) == greater else current


def _plain(value: Any) -> float:
    return value.integer_value if value.HasField("integer_value") else value.double_value


def _items(current: Any) -> list[Any]:
    is_array = current is not None and current.HasField("array_value")
    return list(current.array_value.values) if is_array else []


def _append_missing(items: list[Any], operands: Iterable[Any]) -> Any:
    for operand in operands:
        if not any(equal(item, operand) for item in items):
            items = [*items, operand]
    return _array(items)


def _remove_all(items: list[Any], operands: Iterable[Any]) -> Any:
    unwanted = [sort_key(operand) for operand in operands]
    return _array([item for item in items if sort_key(item) not in unwanted])


def _array(items: list[Any]) -> Any:
    value = Value()
    value.array_value.SetInParent()
    value.array_value.values.extend(items)
    return value


_NUMERIC: dict[str, Callable[[Any, Any], Any]] = {
    "increment": _increment,
    "maximum": _maximum,
    "minimum": _minimum,
}
_ARRAYS: dict[str, Callable[[list[Any], Iterable[Any]], Any]] = {
    "append_missing_elements": _append_missing,
    "remove_all_from_array": _remove_all,
}
