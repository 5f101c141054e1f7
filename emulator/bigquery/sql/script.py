"""A script's text, statement by statement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlglot import exp

from emulator.bigquery.sql.classification import classified
from emulator.bigquery.sql.dialect import BigQueryML
from emulator.bigquery.sql.model_ddl import alter_model, create_model, drop_model, export_model
from emulator.bigquery.sql.names import Scope
from emulator.bigquery.sql.nodes import (
    AlterModelNode,
    CreateModelNode,
    CreateSchemaNode,
    DropModelNode,
    DropSchemaNode,
    ExportModelNode,
)
from emulator.bigquery.sql.piece import Piece, pieces
from emulator.bigquery.sql.schema_ddl import create_schema, drop_schema
from emulator.bigquery.sql.statements import Statement
from emulator.bigquery.sql.syntax_errors import UnexpectedTokenError, syntax_error
from emulator.errors import invalid, unimplemented

_READERS: dict[type[exp.Expr], Callable[[Any, Piece, Scope], Statement]] = {
    CreateModelNode: create_model,
    AlterModelNode: alter_model,
    DropModelNode: drop_model,
    ExportModelNode: export_model,
    CreateSchemaNode: create_schema,
    DropSchemaNode: drop_schema,
}


def parse_script(sql: str, *, project: str, dataset: str | None = None) -> list[Statement]:
    """The statements of a script; `project` and `dataset` complete unqualified names.

    The whole script is read before anything of it runs: ServiceError (invalidQuery) tells the first fault.
    """
    scope = Scope(project, dataset)
    try:
        return [_read(piece, scope) for piece in pieces(sql)]
    except RecursionError as error:
        # assumed: the text.
        raise invalid("The query is nested too deeply.", "invalidQuery") from error


def _read(piece: Piece, scope: Scope) -> Statement:
    try:
        tree: Any = BigQueryML().parser().parse(list(piece.tokens), piece.script)[0]
    except UnexpectedTokenError as error:
        raise syntax_error(piece.script, error, piece.semicolon) from error
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        # sqlglot's own slips, on text that nobody would write by intent.
        raise unimplemented(f"the SQL statement {piece.text[:60]!r}") from error
    reader = _READERS.get(type(tree), classified)
    return reader(tree, piece, scope)
