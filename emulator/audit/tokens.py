"""What a token of a filter stands for, and where it is."""

from __future__ import annotations

import re

from lark import Token

from emulator.audit.fields import Field, field
from emulator.audit.literals import Literal, unquoted

_COMPONENT = re.compile(r'"(?:[^"\\]|\\.)*"|[^."]+')


def place_of(token: Token) -> str:
    """Line and column, in words."""
    return f"line {token.line}, column {token.column}"


def literal_of(token: Token) -> Literal:
    """The value that a string, number or unquoted text is."""
    if token.type == "STRING":
        return Literal(unquoted(token), quoted=True)
    return Literal(str(token), quoted=False)


def field_of(token: Token) -> Field:
    """The field that a dotted path names; a component with special characters is quoted."""
    parts = _COMPONENT.findall(token)
    path = tuple(unquoted(part) if part.startswith('"') else part for part in parts)
    return field(path, place_of(token))
