"""RE2 patterns on Python's engine: what both syntaxes share; the rest is refused by name.

Source: https://github.com/google/re2/wiki/Syntax
"""

from __future__ import annotations

import re

from emulator.errors import invalid, unimplemented

# An escape, a bracket expression, an opening group, a possessive quantifier or the anchor `$`.
_ITEM = re.compile(
    r"\\.|\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]|\(\?(?:<?[=!]|>|P=|\()?|[*+?}]\+|\$", re.DOTALL
)
_NOT_IN_RE2 = re.compile(r"\\[1-9Z]|\(\?(?:<?[=!]|>|P=|\()|[*+?}]\+")
_ONLY_IN_RE2 = re.compile(r"\\[pPCQE]|\[.*\[:.*", re.DOTALL)


def compiled(text: str, place: str) -> re.Pattern[str]:
    """The pattern, to be searched anywhere in a text, with regard to letter case."""
    pattern = _ITEM.sub(lambda match: _translated(match[0], place), text)
    try:
        return re.compile(pattern, re.ASCII)
    except re.error as error:
        raise invalid(
            f"Unparseable filter: invalid regular expression at {place}: {error}"
        ) from error


def _translated(item: str, place: str) -> str:
    if item in {"$", r"\z"}:
        return r"\Z"  # in RE2 `$` is the very end of the text, a last newline is no exception
    if _NOT_IN_RE2.fullmatch(item):
        raise invalid(
            f"Unparseable filter: invalid regular expression at {place}: RE2 has no '{item}'"
        )
    if _ONLY_IN_RE2.fullmatch(item):
        raise unimplemented(f"'{item}' in a regular expression of a log filter ({place})")
    return item
