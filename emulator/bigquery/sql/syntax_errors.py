"""Refusals of SQL text, worded as BigQuery does: what was met, and where."""

from __future__ import annotations

import re

from sqlglot import Token, TokenType
from sqlglot.errors import ParseError, TokenError

from emulator.errors import ServiceError, invalid

_LITERALS = {
    TokenType.STRING: "string literal",
    TokenType.RAW_STRING: "string literal",
    TokenType.BYTE_STRING: "bytes literal",
    TokenType.HEX_STRING: "integer literal",
}
_UNCLOSED = re.compile(r"Missing (?P<quote>\S+) from \d+:(?P<start>\d+)")


class UnexpectedTokenError(ParseError):
    """The parser cannot go on at a token, or (without one) at the end of the statement."""

    def __init__(self, token: Token | None, expected: str = "") -> None:
        super().__init__("unexpected token")
        self.token = token
        self.expected = expected


def place(sql: str, offset: int) -> str:
    """`[line:column]`, both from 1."""
    before = sql[:offset]
    return f"[{before.count(chr(10)) + 1}:{offset - (before.rfind(chr(10)) + 1) + 1}]"


def refusal(text: str, sql: str, offset: int) -> ServiceError:
    """400 invalidQuery with the place in the script."""
    return invalid(f"{text} at {place(sql, offset)}", "invalidQuery")


def syntax_error(sql: str, error: UnexpectedTokenError, end: Token | None) -> ServiceError:
    """The error for what the parser met; `end` is the semicolon that closes the statement, if any."""
    token = error.token or end
    met = _met(token, sql) if token else "end of script"
    offset = token.start if token else len(sql.rstrip())
    if error.expected:
        return refusal(f"Syntax error: Expected {error.expected} but got {met}", sql, offset)
    return refusal(f"Syntax error: Unexpected {met}", sql, offset)


def lexical_error(sql: str, error: TokenError) -> ServiceError:
    """The error for text that has no tokens: as a rule an open string or identifier."""
    if isinstance(error.__cause__, IndexError):
        return refusal("Syntax error: Unclosed comment", sql, sql.rfind("/*"))
    unclosed = _UNCLOSED.search(str(error.__cause__ or error))
    if not unclosed:
        return invalid("Syntax error: Illegal input character", "invalidQuery")
    quote = unclosed["quote"]
    kind = "identifier" if quote == "`" else "triple-quoted string" if len(quote) == 3 else "string"
    return refusal(f"Syntax error: Unclosed {kind} literal", sql, int(unclosed["start"]))


def _met(token: Token, sql: str) -> str:
    written = sql[token.start : token.end + 1]
    if token.token_type in _LITERALS:
        return f"{_LITERALS[token.token_type]} {written}"
    if token.token_type == TokenType.NUMBER:
        kind = "integer" if written.isdigit() else "floating point"
        return f'{kind} literal "{written}"'
    if token.token_type == TokenType.IDENTIFIER:
        return f"identifier {written}"
    if token.token_type == TokenType.VAR:
        return f'identifier "{written}"'
    return f"keyword {written.upper()}" if written[:1].isalpha() else f'"{written}"'
