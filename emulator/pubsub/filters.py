"""The filter language of subscriptions.

https://cloud.google.com/pubsub/docs/subscription-message-filter
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import lark

from emulator.errors import invalid

MAX_BYTES = 256

Filter = Callable[[Mapping[str, str]], bool]

# AND and OR stand side by side only with parentheses: neither rule takes the other bare.
_GRAMMAR = r"""
?start: term | conjunction | disjunction
conjunction: term ("AND" term)+
disjunction: term ("OR" term)+
?term: ("NOT" | "-") term -> negated
     | "(" start ")"
     | key "=" text -> equal
     | key "!=" text -> unequal
     | "attributes" ":" name -> present
     | "hasPrefix" "(" key "," text ")" -> prefixed
key: "attributes" "." name
name: NAME | STRING
text: STRING
NAME: /[A-Za-z0-9_\-]+/
STRING: /"(\\.|[^"\\])*"/
%ignore /\s+/
"""

_ESCAPE = re.compile(
    r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|x([0-9A-Fa-f]{2})|([0-7]{3})|(.))", re.DOTALL
)
_SINGLE = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


def _unescape(match: re.Match[str]) -> str:
    short, long, byte, octal, single = match.groups()
    if hexadecimal := short or long or byte:
        return chr(int(hexadecimal, 16))
    if octal:
        return chr(int(octal, 8))
    return _SINGLE.get(single, single)


class _Build(lark.Transformer[Any, Filter]):
    """Syntax tree to predicate."""

    def name(self, tokens: list[lark.Token]) -> str:
        token = tokens[0]
        return self.text(tokens) if token.type == "STRING" else str(token)

    def text(self, tokens: list[lark.Token]) -> str:
        return _ESCAPE.sub(_unescape, tokens[0][1:-1])

    def key(self, names: list[str]) -> str:
        return names[0]

    def equal(self, sides: list[str]) -> Filter:
        key, value = sides
        return lambda attributes: attributes.get(key) == value

    def unequal(self, sides: list[str]) -> Filter:
        key, value = sides
        return lambda attributes: attributes.get(key) != value

    def present(self, names: list[str]) -> Filter:
        return lambda attributes: names[0] in attributes

    def prefixed(self, sides: list[str]) -> Filter:
        key, prefix = sides
        return lambda attributes: key in attributes and attributes[key].startswith(prefix)

    def negated(self, terms: list[Filter]) -> Filter:
        return lambda attributes: not terms[0](attributes)

    def conjunction(self, terms: list[Filter]) -> Filter:
        return lambda attributes: all(term(attributes) for term in terms)

    def disjunction(self, terms: list[Filter]) -> Filter:
        return lambda attributes: any(term(attributes) for term in terms)


_PARSER = lark.Lark(_GRAMMAR, parser="lalr")


def compile_filter(text: str) -> Filter:
    """The predicate over a message's attributes; an empty text lets everything through."""
    if not text:
        return lambda _: True
    if len(text.encode()) > MAX_BYTES:
        raise invalid(f"The filter must be at most {MAX_BYTES} bytes long.")  # assumed: the text
    try:
        return _Build().transform(_PARSER.parse(text))
    except lark.exceptions.LarkError as error:
        at = f", at column {error.column}" if isinstance(error, lark.UnexpectedInput) else ""
        raise invalid(f"Invalid filter (filter={text}){at}.") from error  # assumed: the text
