"""All statements that are not about models or datasets: what type they have, what they read and write."""

from __future__ import annotations

from sqlglot import exp

from emulator.bigquery.sql.names import Scope
from emulator.bigquery.sql.piece import Piece
from emulator.bigquery.sql.query_labels import set_variables
from emulator.bigquery.sql.reads import models_read, tables_read
from emulator.bigquery.sql.statements import Other, Query, Statement
from emulator.bigquery.sql.steering import steering
from emulator.bigquery.sql.syntax_errors import UnexpectedTokenError, syntax_error
from emulator.errors import unimplemented

# https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#JobStatistics2: statementType.
_TYPES: dict[type[exp.Expr], str] = {
    exp.Insert: "INSERT",
    exp.Update: "UPDATE",
    exp.Delete: "DELETE",
    exp.Merge: "MERGE",
    exp.TruncateTable: "TRUNCATE_TABLE",
    exp.Export: "EXPORT_DATA",
    exp.Transaction: "BEGIN_TRANSACTION",
    exp.Commit: "COMMIT_TRANSACTION",
    exp.Rollback: "ROLLBACK_TRANSACTION",
}
_VERBS = (exp.Create, exp.Alter, exp.Drop)
_KINDS = (
    "MATERIALIZED VIEW",
    "EXTERNAL TABLE",
    "SNAPSHOT TABLE",
    "TABLE FUNCTION",
    "TABLE",
    "VIEW",
    "FUNCTION",
)
_BETWEEN = ("OR", "REPLACE", "TEMP", "TEMPORARY")


def classified(tree: exp.Expr, piece: Piece, scope: Scope) -> Statement:
    """The statement of a syntax tree."""
    if isinstance(tree, exp.Query):
        reads, tables = models_read(tree, scope), tables_read(tree, scope)
        return Query(
            text=piece.text, statement_type="SELECT", models_read=reads, tables_read=tables
        )
    if isinstance(tree, exp.Set):
        return set_variables(tree, piece, scope)
    if isinstance(tree, exp.Declare):
        return steering(tree, piece, scope)
    statement_type = _ddl_type(tree, piece) if isinstance(tree, _VERBS) else _TYPES.get(type(tree))
    if not statement_type:
        raise _no_statement(tree, piece)
    return _other(tree, piece, scope, statement_type)


def _no_statement(tree: exp.Expr, piece: Piece) -> Exception:
    # sqlglot takes a bare expression for a statement.
    if isinstance(tree, (exp.Condition, exp.Alias)):
        return syntax_error(piece.script, UnexpectedTokenError(piece.tokens[0]), None)
    return unimplemented(f"the SQL statement {piece.text[:60]!r}")


def _ddl_type(tree: exp.Expr, piece: Piece) -> str | None:
    words = [word for word in piece.words[1:] if word not in _BETWEEN]
    kind = next((kind for kind in _KINDS if words[: kind.count(" ") + 1] == kind.split()), None)
    if not kind:
        return None
    filled = kind == "TABLE" and isinstance(tree, exp.Create) and tree.expression
    return f"{piece.words[0]}_{kind.replace(' ', '_')}" + ("_AS_SELECT" if filled else "")


def _other(tree: exp.Expr, piece: Piece, scope: Scope, statement_type: str) -> Other:
    node = _target(tree)
    temporary = _makes_temporary(tree)
    if node and temporary:
        scope.temporary.add(node.name)
    return Other(
        text=piece.text,
        statement_type=statement_type,
        temporary=temporary,
        target=scope.table(node) if node and not scope.is_temporary(node) else None,
        models_read=models_read(tree, scope),
        tables_read=[] if isinstance(tree, exp.Drop) else tables_read(tree, scope, target=node),
    )


def _makes_temporary(tree: exp.Expr) -> bool:
    properties = tree.args.get("properties") if isinstance(tree, exp.Create) else None
    return bool(properties and properties.find(exp.TemporaryProperty))


def _target(tree: exp.Expr) -> exp.Table | None:
    if isinstance(tree, exp.Drop):
        node = tree.args["tables"][0]
    elif isinstance(tree, exp.TruncateTable):
        node = tree.expressions[0]
    else:
        node = tree.this
    if isinstance(node, exp.Schema):
        node = node.this
    return node if isinstance(node, exp.Table) else None
