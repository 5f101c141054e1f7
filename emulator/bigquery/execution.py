"""What one statement does: DDL of models and datasets takes effect, everything else is ordinary traffic."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from typing import Any

from emulator.bigquery.action import Action
from emulator.bigquery.model_statements import ModelStatements, model_name_of
from emulator.bigquery.names import DatasetName
from emulator.bigquery.schema_statements import SchemaStatements, dataset_name_of
from emulator.bigquery.sql import (
    AlterModel,
    CreateModel,
    CreateSchema,
    DropModel,
    DropSchema,
    ModelPath,
    Query,
    Statement,
    Steering,
    parse_script,
)
from emulator.bigquery.state import JobRecord, Resource
from emulator.errors import ServiceError


@dataclass(frozen=True)
class Execution:
    """Runs the statement of a job."""

    statements: ModelStatements
    schemas: SchemaStatements

    def describe(self, job: Resource, statement: Statement) -> None:
        """Tell of the statement in its job: its type and, as far as it is shown, its target."""
        job["statistics"]["query"] = {"statementType": statement.statement_type}
        if target := self._target(job, statement):
            job["configuration"]["query"].setdefault("destinationTable", target)
        if isinstance(statement, (CreateSchema, DropSchema)):
            name = dataset_name_of(statement.path)
            job["statistics"]["query"]["ddlTargetDataset"] = name.reference

    def run(self, record: JobRecord, statement: Statement) -> None:
        """Do it; ServiceError if it is refused."""
        try:
            self._run(record, statement)
        except ServiceError:
            self._name_target(record.resource, statement)
            raise

    def _run(self, record: JobRecord, statement: Statement) -> None:
        location = record.reference["location"]
        action = Action(record.caller, record.method, record.resource)
        self._read(statement, action, location)
        self._keep_result(record.resource, statement)
        if performed := self._perform(statement, action, location):
            record.resource["statistics"]["query"]["ddlOperationPerformed"] = performed

    def location(self, statements: list[Statement]) -> str:
        """Where a job runs that names no location: where its first known or new dataset is."""
        return next(filter(None, map(self._place, statements)), "US")

    def _place(self, statement: Statement) -> str:
        if isinstance(statement, CreateSchema) and (wanted := statement.options.get("LOCATION")):
            return str(wanted)
        if isinstance(statement, Steering):
            return self._place(statement.query) if statement.query else ""
        for path in [getattr(statement, "path", None), *_models_read(statement)]:
            if path and (found := self.statements.state.datasets.get(dataset_name_of(path))):
                return str(found["location"])
        return ""

    def _perform(self, statement: Statement, action: Action, location: str) -> str:
        if isinstance(statement, CreateModel):
            return self.statements.create(statement, action, location)
        if isinstance(statement, AlterModel):
            return self.statements.alter(statement, action, location)
        if isinstance(statement, DropModel):
            return self.statements.drop(statement, action, location)
        if isinstance(statement, CreateSchema):
            return self.schemas.create(statement, action, location)
        if isinstance(statement, DropSchema):
            return self.schemas.drop(statement, action, location)
        return ""

    def _name_target(self, job: Resource, statement: Statement) -> None:
        """assumed: a job that failed does not name the model that it would have made or dropped."""
        if isinstance(statement, (CreateModel, DropModel)):
            config = job["configuration"]["query"]
            target = model_name_of(statement.path).as_table
            if statement.statement_type in self.statements.env.settings.refused_job_names_model:
                config.setdefault("destinationTable", target)
            elif config.get("destinationTable") == target:
                del config["destinationTable"]

    def _keep_result(self, job: Resource, statement: Statement) -> None:
        destination = job["configuration"]["query"].get("destinationTable")
        if isinstance(statement, Query) and destination:
            name = DatasetName(destination["projectId"], destination["datasetId"])
            if name.hidden:
                self.schemas.datasets.ensure_anonymous(name, job["jobReference"]["location"])

    def _target(self, job: Resource, statement: Statement) -> dict[str, str] | None:
        # bigframes finds the model of a CREATE MODEL job there; a DROP TABLE names its table so.
        named = isinstance(statement, CreateModel) or (
            isinstance(statement, DropModel) and self.statements.env.settings.drop_job_names_model
        )
        if named:
            return model_name_of(statement.path).as_table  # type: ignore[attr-defined]
        if isinstance(statement, Query):
            return _anonymous_table(job)
        return None

    def _read(self, statement: Statement, action: Action, location: str) -> None:
        state, trail = self.statements.state, self.statements.trail
        for path in _models_read(statement):
            name = model_name_of(path)
            self.statements.dataset(name, location)
            trail.model_read(state.model(name), action)
        for table in _tables_read(statement):
            project, dataset, name_in_dataset = table.split(".", 2)
            trail.table_read(project, dataset, name_in_dataset, action)


def statements_of(job: Resource) -> list[Statement]:
    """The statements of a query job's text."""
    query = job["configuration"]["query"]
    default = query.get("defaultDataset") or {}
    project = default.get("projectId") or job["jobReference"]["projectId"]
    return parse_script(query["query"], project=project, dataset=default.get("datasetId"))


def _models_read(statement: Statement) -> list[ModelPath]:
    return getattr(statement, "models_read", [])


def _tables_read(statement: Statement) -> list[str]:
    tables: Any = getattr(statement, "tables_read", getattr(statement, "training_tables", []))
    return [table for table in tables if table.count(".") >= 2]


def _anonymous_table(job: Resource) -> dict[str, str]:
    """Where a query's result goes: a hidden dataset of the user, one in each location.

    https://cloud.google.com/bigquery/docs/cached-results#how_cached_results_are_stored
    """
    reference = job["jobReference"]
    owner = f"{job['user_email']} {reference['location'].lower()}"
    user = hashlib.sha1(owner.encode(), usedforsecurity=False).hexdigest()
    return {
        "projectId": reference["projectId"],
        "datasetId": f"_{user}",
        "tableId": f"anon{uuid.uuid4().hex}",
    }
