"""Which models and tables a statement reads, by its syntax tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlglot import exp

from emulator.bigquery.sql.names import Scope
from emulator.bigquery.sql.nodes import ModelArgument
from emulator.bigquery.sql.statements import ModelPath


def models_read(tree: exp.Expr, scope: Scope) -> list[ModelPath]:
    """The models that functions of the statement name, each once, in the order of the text."""
    names = sorted((node.this for node in tree.find_all(ModelArgument)), key=_offset)
    return list(dict.fromkeys(scope.model(name) for name in names))


def tables_read(tree: exp.Expr, scope: Scope, target: exp.Expr | None = None) -> list[str]:
    """The tables and views that the statement reads, each once, in the order of the text."""
    named = (
        table for table in tree.find_all(exp.Table) if table is not target and _names_table(table)
    )
    tables = (table for table in named if not scope.is_temporary(table) and not _is_common(table))
    return list(dict.fromkeys(scope.table(table) for table in sorted(tables, key=_offset)))


def _names_table(table: exp.Table) -> bool:
    # sqlglot has the same node for the names of models and functions, and for functions that return tables.
    is_name = isinstance(table.this, (exp.Identifier, exp.Dot))
    return is_name and not isinstance(table.parent, (ModelArgument, exp.UserDefinedFunction))


def _offset(table: exp.Table) -> int:
    return int(table.parts[-1].meta.get("start", 0))


def _is_common(table: exp.Table) -> bool:
    """Whether the name is one of a WITH clause in force where it stands."""
    return not table.args.get("db") and table.name.lower() in _common_names(table)


def _common_names(node: exp.Expr) -> Iterator[str]:
    parent = node.parent
    while parent:
        if isinstance(parent, exp.With):
            yield from _names(_before(node, parent))
        elif (with_ := parent.args.get("with_")) and with_ is not node:
            yield from _names(with_.expressions)
        node, parent = parent, parent.parent


def _before(cte: exp.Expr, with_: exp.With) -> list[exp.Expr]:
    # A query in WITH sees those before it; under RECURSIVE, itself and those after it, too.
    everything = with_.expressions
    return everything if with_.args.get("recursive") else everything[: everything.index(cte)]


def _names(ctes: Iterable[exp.Expr]) -> Iterator[str]:
    return (cte.alias.lower() for cte in ctes)
