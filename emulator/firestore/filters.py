"""Filters of a query: which documents they let through.

Rules: google.firestore.v1.StructuredQuery.Filter; limits of `in` and the like:
https://cloud.google.com/firestore/docs/query-data/queries
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from google.cloud.firestore_v1 import types

from emulator.errors import invalid, unimplemented
from emulator.firestore.field_paths import NAME, Path, find, parse
from emulator.firestore.limits import check_value
from emulator.firestore.values import (
    Key,
    equal,
    is_nan,
    is_null,
    reference,
    sort_key,
)
from emulator.grpc_wire import raw_type

MAX_ALTERNATIVES = 30
_QUERY = raw_type(types.StructuredQuery)
_FIELD_OPS = _QUERY.FieldFilter.Operator
_UNARY_OPS = _QUERY.UnaryFilter.Operator
_AND = _QUERY.CompositeFilter.AND

_ONE_VALUE = {"EQUAL", "IS_NULL", "IS_NAN"}
_ELEMENTS = {"ARRAY_CONTAINS", "ARRAY_CONTAINS_ANY"}
_LISTS = {"IN", "NOT_IN", "ARRAY_CONTAINS_ANY"}


@dataclass(frozen=True)
class Filter:
    """One condition on one field; `operand` of a unary one is None."""

    path: Path
    operator: str
    operand: Any = None

    @property
    def has_one_value(self) -> bool:
        """Whether the field is the same in all that pass."""
        return self.operator in _ONE_VALUE

    @property
    def is_about_elements(self) -> bool:
        """Whether it looks into an array."""
        return self.operator in _ELEMENTS

    @property
    def is_inequality(self) -> bool:
        """Whether it lets a range of values through."""
        return not (self.has_one_value or self.is_about_elements or self.operator == "IN")

    def passes(self, document: Any) -> bool:
        """Whether the document has such a value."""
        value = value_at(document, self.path)
        return value is not None and _TESTS[self.operator](value, self.operand)


def value_at(document: Any, path: Path) -> Any:
    """The value of a field; that of `__name__` is a reference."""
    return reference(document.name) if path == NAME else find(document.fields, path)


def read_filters(message: Any) -> tuple[Filter, ...]:
    """The conditions, all of which must hold."""
    kind = message.WhichOneof("filter_type")
    if kind == "composite_filter":
        composite = message.composite_filter
        if composite.op != _AND:
            raise unimplemented("filters with OR")
        return tuple(each for part in composite.filters for each in read_filters(part))
    if kind == "unary_filter":
        operator = _operator(_UNARY_OPS, message.unary_filter.op)
        return (Filter(parse(message.unary_filter.field.field_path), operator),)
    if kind == "field_filter":
        return (_field_filter(message.field_filter),)
    raise invalid("A filter is empty.")


def _field_filter(message: Any) -> Filter:
    path = parse(message.field.field_path, with_name=True)
    operator = _operator(_FIELD_OPS, message.op)
    check_value(message.value)
    if operator in _LISTS:
        items = message.value.array_value.values
        if not 0 < len(items) <= MAX_ALTERNATIVES:
            raise invalid(f"{operator} takes an array of 1 to {MAX_ALTERNATIVES} values.")
    if path == NAME:
        _check_names(message.value, operator)
    return Filter(path, operator, message.value)


def _check_names(value: Any, operator: str) -> None:
    values = value.array_value.values if operator in _LISTS else [value]
    if not all(each.HasField("reference_value") for each in values):
        raise invalid("__key__ filter value must be a Key")


def _operator(enum: Any, number: int) -> str:
    name = enum.Name(number) if number in enum.values() else ""
    if name not in _TESTS:
        raise invalid(f"There is no operator {name or number} of filters.")
    return str(name)


def _compared(test: Callable[[Key, Key], bool]) -> Callable[[Any, Any], bool]:
    """A comparison of values of one type; NaN is neither less nor greater than anything."""

    def passes(value: Any, operand: Any) -> bool:
        left, right = sort_key(value), sort_key(operand)
        alike = left[0] == right[0] and not is_nan(value) and not is_nan(operand)
        return alike and test(left, right)

    return passes


def _is_in(value: Any, operand: Any) -> bool:
    return any(equal(value, each) for each in operand.array_value.values)


def _contains(value: Any, operand: Any) -> bool:
    return any(equal(each, operand) for each in value.array_value.values)


def _contains_any(value: Any, operand: Any) -> bool:
    return any(_contains(value, each) for each in operand.array_value.values)


_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "EQUAL": equal,
    "NOT_EQUAL": lambda value, operand: not (is_null(value) or equal(value, operand)),
    "LESS_THAN": _compared(lambda left, right: left < right),
    "LESS_THAN_OR_EQUAL": _compared(lambda left, right: left <= right),
    "GREATER_THAN": _compared(lambda left, right: left > right),
    "GREATER_THAN_OR_EQUAL": _compared(lambda left, right: left >= right),
    "IN": _is_in,
    "NOT_IN": lambda value, operand: not (is_null(value) or _is_in(value, operand)),
    "ARRAY_CONTAINS": _contains,
    "ARRAY_CONTAINS_ANY": _contains_any,
    "IS_NULL": lambda value, _: is_null(value),
    "IS_NAN": lambda value, _: is_nan(value),
    "IS_NOT_NULL": lambda value, _: not is_null(value),
    "IS_NOT_NAN": lambda value, _: not (is_null(value) or is_nan(value)),
}
