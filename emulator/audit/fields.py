"""Field paths of a query: what LogEntry defines, what a payload may hold, what is missing.

Source: "Field path identifiers" and "Missing fields" of the Logging query language's page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from emulator.errors import invalid


class Kind(Enum):
    """The type of a field as far as comparisons care."""

    STRING = "string"
    NUMBER = "number"
    BOOL = "bool"
    SEVERITY = "severity"
    TIMESTAMP = "timestamp"
    DURATION = "duration"
    MESSAGE = "message"
    MAP = "map"  # also Struct: keys keep their letter case, types follow from the values
    ANY = "any"  # a protocol buffer: keys in any case and formatting


_DEFAULTS: dict[Kind, Any] = {
    Kind.STRING: "",
    Kind.NUMBER: 0,
    Kind.BOOL: False,
    Kind.SEVERITY: "DEFAULT",
    Kind.TIMESTAMP: "1970-01-01T00:00:00Z",
    Kind.DURATION: "0s",
}


def _fields(**kinds: str) -> dict[str, Kind]:
    return {name: Kind(kind) for kind, names in kinds.items() for name in names.split()}


# https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry
_MESSAGES: dict[str, dict[str, Kind]] = {
    "resource": _fields(string="type", map="labels"),
    "httpRequest": _fields(
        string="protocol referer remoteIp requestMethod requestUrl serverIp userAgent",
        number="cacheFillBytes requestSize responseSize status",
        bool="cacheHit cacheLookup cacheValidatedWithOriginServer",
        duration="latency",
    ),
    "metadata": _fields(map="systemLabels userLabels"),
    "operation": _fields(string="id producer", bool="first last"),
    "sourceLocation": _fields(string="file function", number="line"),
    "split": _fields(string="uid", number="index totalSplits"),
}
_ENTRY = _fields(
    string="logName insertId trace spanId textPayload",
    timestamp="timestamp receiveTimestamp",
    severity="severity",
    bool="traceSampled",
    map="labels jsonPayload errorGroups",
    any="protoPayload",
    message=" ".join(_MESSAGES),
)
# Struct fields of AuditLog (google/cloud/audit/audit_log.proto).
_STRUCTS = {"metadata", "request", "response"}


def _loose(name: str) -> str:
    return name.replace("_", "").lower()


@dataclass(frozen=True)
class Field:
    """One field path; `defined` when LogEntry itself has it, so that it has a default."""

    keys: tuple[str, ...]
    kind: Kind
    defined: bool

    def values(self, entry: Mapping[str, Any]) -> list[Any]:
        """Its values in an entry, members of arrays one by one; none when it is missing."""
        found = self._found(entry)
        if not found and self.defined and self.kind in _DEFAULTS:
            return [_DEFAULTS[self.kind]]
        return found

    def present(self, entry: Mapping[str, Any]) -> bool:
        """Whether the entry has it explicitly."""
        return bool(self._found(entry))

    def _found(self, entry: Mapping[str, Any]) -> list[Any]:
        nodes: list[Any] = [entry]
        exact = self.keys[0] != "protoPayload"
        for depth, key in enumerate(self.keys):
            struct = exact or (depth >= 2 and _loose(self.keys[1]) in _STRUCTS)
            nodes = list(_flat(_step(node, key, exact=struct) for node in nodes))
        return nodes


def _step(node: Any, key: str, *, exact: bool) -> list[Any]:
    if not isinstance(node, Mapping):
        return []
    if exact or key in node:
        return [node[key]] if key in node else []
    return [value for name, value in node.items() if _loose(name) == _loose(key)]


def _flat(values: Iterable[Any]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, list):
            yield from _flat(value)
        else:
            yield value


def field(path: tuple[str, ...], place: str) -> Field:
    """The field of a path; a path that LogEntry does not define is refused."""
    top = _canonical(path[0], _ENTRY)
    kind = _ENTRY.get(top)
    if kind is Kind.MESSAGE and len(path) > 1:
        name = _canonical(path[1], _MESSAGES[top])
        inner = _MESSAGES[top].get(name)
        return _field((top, name, *path[2:]), inner, depth=2, place=place)
    return _field((top, *path[1:]), kind, depth=1, place=place)


def _canonical(name: str, known: Mapping[str, Kind]) -> str:
    return next((field for field in known if _loose(field) == _loose(name)), name)


def _field(keys: tuple[str, ...], kind: Kind | None, *, depth: int, place: str) -> Field:
    inside = len(keys) > depth
    if kind is None or (inside and kind not in {Kind.MAP, Kind.ANY}):
        raise invalid(f"Unparseable filter: field not found: '{'.'.join(keys)}' at {place}")
    if kind is Kind.ANY and len(keys) > 2 and _loose(keys[1]) in _STRUCTS:
        kind = Kind.MAP
    return Field(keys, kind, defined=not inside)


def leaves(
    value: Any, kind: Kind = Kind.MESSAGE, fields: Mapping[str, Kind] | None = None
) -> Iterator[tuple[Kind, Any]]:
    """Every scalar in an entry with its kind; kind MAP where the value itself tells its type."""
    known = _ENTRY if fields is None else fields
    if isinstance(value, Mapping):
        for name, inner in value.items():
            inner_kind = known.get(name, Kind.MAP)
            below = _MESSAGES[name] if inner_kind is Kind.MESSAGE else {}
            yield from leaves(inner, inner_kind, below)
    elif isinstance(value, list):
        for member in value:
            yield from leaves(member, kind, known)
    else:
        yield kind, value
