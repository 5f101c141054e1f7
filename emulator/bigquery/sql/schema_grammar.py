"""The grammar of CREATE and DROP SCHEMA; a schema is what the API calls a dataset.

https://cloud.google.com/bigquery/docs/reference/standard-sql/data-definition-language#create_schema_statement
"""

from __future__ import annotations

from typing import Any

from sqlglot import TokenType

from emulator.bigquery.sql.clauses import ClauseGrammar
from emulator.bigquery.sql.nodes import CreateSchemaNode, DropSchemaNode
from emulator.bigquery.sql.syntax_errors import UnexpectedTokenError


class SchemaGrammar(ClauseGrammar):
    """Parses these two statements itself: sqlglot has clauses in them that BigQuery does not."""

    def _parse_create(self) -> Any:
        if not self._match(TokenType.SCHEMA):
            return super()._parse_create()
        exists = bool(self._parse_exists(not_=True))
        node = CreateSchemaNode(this=self._parse_written_name(), exists=exists)
        if self._match(TokenType.DEFAULT):
            self._expect("COLLATE")
            node.set("collation", self._parse_collation())
        if self._match_text_seq("OPTIONS", advance=False):
            node.set("options", self._parse_option_list())
        return node

    def _parse_drop(self, exists: bool = False, kind: str | None = None) -> Any:
        if kind or not self._match(TokenType.SCHEMA):
            return super()._parse_drop(exists, kind)
        if_exists = bool(self._parse_exists())
        name = self._parse_written_name()
        cascade = bool(self._match_text_seq("CASCADE"))
        if not cascade:
            self._match_text_seq("RESTRICT")
        return DropSchemaNode(this=name, exists=if_exists, cascade=cascade)

    def _parse_collation(self) -> str:
        token = self._curr
        if not self._match(TokenType.STRING):
            raise UnexpectedTokenError(token or None)
        return token.text
