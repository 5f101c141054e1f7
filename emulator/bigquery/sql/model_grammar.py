"""The grammar of CREATE, ALTER, DROP and EXPORT MODEL, clause by clause.

https://cloud.google.com/bigquery/docs/reference/standard-sql/bigqueryml-syntax-create
"""

from __future__ import annotations

from typing import Any

from sqlglot import TokenType, exp

from emulator.bigquery.sql.clauses import ClauseGrammar
from emulator.bigquery.sql.nodes import (
    AlterModelNode,
    CreateModelNode,
    DropModelNode,
    ExportModelNode,
    ModelField,
)
from emulator.bigquery.sql.syntax_errors import UnexpectedTokenError

# https://cloud.google.com/bigquery/docs/reference/standard-sql/bigqueryml-syntax-create-time-series
_QUERY_NAMES = ("TRAINING_DATA", "CUSTOM_HOLIDAY")


class ModelGrammar(ClauseGrammar):
    """Parses the statements about models itself and leaves all others to sqlglot."""

    def _parse_create(self) -> Any:
        index = self._index
        replace = bool(self._match_pair(TokenType.OR, TokenType.REPLACE))
        if self._match(TokenType.MODEL):
            return self._parse_create_model(replace)
        self._retreat(index)
        return super()._parse_create()

    def _parse_alter(self) -> Any:
        if not self._match(TokenType.MODEL):
            return super()._parse_alter()
        exists = bool(self._parse_exists())
        name = self._parse_written_name()
        self._expect("SET")
        return AlterModelNode(this=name, exists=exists, options=self._parse_option_list())

    def _parse_drop(self, exists: bool = False, kind: str | None = None) -> Any:
        if kind or not self._match(TokenType.MODEL):
            return super()._parse_drop(exists, kind)
        if_exists = bool(self._parse_exists())
        return DropModelNode(this=self._parse_written_name(), exists=if_exists)

    def _parse_export_data(self) -> Any:
        if not self._match(TokenType.MODEL):
            return super()._parse_export_data()
        name = self._parse_written_name()
        return ExportModelNode(this=name, options=self._parse_option_list() if self._curr else [])

    def _parse_create_model(self, replace: bool) -> CreateModelNode:
        exists = bool(self._parse_exists(not_=True))
        node = CreateModelNode(this=self._parse_written_name(), replace=replace, exists=exists)
        if self._match_text_seq("TRANSFORM"):
            node.set("transform", self._parse_wrapped_csv(self._parse_expression))
        for clause in ("INPUT", "OUTPUT"):
            if self._match_text_seq(clause):
                node.set(f"{clause.lower()}s", self._parse_wrapped_csv(self._parse_model_field))
        if self._match_text_seq("REMOTE"):
            self._expect("WITH", "CONNECTION")
            node.set("connection", self._parse_connection())
        if self._match_text_seq("OPTIONS", advance=False):
            node.set("options", self._parse_option_list())
        if self._match(TokenType.ALIAS):
            node.set("queries", self._parse_training_queries())
        return node

    def _parse_connection(self) -> str:
        if self._match(TokenType.DEFAULT):
            return "DEFAULT"
        return ".".join(part.name for part in self._parse_name().parts)

    def _parse_model_field(self) -> ModelField:
        name = self._parse_id_var()
        start = self._curr
        if not name or not self._parse_types():
            raise UnexpectedTokenError(self._curr or None)
        return ModelField(name=name.name, kind=self._find_sql(start, self._prev))

    def _parse_training_queries(self) -> list[exp.Expr]:
        names_query = self._next.text.upper() in _QUERY_NAMES and self._match(TokenType.L_PAREN)
        if not names_query:
            return [self._parse_training_query()]
        queries = [self._parse_named_query()]
        while self._match(TokenType.COMMA):
            queries.append(self._parse_named_query())
        self._expect(")")
        return queries

    def _parse_named_query(self) -> exp.Expr:
        if not self._match_texts(_QUERY_NAMES):
            raise UnexpectedTokenError(self._curr or None)
        self._expect("AS")
        self._expect("(")
        query = self._parse_training_query()
        self._expect(")")
        return query

    def _parse_training_query(self) -> exp.Expr:
        query = self._parse_ddl_select()
        if not isinstance(query, exp.Query):
            raise UnexpectedTokenError(self._curr or None)
        return query
