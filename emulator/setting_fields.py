"""What a setting is: a field with a text, perhaps with choices, and the check of a new value."""

from __future__ import annotations

import math
import re
from dataclasses import Field, field
from typing import Any

from emulator.errors import invalid

# What a setting takes, by the type of its default.
_TAKES: dict[type, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a string",
    tuple: "a list of strings",
}


def setting(
    default: Any,
    help_text: str,
    *,
    assumed: bool = False,
    choices: tuple[str, ...] = (),
    pattern: str = ".*",
) -> Any:
    """A field; `choices` or else `pattern` say which strings it takes."""
    allowed = "|".join(map(re.escape, choices)) or pattern
    metadata = {"help": help_text, "assumed": assumed, "choices": choices, "pattern": allowed}
    return field(default=default, metadata=metadata)


def checked(known: Field[Any], given: Any) -> Any:
    """The value as the setting keeps it; numbers are seconds or counts, hence never negative."""
    value: Any = tuple(given) if isinstance(given, list) else given
    kind: Any = type(known.default)
    allowed: Any = (int, float) if kind is float else kind
    if isinstance(value, bool) != (kind is bool) or not isinstance(value, allowed):
        raise invalid(f"Setting {known.name!r} takes {_TAKES[kind]}, not {given!r}.")
    if kind in {int, float} and not 0 <= value < math.inf:
        raise invalid(f"Setting {known.name!r} takes a number from 0 on, not {given!r}.")
    if kind in {str, tuple}:
        for text in value if kind is tuple else (value,):
            _check_text(known, text)
    return value


def _check_text(known: Field[Any], text: Any) -> None:
    if not isinstance(text, str) or not re.fullmatch(known.metadata["pattern"], text):
        wanted = ", ".join(known.metadata["choices"]) or known.metadata["pattern"]
        raise invalid(f"Setting {known.name!r} takes {wanted}, not {text!r}.")
