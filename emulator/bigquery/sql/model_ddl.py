"""Statements about models, from their syntax trees."""

from __future__ import annotations

from sqlglot import exp

from emulator.bigquery.sql.names import Scope
from emulator.bigquery.sql.nodes import (
    AlterModelNode,
    CreateModelNode,
    DropModelNode,
    ExportModelNode,
    ModelField,
)
from emulator.bigquery.sql.option_rules import check_labels, check_registry, checked_options
from emulator.bigquery.sql.options import ALTER_MODEL, CREATE_MODEL, EXPORT_MODEL
from emulator.bigquery.sql.piece import Piece
from emulator.bigquery.sql.reads import models_read, tables_read
from emulator.bigquery.sql.statements import AlterModel, Column, CreateModel, DropModel, Other
from emulator.bigquery.sql.syntax_errors import refusal
from emulator.errors import invalid


def create_model(node: CreateModelNode, piece: Piece, scope: Scope) -> CreateModel:
    """CREATE MODEL."""
    if node.args["replace"] and node.args["exists"]:
        raise refusal(
            "CREATE MODEL cannot have both OR REPLACE and IF NOT EXISTS", piece.script, piece.start
        )
    options = checked_options(node.args.get("options") or [], CREATE_MODEL, piece.script)
    check_registry(options)
    check_labels(options)
    queries: list[exp.Expr] = node.args.get("queries") or []
    statement = CreateModel(
        text=piece.text,
        statement_type="CREATE_MODEL",
        path=scope.model(node.this),
        or_replace=node.args["replace"],
        if_not_exists=node.args["exists"],
        options=options,
        transform=node.args.get("transform") is not None,
        remote_connection=node.args.get("connection"),
        has_query=bool(queries),
        input_columns=_columns(node.args.get("inputs")),
        output_columns=_columns(node.args.get("outputs")),
        training_tables=tables_read(node, scope, target=node.this),
        models_read=models_read(node, scope),
    )
    _check_query(statement)
    return statement


def alter_model(node: AlterModelNode, piece: Piece, scope: Scope) -> AlterModel:
    """ALTER MODEL."""
    options = checked_options(node.args["options"], ALTER_MODEL, piece.script)
    # assumed: the type; neither REST nor the audit log lists one for ALTER MODEL.
    return AlterModel(
        text=piece.text,
        statement_type="ALTER_MODEL",
        path=scope.model(node.this),
        if_exists=node.args["exists"],
        options=options,
    )


def drop_model(node: DropModelNode, piece: Piece, scope: Scope) -> DropModel:
    """DROP MODEL."""
    path = scope.model(node.this)
    return DropModel(
        text=piece.text, statement_type="DROP_MODEL", path=path, if_exists=node.args["exists"]
    )


def export_model(node: ExportModelNode, piece: Piece, scope: Scope) -> Other:
    """EXPORT MODEL, which only reads a model."""
    checked_options(node.args["options"], EXPORT_MODEL, piece.script)
    return Other(
        text=piece.text, statement_type="EXPORT_MODEL", models_read=[scope.model(node.this)]
    )


def _columns(fields: list[ModelField] | None) -> tuple[Column, ...]:
    return tuple(Column(name=field.args["name"], type=field.args["kind"]) for field in fields or ())


def _check_query(statement: CreateModel) -> None:
    # assumed: the texts. Remote models have a query only if they are tuned.
    imported = statement.options.get("MODEL_PATH") is not None
    if imported and statement.has_query:
        raise invalid(
            "CREATE MODEL with MODEL_PATH imports a model and takes no query.", "invalidQuery"
        )
    if not (imported or statement.has_query or statement.remote_connection):
        raise invalid(
            "CREATE MODEL needs a query (AS SELECT ...) to train the model.", "invalidQuery"
        )
    if not statement.remote_connection and statement.options.get("MODEL_TYPE") is None:
        raise invalid("CREATE MODEL needs the option MODEL_TYPE.", "invalidQuery")
