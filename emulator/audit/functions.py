"""Built-in functions of the Logging query language: log_id and SEARCH; others are refused by name.

Source: "Functions" of https://cloud.google.com/logging/docs/view/logging-query-language
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from urllib.parse import unquote

from lark import Token

from emulator.audit.comparisons import Entry, Predicate
from emulator.audit.fields import Kind, leaves
from emulator.audit.literals import folded
from emulator.audit.text_search import TextQuery
from emulator.audit.tokens import field_of, literal_of, place_of
from emulator.errors import invalid, unimplemented

_NOT_HERE = {"sample", "ip_in_net", "cast", "regexp_extract", "source", "timezone"}


def call(name: Token, arguments: Sequence[Token]) -> Predicate:
    """The test that a function call is; function names are written in any letter case."""
    known = name.lower()
    if known in _NOT_HERE:
        raise unimplemented(f"{name}() of the Logging query language ({place_of(name)})")
    if known not in _FUNCTIONS:
        raise invalid(f"Unparseable filter: unknown function '{name}' at {place_of(name)}")
    if not all(isinstance(argument, Token) for argument in arguments):
        raise invalid(f"Unparseable filter: {name}() takes no function, at {place_of(name)}")
    return _FUNCTIONS[known](name, arguments)


def _log_id(name: Token, arguments: Sequence[Token]) -> Predicate:
    if len(arguments) != 1 or arguments[0].type == "PATH":
        raise invalid(
            f"Unparseable filter: {name}() takes one log id in quotation marks, at {place_of(name)}"
        )
    wanted = folded(literal_of(arguments[0]).text)

    def matches(entry: Entry) -> bool:
        found = re.fullmatch(r"[^/]+/[^/]+/logs/([^/]+)", str(entry.get("logName", "")))
        return found is not None and folded(unquote(found[1])) == wanted

    return matches


def _search(name: Token, arguments: Sequence[Token]) -> Predicate:
    if len(arguments) not in {1, 2} or arguments[-1].type != "STRING":
        raise invalid(
            f"Unparseable filter: {name}() takes a query in quotation marks, or a field and a query, at {place_of(name)}"
        )
    query = TextQuery(literal_of(arguments[-1]).text)
    if len(arguments) == 1:
        return lambda entry: query.matches(_texts(entry))
    field = field_of(arguments[0])
    return lambda entry: query.matches(
        text for value in field.values(entry) for text in _texts(value, inside=True)
    )


def _texts(value: object, *, inside: bool = False) -> list[str]:
    """The strings in an entry or, `inside`, in a value of one; SEARCH sees no other types."""
    found = leaves(value, Kind.MAP, {}) if inside else leaves(value)
    strings = {Kind.STRING, Kind.MAP, Kind.ANY}
    return [text for kind, text in found if kind in strings and isinstance(text, str)]


_FUNCTIONS: dict[str, Callable[[Token, Sequence[Token]], Predicate]] = {
    "log_id": _log_id,
    "search": _search,
}
