"""BigQuery's dialect as sqlglot knows it, completed by BigQuery ML and stricter about statements.

sqlglot 30 reads much of CREATE MODEL and DROP MODEL by itself, but takes clauses in any order, key-value pairs
without OPTIONS, and names as string literals; ALTER MODEL, EXPORT MODEL, named training queries and most functions
over models are unknown to it.
"""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from sqlglot import Token, TokenType, exp
from sqlglot.dialects.bigquery import BigQuery
from sqlglot.parsers.bigquery import BigQueryParser

from emulator.bigquery.sql.model_grammar import ModelGrammar
from emulator.bigquery.sql.nodes import ModelArgument
from emulator.bigquery.sql.schema_grammar import SchemaGrammar
from emulator.bigquery.sql.syntax_errors import UnexpectedTokenError
from emulator.errors import unimplemented

_AFTER_NAME = (TokenType.DOT, TokenType.DASH, TokenType.COMMA, TokenType.R_PAREN)


class BigQueryMLParser(ModelGrammar, SchemaGrammar, BigQueryParser):
    """sqlglot's parser with the grammar of models and datasets; it raises at the first token that does not fit."""

    def raise_error(self, message: str, token: Token | None = None) -> NoReturn:  # noqa: ARG002
        """Raise for what was met rather than for what sqlglot missed, as BigQuery words it."""
        raise UnexpectedTokenError(token or self._curr or None)

    def _parse_as_command(self, start: Token) -> NoReturn:
        # sqlglot keeps a statement that it does not know as text; here nothing unknown may pass.
        raise unimplemented(f"the SQL statement {self._find_sql(start, self._tokens[-1])[:60]!r}")

    def _parse_function(self, *args: Any, **options: Any) -> exp.Expr | None:
        # sqlglot checks the arguments of some ML and AI functions, by signatures that are not complete.
        before = [
            token.text.upper() for token in self._tokens[max(self._index - 2, 0) : self._index]
        ]
        if before in (["ML", "."], ["AI", "."]):
            options["anonymous"] = True
        return super()._parse_function(*args, **options)

    def _parse_lambda(self, alias: bool = False) -> exp.Expr | None:
        if self._curr.token_type in (TokenType.MODEL, TokenType.TABLE) and self._is_name_next():
            is_model = self._match(TokenType.MODEL) or not self._match(TokenType.TABLE)
            name = self._parse_table_parts(schema=True)
            return ModelArgument(this=name) if is_model else name
        return super()._parse_lambda(alias=alias)

    def _is_name_next(self) -> bool:
        if self._next.token_type == TokenType.IDENTIFIER:
            return True
        following = self._tokens[self._index + 2 : self._index + 3]
        return (
            self._next.token_type in self.ID_VAR_TOKENS
            and bool(following)
            and following[0].token_type in _AFTER_NAME
        )


class BigQueryML(BigQuery):
    """BigQuery with statements about models; scripting keywords are tokens like others."""

    class Tokenizer(BigQuery.Tokenizer):
        """No keyword swallows the rest of its statement as text."""

        KEYWORDS: ClassVar = {**BigQuery.Tokenizer.KEYWORDS, "BEGIN": TokenType.BEGIN}
        COMMANDS: ClassVar[set[TokenType]] = set()

    Parser = BigQueryMLParser
