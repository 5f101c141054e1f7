"""BigQuery SQL as far as models and datasets need it: a script's text becomes a list of typed statements."""

from emulator.bigquery.sql.script import parse_script
from emulator.bigquery.sql.statements import (
    AlterModel,
    Column,
    CreateModel,
    CreateSchema,
    DatasetPath,
    DropModel,
    DropSchema,
    ModelPath,
    OptionValue,
    Other,
    Query,
    SetQueryLabel,
    SqlText,
    Statement,
    Steering,
)

__all__ = [
    "AlterModel",
    "Column",
    "CreateModel",
    "CreateSchema",
    "DatasetPath",
    "DropModel",
    "DropSchema",
    "ModelPath",
    "OptionValue",
    "Other",
    "Query",
    "SetQueryLabel",
    "SqlText",
    "Statement",
    "Steering",
    "parse_script",
]
