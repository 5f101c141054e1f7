"""Comparisons of a log field with a value, as the field's type has it.

Source: "Comparison operators" of the Logging query language's page. A value that cannot be
converted, like a missing field, makes the comparison false, whatever its operator.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from emulator.audit import literals
from emulator.audit.fields import Field, Kind, leaves
from emulator.audit.literals import Literal
from emulator.audit.patterns import compiled
from emulator.errors import invalid

Entry = Mapping[str, Any]
Predicate = Callable[[Entry], bool]
_Test = Callable[[Kind, Any], bool]

_ORDERING: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_CONVERSIONS: dict[Kind, Callable[[str], Any]] = {
    Kind.BOOL: literals.boolean,
    Kind.SEVERITY: literals.severity,
    Kind.TIMESTAMP: literals.timestamp,
    Kind.DURATION: literals.duration,
    Kind.NUMBER: literals.number,
    Kind.STRING: literals.folded,
}


def comparison(field: Field, sign: str, literal: Literal, place: str) -> Predicate:
    """Whether any value of the field stands in the relation to the literal."""
    if sign in {"=~", "!~"}:
        return _matching(field, sign, literal, place)
    test = _has(literal) if sign == ":" else _ordered(sign, literal)
    return lambda entry: any(test(field.kind, value) for value in field.values(entry))


def anywhere(literal: Literal) -> Predicate:
    """A global restriction: whether any field of the entry has the value."""
    has = _has(literal)
    return lambda entry: any(has(kind, value) for kind, value in leaves(entry))


def _matching(field: Field, sign: str, literal: Literal, place: str) -> Predicate:
    if field.defined and field.kind in set(_CONVERSIONS) - {Kind.STRING}:
        # assumed: the page says that only strings can be matched, not how others are refused.
        raise invalid(
            f"Unparseable filter: '{'.'.join(field.keys)}' is no string; regular expressions match strings only, at {place}"
        )
    pattern = compiled(literal.text, place)
    wanted = sign == "=~"

    def matches(entry: Entry) -> bool:
        texts = [value for value in field.values(entry) if isinstance(value, str)]
        return any(bool(pattern.search(text)) is wanted for text in texts)

    return matches


def _ordered(sign: str, literal: Literal) -> _Test:
    relation = _ORDERING[sign]

    def test(kind: Kind, value: Any) -> bool:
        if literal.is_null:
            return sign in {"=", "!="} and relation(value is None, True)
        pair = None if value is None else _converted(kind, value, literal.text)
        return pair is not None and relation(*pair)

    return test


def _has(literal: Literal) -> _Test:
    wanted = literals.folded(literal.text)

    def test(kind: Kind, value: Any) -> bool:
        if isinstance(value, Mapping):
            # assumed: on an object the operator looks at the values of all fields inside.
            return any(test(Kind.MAP, inner) for _, inner in leaves(value, fields={}))
        if isinstance(value, str) and kind in {Kind.STRING, Kind.MAP, Kind.ANY}:
            return wanted in literals.folded(value)
        return equal(kind, value)

    equal = _ordered("=", literal)
    return test


def _converted(kind: Kind, value: Any, text: str) -> tuple[Any, Any] | None:
    """Stored value and query value in the stored value's type."""
    if isinstance(value, (Mapping, list)):
        return None
    convert = _CONVERSIONS[_kind_of(kind, value, text)]
    left = convert(_as_text(value))
    right = convert(text)
    return None if left is None or right is None else (left, right)


def _kind_of(kind: Kind, value: Any, text: str) -> Kind:
    if kind in _CONVERSIONS:
        return kind
    if isinstance(value, bool):
        return Kind.BOOL
    if isinstance(value, (int, float)):
        return Kind.NUMBER
    if kind is Kind.ANY and _are_integers(value, text):
        # int64 fields of a protocol buffer are strings in JSON; those of a Struct are strings.
        return Kind.NUMBER
    return Kind.STRING


def _are_integers(*texts: str) -> bool:
    return all(re.fullmatch(r"-?\d{1,19}", text) for text in texts)


def _as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def every(predicates: Iterable[Predicate]) -> Predicate:
    """All of the predicates."""
    parts = list(predicates)
    return lambda entry: all(part(entry) for part in parts)


def some(predicates: Iterable[Predicate]) -> Predicate:
    """At least one of the predicates."""
    parts = list(predicates)
    return lambda entry: any(part(entry) for part in parts)


def negated(predicate: Predicate) -> Predicate:
    """The contrary."""
    return lambda entry: not predicate(entry)
