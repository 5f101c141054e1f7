"""Statements about datasets, from their syntax trees."""

from __future__ import annotations

from emulator.bigquery.sql.names import Scope
from emulator.bigquery.sql.nodes import CreateSchemaNode, DropSchemaNode
from emulator.bigquery.sql.option_rules import checked_options
from emulator.bigquery.sql.options import CREATE_SCHEMA
from emulator.bigquery.sql.piece import Piece
from emulator.bigquery.sql.statements import CreateSchema, DropSchema, SqlText
from emulator.errors import unimplemented


def create_schema(node: CreateSchemaNode, piece: Piece, scope: Scope) -> CreateSchema:
    """CREATE SCHEMA."""
    options = checked_options(node.args.get("options") or [], CREATE_SCHEMA, piece.script)
    for name, value in options.items():
        if isinstance(value, SqlText):
            raise unimplemented(f"option {name.lower()} by the expression {value}")
    return CreateSchema(
        text=piece.text,
        statement_type="CREATE_SCHEMA",
        path=scope.schema(node.this),
        if_not_exists=node.args["exists"],
        collation=node.args.get("collation"),
        options=options,
    )


def drop_schema(node: DropSchemaNode, piece: Piece, scope: Scope) -> DropSchema:
    """DROP SCHEMA."""
    return DropSchema(
        text=piece.text,
        statement_type="DROP_SCHEMA",
        path=scope.schema(node.this),
        if_exists=node.args["exists"],
        cascade=node.args["cascade"],
    )
