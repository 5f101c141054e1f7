"""DECLARE and SET: they steer a script, and a job runs only for the queries in their expressions."""

from __future__ import annotations

from sqlglot import exp

from emulator.bigquery.sql.names import Scope
from emulator.bigquery.sql.piece import Piece
from emulator.bigquery.sql.reads import models_read, tables_read
from emulator.bigquery.sql.statements import Query, Steering


def steering(tree: exp.Declare | exp.Set, piece: Piece, scope: Scope) -> Steering:
    """The statement of a syntax tree.

    That expressions have child jobs is documented (evaluationKind EXPRESSION); assumed: only those
    that hold a query do, one for a statement.
    """
    query = None
    if tree.find(exp.Query):
        query = Query(
            text=piece.text,
            statement_type="SELECT",
            models_read=models_read(tree, scope),
            tables_read=tables_read(tree, scope),
        )
    return Steering(text=piece.text, statement_type="SCRIPT", query=query)
