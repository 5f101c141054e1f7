"""SET statements; of the system variables only @@query_label has an effect here."""

from __future__ import annotations

from sqlglot import exp

from emulator.bigquery.sql.names import Scope
from emulator.bigquery.sql.piece import Piece
from emulator.bigquery.sql.statements import SetQueryLabel, SqlText, Statement
from emulator.bigquery.sql.steering import steering
from emulator.bigquery.sql.values import evaluated
from emulator.errors import ServiceError, invalid, unimplemented

# They change which dataset or project a later name belongs to.
_RENAMING = ("dataset_id", "dataset_project_id", "project_id")


def set_variables(tree: exp.Set, piece: Piece, scope: Scope) -> Statement:
    """SET of a variable, or of @@query_label."""
    name, value = _assignment(tree)
    if name in _RENAMING:
        raise unimplemented(f"SET @@{name}")
    if name != "query_label":
        return steering(tree, piece, scope)
    if value is None:
        raise unimplemented("SET @@query_label together with other variables")
    label_text = evaluated(value, piece.text)
    if not isinstance(label_text, str) or isinstance(label_text, SqlText):
        raise unimplemented("SET @@query_label to anything but a string literal")
    return SetQueryLabel(text=piece.text, statement_type="SCRIPT", labels=_labels(label_text))


def _assignment(tree: exp.Set) -> tuple[str | None, exp.Expr | None]:
    """The system variable, if one is set, and its value."""
    for item in tree.expressions:
        variable = item.this.this if isinstance(item.this, exp.EQ) else None
        if isinstance(variable, exp.Parameter) and isinstance(variable.this, exp.Parameter):
            value = item.this.expression if len(tree.expressions) == 1 else None
            return variable.this.name.lower(), value
    return None, None


def _labels(text: str) -> dict[str, str]:
    """The labels of `key:value,key:value`; an empty text removes all.

    https://cloud.google.com/bigquery/docs/adding-labels#adding-label-to-session
    """
    labels: dict[str, str] = {}
    for pair in text.split(",") if text else ():
        key, colon, value = pair.partition(":")
        if not colon or not key or key in labels:
            raise _malformed(text)
        labels[key] = value
    return labels


def _malformed(text: str) -> ServiceError:
    # assumed: the text.
    return invalid(
        f"Invalid value '{text}' for @@query_label: it must be key:value pairs with different keys.",
        "invalidQuery",
    )
