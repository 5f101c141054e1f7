"""What a script consists of, as plain values: the parser makes them, the job engine acts on them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

OptionValue: TypeAlias = (
    str | bool | int | float | list["OptionValue"] | tuple["OptionValue", ...] | None
)


class SqlText(str):
    """The SQL of an option whose value is not a literal (a timestamp, HPARAM_RANGE(...), CONCAT(...))."""

    __slots__ = ()


@dataclass(frozen=True)
class ModelPath:
    """The full name of a model; case is kept."""

    project: str
    dataset: str
    model: str

    def __str__(self) -> str:
        return f"{self.project}.{self.dataset}.{self.model}"


@dataclass(frozen=True)
class DatasetPath:
    """The full name of a dataset; case is kept."""

    project: str
    dataset: str

    def __str__(self) -> str:
        return f"{self.project}.{self.dataset}"


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement of a script: its own SQL, and statistics.query.statementType for it.

    Statements that only steer the script (DECLARE, SET) have the type SCRIPT: they have no job of
    their own, but queries in their expressions have.
    """

    text: str
    statement_type: str


@dataclass(frozen=True, kw_only=True)
class Column:
    """A field of an INPUT or OUTPUT clause, with its type as written."""

    name: str
    type: str


@dataclass(frozen=True, kw_only=True)
class CreateModel(Statement):
    """CREATE [OR REPLACE] MODEL [IF NOT EXISTS]; option names are upper case.

    An array of pairs, as LABELS takes it, is a list of tuples; values that are no literals are `SqlText`.
    """

    path: ModelPath
    or_replace: bool = False
    if_not_exists: bool = False
    options: dict[str, OptionValue] = field(default_factory=dict)
    transform: bool = False
    remote_connection: str | None = None
    has_query: bool = False
    input_columns: tuple[Column, ...] = ()
    output_columns: tuple[Column, ...] = ()
    training_tables: list[str] = field(default_factory=list)
    models_read: list[ModelPath] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class AlterModel(Statement):
    """ALTER MODEL [IF EXISTS] ... SET OPTIONS(...); option names are upper case."""

    path: ModelPath
    if_exists: bool = False
    options: dict[str, OptionValue] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class DropModel(Statement):
    """DROP MODEL [IF EXISTS]."""

    path: ModelPath
    if_exists: bool = False


@dataclass(frozen=True, kw_only=True)
class CreateSchema(Statement):
    """CREATE SCHEMA [IF NOT EXISTS]; option names are upper case, their values literals."""

    path: DatasetPath
    if_not_exists: bool = False
    collation: str | None = None
    options: dict[str, OptionValue] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class DropSchema(Statement):
    """DROP SCHEMA [IF EXISTS]."""

    path: DatasetPath
    if_exists: bool = False
    cascade: bool = False


@dataclass(frozen=True, kw_only=True)
class Query(Statement):
    """A SELECT with the models and tables that it reads, each once, in the order of the text."""

    models_read: list[ModelPath] = field(default_factory=list)
    tables_read: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class SetQueryLabel(Statement):
    """SET @@query_label: the job labels of the statements that follow; not yet checked against their rules."""

    labels: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Steering(Statement):
    """DECLARE, or SET of a variable; `query` stands for the queries in its expressions, if there are any."""

    query: Query | None = None


@dataclass(frozen=True, kw_only=True)
class Other(Statement):
    """Any other statement that parses; its target is the table or view that it makes or changes."""

    target: str | None = None
    temporary: bool = False
    models_read: list[ModelPath] = field(default_factory=list)
    tables_read: list[str] = field(default_factory=list)
