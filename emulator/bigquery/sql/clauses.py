"""What statements about models and about datasets have in common: names and OPTIONS."""

from __future__ import annotations

from sqlglot import TokenType, exp
from sqlglot.parsers.bigquery import BigQueryParser

from emulator.bigquery.sql.nodes import OptionNode
from emulator.bigquery.sql.syntax_errors import UnexpectedTokenError


class ClauseGrammar(BigQueryParser):
    """Parses single clauses; it knows no statement."""

    def _parse_written_name(self) -> exp.Table:
        start = self._index
        name = self._parse_name()
        for token in self._tokens[start : self._index]:
            if token.token_type == TokenType.STRING:
                raise UnexpectedTokenError(token)
        return name

    def _parse_name(self) -> exp.Table:
        name = self._parse_table_parts(schema=True)
        if not isinstance(name, exp.Table):
            raise UnexpectedTokenError(self._curr or None)
        return name

    def _parse_option_list(self) -> list[OptionNode]:
        self._expect("OPTIONS")
        self._expect("(")
        options: list[OptionNode] = []
        if not self._match(TokenType.R_PAREN):
            options = [self._parse_option()]
            while self._match(TokenType.COMMA):
                options.append(self._parse_option())
            self._expect(")")
        return options

    def _parse_option(self) -> OptionNode:
        name = self._curr
        if name.token_type in (TokenType.STRING, TokenType.NUMBER) or not self._advance_any():
            raise UnexpectedTokenError(name or None)
        self._expect("=")
        start = self._curr
        value = self._parse_disjunction()
        if not value:
            raise UnexpectedTokenError(self._curr or None)
        text = self._find_sql(start, self._prev)
        return OptionNode(name=name.text, this=value, text=text, start=name.start)

    def _expect(self, *words: str) -> None:
        for word in words:
            if not self._match_text_seq(word):
                wanted = f"keyword {word}" if word.isalpha() else f'"{word}"'
                raise UnexpectedTokenError(self._curr or None, expected=wanted)
