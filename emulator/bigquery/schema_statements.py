"""What CREATE and DROP SCHEMA do to datasets; each returns its ddlOperationPerformed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from emulator.bigquery.action import Action
from emulator.bigquery.datasets import Datasets
from emulator.bigquery.labels import option_labels
from emulator.bigquery.names import DatasetName
from emulator.bigquery.sql import CreateSchema, DatasetPath, DropSchema, ModelPath
from emulator.bigquery.state import State
from emulator.errors import invalid, unimplemented

_MS_PER_DAY = 86_400_000
# https://cloud.google.com/bigquery/docs/reference/standard-sql/data-definition-language#schema_option_list
_FIELDS = {
    "DEFAULT_KMS_KEY_NAME": "defaultEncryptionConfiguration",
    "DEFAULT_PARTITION_EXPIRATION_DAYS": "defaultPartitionExpirationMs",
    "DEFAULT_ROUNDING_MODE": "defaultRoundingMode",
    "DEFAULT_TABLE_EXPIRATION_DAYS": "defaultTableExpirationMs",
    "DESCRIPTION": "description",
    "FRIENDLY_NAME": "friendlyName",
    "IS_CASE_INSENSITIVE": "isCaseInsensitive",
    "LABELS": "labels",
    "MAX_TIME_TRAVEL_HOURS": "maxTimeTravelHours",
    "STORAGE_BILLING_MODEL": "storageBillingModel",
}


@dataclass(frozen=True)
class SchemaStatements:
    """The DDL of datasets, on the state that the API shows."""

    state: State
    datasets: Datasets

    def create(self, statement: CreateSchema, action: Action, location: str) -> str:
        """CREATE SCHEMA [IF NOT EXISTS]; a dataset of that name anywhere counts as existing."""
        name = dataset_name_of(statement.path)
        changes = _changes(statement)
        if statement.if_not_exists and name in self.state.datasets:
            return "SKIP"
        wanted = str(statement.options.get("LOCATION") or location)
        if wanted.lower() != location.lower():
            # assumed: the text.
            raise invalid(
                f"Cannot create dataset {name} in location {wanted}: the query runs in location {location}."
            )
        self.datasets.create(name, wanted, changes, action)
        return "CREATE"

    def drop(self, statement: DropSchema, action: Action, location: str) -> str:
        """DROP SCHEMA [IF EXISTS], by the rules of datasets.delete."""
        name = dataset_name_of(statement.path)
        if statement.if_exists and name not in self.state.datasets:
            return "SKIP"
        self.state.dataset_at(name, location)
        self.datasets.remove(name, action, contents=statement.cascade)
        return "DROP"


def dataset_name_of(path: DatasetPath | ModelPath) -> DatasetName:
    """The name of the dataset that a statement's path gives."""
    return DatasetName(path.project, path.dataset)


def _changes(statement: CreateSchema) -> dict[str, Any]:
    options = {name: value for name, value in statement.options.items() if name != "LOCATION"}
    if unserved := sorted(set(options) - set(_FIELDS)):
        raise unimplemented(f"CREATE SCHEMA OPTIONS({unserved[0].lower()})")
    changes = {_FIELDS[name]: _field_value(name, value) for name, value in options.items()}
    return changes | ({"defaultCollation": statement.collation} if statement.collation else {})


def _field_value(option: str, value: Any) -> Any:
    if option == "LABELS":
        return option_labels(value)
    if value is None:
        return None
    if option.endswith("_DAYS"):
        return round(value * _MS_PER_DAY)
    if option == "MAX_TIME_TRAVEL_HOURS":
        return str(value)
    return {"kmsKeyName": value} if option == "DEFAULT_KMS_KEY_NAME" else value
