"""Filters of lists: the part of google.aip.dev/160 that ListModels and its sisters document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import lark

from emulator.errors import invalid

Test = Callable[[Any], bool]
Field = tuple[Callable[[Any], str], tuple[str, ...]]

_PARSER = lark.Lark(
    r"""
    ?conjunction: disjunction ("AND" disjunction)*
    ?disjunction: term ("OR" term)*
    ?term: restriction | negation | "(" conjunction ")"
    negation: ("NOT" | "-") term
    restriction: FIELD [STRING] [COMPARATOR (VALUE | STRING)]
    FIELD: /[A-Za-z_][^\s()=!<>:"']*/
    COMPARATOR: /!=|<=|>=|=|<|>|:/
    VALUE: /[^\s()"']+/
    STRING: /"(\\.|[^"\\])*"/ | /'(\\.|[^'\\])*'/
    %ignore /\s+/
    """,
    start="conjunction",
    parser="lalr",
    maybe_placeholders=True,
)

# Field -> what it is compared with, and the documented comparators; labels, which all rows have as
# an attribute, have a syntax of their own. Nothing here has a base model.
_BASE_MODEL: Field = (lambda _: "", ("=",))
_LABELS: Field = (lambda _: "", ())
VERSION_FIELDS: Mapping[str, Field] = {"labels": _LABELS}
MODEL_FIELDS: Mapping[str, Field] = {
    "model": (lambda view: view.model.model_id, ("=", "!=")),
    "display_name": (lambda view: view.model.display_name, ("=", "!=")),
    "base_model_name": _BASE_MODEL,
    "labels": _LABELS,
}
ENDPOINT_FIELDS: Mapping[str, Field] = {
    "endpoint": (lambda endpoint: endpoint.endpoint_id, ("=", "!=")),
    "display_name": (lambda endpoint: endpoint.display_name, ("=", "!=")),
    "base_model_name": _BASE_MODEL,
    "labels": _LABELS,
}
_CAMEL_CASE = {"displayName": "display_name", "baseModelName": "base_model_name"}


def parse_filter(text: str, known: Mapping[str, Field]) -> Test:
    """The test that a filter means; ServiceError names what it cannot mean."""
    if not text.strip():
        return lambda _: True
    try:
        tree = _PARSER.parse(text)
    except lark.exceptions.UnexpectedInput as error:
        raise invalid(f"Invalid filter {text!r}: {str(error).splitlines()[0]}") from error
    return _test(tree, known)


def _test(tree: lark.Tree[Any], known: Mapping[str, Field]) -> Test:
    if tree.data == "restriction":
        return _restriction([None if part is None else str(part) for part in tree.children], known)
    parts = [_test(child, known) for child in tree.children if isinstance(child, lark.Tree)]
    if tree.data == "negation":
        return lambda view: not parts[0](view)
    every = all if tree.data == "conjunction" else any
    return lambda view: every(part(view) for part in parts)


def _restriction(parts: list[str | None], known: Mapping[str, Field]) -> Test:
    field, key, comparator, value = parts
    name, dot, rest = (field or "").partition(".")
    name = _CAMEL_CASE.get(name, name)
    if name not in known or (name != "labels" and (dot or key)):
        raise invalid(f"Invalid filter: {field!r} is not one of {', '.join(known)}.")
    wanted = _text(value)
    if name == "labels":
        if not dot and comparator == ":":  # labels:key has the key where others have the value
            return _label(wanted, ":", "*")
        return _label(rest + _text(key), comparator, wanted)
    read, comparators = known[name]
    if comparator not in comparators:
        raise invalid(f"Invalid filter: {name} supports {' and '.join(comparators)} only.")
    return lambda view: (read(view) == wanted) == (comparator == "=")


def _label(key: str, comparator: str | None, value: str) -> Test:
    if key and comparator == "=":
        return lambda view: view.labels.get(key) == value
    if key and comparator == ":" and value == "*":
        return lambda view: key in view.labels
    raise invalid(
        "Invalid filter: labels support labels.key=value, labels.key:* and labels:key only."
    )


def _text(token: str | None) -> str:
    if token and token[0] in "\"'":
        return token[1:-1].replace('\\"', '"').replace("\\'", "'").replace("\\\\", "\\")
    return token or ""
