"""What OPTIONS must meet before a statement runs: known names, each once, of the right type, in company."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from emulator.bigquery.sql.nodes import OptionNode
from emulator.bigquery.sql.options import Takes
from emulator.bigquery.sql.statements import OptionValue, SqlText
from emulator.bigquery.sql.syntax_errors import refusal
from emulator.bigquery.sql.values import evaluated
from emulator.errors import ServiceError, invalid, unimplemented

_REGISTRY = "VERTEX_AI"
_LITERAL_ONLY = (Takes.STRING, Takes.STRINGS, Takes.LABELS, Takes.ANY)
_ONLY_REGISTERED = ("VERTEX_AI_MODEL_ID", "VERTEX_AI_MODEL_VERSION_ALIASES")


def checked_options(
    nodes: Iterable[OptionNode], known: dict[str, Takes], sql: str
) -> dict[str, OptionValue]:
    """The options by upper-case name."""
    options: dict[str, OptionValue] = {}
    for node in nodes:
        written, start = node.args["name"], node.args["start"]
        name = written.upper()
        if name not in known:
            raise refusal(f"Unknown option: {written}", sql, start)
        if name in options:
            # assumed: the text.
            raise refusal(f"Duplicate option specified for '{written}'", sql, start)
        value = evaluated(node.this, node.args["text"])
        if not _fits(value, known[name]):
            raise _mistyped(written, value, known[name], place_of=(sql, start))
        if _is_expression(value) and known[name] in _LITERAL_ONLY:
            raise unimplemented(f"option {written} by the expression {value}")
        options[name] = value
    return options


def _is_expression(value: OptionValue) -> bool:
    return isinstance(value, SqlText) and not value.upper().startswith("HPARAM_")


def check_registry(options: dict[str, OptionValue]) -> None:
    """VERTEX_AI is the only registry, and its other options need it.

    https://cloud.google.com/bigquery/docs/reference/standard-sql/bigqueryml-syntax-create-glm#model_registry
    """
    registry = options.get("MODEL_REGISTRY")
    if registry is not None and str(registry).upper() != _REGISTRY:
        # assumed: the text.
        raise invalid(
            f"Invalid value '{registry}' of option MODEL_REGISTRY: only '{_REGISTRY}' is supported.",
            "invalidQuery",
        )
    for name in _ONLY_REGISTERED:
        if registry is None and options.get(name) is not None:
            # assumed: the text.
            raise invalid(f"Option {name} requires MODEL_REGISTRY = '{_REGISTRY}'.", "invalidQuery")


def check_labels(options: dict[str, OptionValue]) -> None:
    """LABELS of CREATE MODEL are names of columns or pairs, not both."""
    labels = options.get("LABELS")
    if labels is not None and not (_fits(labels, Takes.STRINGS) or _fits(labels, Takes.LABELS)):
        raise invalid(
            f"Option LABELS value has type {_type_of(labels)} which cannot be coerced to expected type ARRAY<STRING>",
            "invalidQuery",
        )


def _fits(value: OptionValue, takes: Takes) -> bool:
    if value is None or isinstance(value, SqlText) or takes is Takes.ANY:
        return True
    return takes in _FITS and _FITS[takes](value)  # an INTERVAL is no literal: it stays text


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_pair(value: Any) -> bool:
    return (
        isinstance(value, tuple)
        and len(value) == 2
        and all(isinstance(part, str) for part in value)
    )


_FITS: dict[Takes, Callable[[Any], bool]] = {
    Takes.STRING: lambda value: isinstance(value, str),
    Takes.BOOL: lambda value: isinstance(value, bool),
    Takes.INT64: lambda value: isinstance(value, int) and not isinstance(value, bool),
    Takes.FLOAT64: _is_number,
    Takes.STRINGS: lambda value: (
        isinstance(value, list) and all(isinstance(item, str) for item in value)
    ),
    Takes.LABELS: lambda value: isinstance(value, list) and all(_is_pair(item) for item in value),
    Takes.TIMESTAMP: lambda value: isinstance(value, str),  # a string literal coerces to TIMESTAMP
}


def _mistyped(
    name: str, value: OptionValue, takes: Takes, *, place_of: tuple[str, int]
) -> ServiceError:
    # The text of GoogleSQL's resolver.
    text = f"Option {name} value has type {_type_of(value)} which cannot be coerced to expected type {takes.value}"
    return refusal(text, *place_of)


def _type_of(value: OptionValue) -> str:
    if isinstance(value, list):
        return f"ARRAY<{_type_of(value[0])}>" if value else "ARRAY<>"
    if isinstance(value, tuple):
        return f"STRUCT<{', '.join(_type_of(part) for part in value)}>"
    names: dict[type, str] = {bool: "BOOL", int: "INT64", float: "FLOAT64", type(None): "NULL"}
    return names.get(type(value), "STRING")
