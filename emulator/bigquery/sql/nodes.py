"""Syntax tree nodes for statements about models and datasets, of which sqlglot has none of its own or too lenient ones."""

from __future__ import annotations

from typing import ClassVar

from sqlglot import exp


class ModelArgument(exp.Expression):
    """`MODEL name` as an argument of an ML or AI function."""


class ModelField(exp.Expression):
    """A field of INPUT or OUTPUT: `name`, and `kind` as written."""

    arg_types: ClassVar[dict[str, bool]] = {"name": True, "kind": True}


class OptionNode(exp.Expression):
    """One `name = value` of OPTIONS; `text` is the value as written, `start` the offset of the name."""

    arg_types: ClassVar[dict[str, bool]] = {"name": True, "this": True, "text": True, "start": True}


class CreateModelNode(exp.Expression):
    """CREATE MODEL; `queries` are the ones behind AS."""

    arg_types: ClassVar[dict[str, bool]] = {
        "this": True,
        "replace": False,
        "exists": False,
        "transform": False,
        "inputs": False,
        "outputs": False,
        "connection": False,
        "options": False,
        "queries": False,
    }


class AlterModelNode(exp.Expression):
    """ALTER MODEL."""

    arg_types: ClassVar[dict[str, bool]] = {"this": True, "exists": False, "options": True}


class DropModelNode(exp.Expression):
    """DROP MODEL."""

    arg_types: ClassVar[dict[str, bool]] = {"this": True, "exists": False}


class ExportModelNode(exp.Expression):
    """EXPORT MODEL."""

    arg_types: ClassVar[dict[str, bool]] = {"this": True, "options": False}


class CreateSchemaNode(exp.Expression):
    """CREATE SCHEMA."""

    arg_types: ClassVar[dict[str, bool]] = {
        "this": True,
        "exists": False,
        "collation": False,
        "options": False,
    }


class DropSchemaNode(exp.Expression):
    """DROP SCHEMA; without CASCADE it is RESTRICT."""

    arg_types: ClassVar[dict[str, bool]] = {"this": True, "exists": False, "cascade": False}
