"""A script cut at its semicolons: each piece holds one statement's tokens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlglot import Token, TokenType
from sqlglot.errors import TokenError

from emulator.bigquery.sql.dialect import BigQueryML
from emulator.bigquery.sql.syntax_errors import UnexpectedTokenError, lexical_error, syntax_error
from emulator.errors import unimplemented

# https://cloud.google.com/bigquery/docs/reference/standard-sql/procedural-language
_PROCEDURAL = (
    *("BREAK", "CALL", "CASE", "CONTINUE", "ELSE", "ELSEIF", "EXCEPTION", "EXECUTE", "FOR"),
    *("IF", "ITERATE", "LEAVE", "LOOP", "RAISE", "REPEAT", "RETURN", "UNTIL", "WHILE"),
)


@dataclass(frozen=True)
class Piece:
    """The tokens of one statement, within its script, and the semicolon that ends it (none at the end)."""

    script: str
    tokens: tuple[Token, ...]
    semicolon: Token | None

    @property
    def words(self) -> list[str]:
        """The tokens as upper-case text."""
        return [token.text.upper() for token in self.tokens]

    @property
    def start(self) -> int:
        """The offset of the statement in the script."""
        return int(self.tokens[0].start)

    @property
    def text(self) -> str:
        """The statement's own SQL."""
        return self.script[self.start : self.tokens[-1].end + 1]


def pieces(script: str) -> list[Piece]:
    """The statements of a script; those within BEGIN ... END stand in the row like the others."""
    found: list[Piece] = []
    depth = 0
    for piece in _cut(script):
        inner, opened = _opened(piece)
        depth += opened
        if inner.tokens and inner.words[0] == "END":
            depth -= 1
            _check_end(inner, depth)
        elif inner.tokens:
            _check_plain(inner)
            found.append(inner)
    if depth or not found:
        expected = "keyword END" if depth else ""
        raise syntax_error(script, UnexpectedTokenError(None, expected=expected), None)
    return found


def _cut(script: str) -> Iterator[Piece]:
    start, tokens = 0, _tokens(script)
    for index, token in enumerate(tokens):
        if token.token_type == TokenType.SEMICOLON:
            if index == start:
                raise syntax_error(script, UnexpectedTokenError(token), None)
            yield Piece(script, tuple(tokens[start:index]), token)
            start = index + 1
    if start < len(tokens):
        yield Piece(script, tuple(tokens[start:]), None)


def _tokens(script: str) -> list[Token]:
    try:
        return list(BigQueryML().tokenize(script))
    except TokenError as error:
        raise lexical_error(script, error) from error


def _opened(piece: Piece) -> tuple[Piece, int]:
    # BEGIN alone, before a semicolon, begins a transaction; `BEGIN TRANSACTION` is one token.
    opened = 0
    while len(piece.tokens) > 1 and piece.words[0] == "BEGIN":
        piece = replace(piece, tokens=piece.tokens[1:])
        opened += 1
    return piece, opened


def _check_end(piece: Piece, depth: int) -> None:
    if depth < 0:
        raise syntax_error(piece.script, UnexpectedTokenError(piece.tokens[0]), None)
    if len(piece.tokens) > 1:
        raise syntax_error(piece.script, UnexpectedTokenError(piece.tokens[1]), None)


def _check_plain(piece: Piece) -> None:
    first = piece.words[0]
    if first in _PROCEDURAL or (first == "CREATE" and "PROCEDURE" in piece.words[1:4]):
        raise unimplemented(f"the procedural SQL statement {piece.text[:60]!r}")
