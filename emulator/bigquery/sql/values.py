"""Values of options: literals become Python values, everything else stays SQL text."""

from __future__ import annotations

from sqlglot import exp

from emulator.bigquery.sql.statements import OptionValue, SqlText


def evaluated(node: exp.Expr, text: str) -> OptionValue:
    """The value of an expression that is written as `text`."""
    try:
        return _literal(node)
    except _NotLiteral:
        return SqlText(text)


class _NotLiteral(Exception):  # noqa: N818 - no error: it only leads from the depth of a value to its text
    pass


def _literal(node: exp.Expr) -> OptionValue:
    if isinstance(node, exp.Null):
        return None
    if isinstance(node, exp.Boolean):
        return bool(node.this)
    if isinstance(node, exp.RawString) or (isinstance(node, exp.Literal) and node.is_string):
        return str(node.this)
    if isinstance(node, exp.Literal):
        return _number(node.name)
    if isinstance(node, exp.Neg) and isinstance(node.this, exp.Literal) and not node.this.is_string:
        return -_number(node.this.name)
    return _compound(node)


def _compound(node: exp.Expr) -> OptionValue:
    if isinstance(node, exp.Array):
        return [_literal(item) for item in node.expressions]
    if isinstance(node, (exp.Tuple, exp.Struct)):
        return tuple(_literal(_unnamed(item)) for item in node.expressions)
    if isinstance(node, exp.Paren):
        return _literal(node.this)
    if isinstance(node, exp.Cast) and isinstance(node.this, (exp.Array, exp.Struct, exp.Tuple)):
        return _literal(node.this)  # ARRAY<STRING>[...] and STRUCT<STRING, STRING>(...)
    raise _NotLiteral


def _unnamed(item: exp.Expr) -> exp.Expr:
    named = isinstance(item, (exp.PropertyEQ, exp.Alias))
    return item.expression if isinstance(item, exp.PropertyEQ) else item.this if named else item


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        return float(text)
