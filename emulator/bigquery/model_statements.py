"""What CREATE, ALTER and DROP MODEL do; each returns its ddlOperationPerformed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emulator.bigquery.action import Action
from emulator.bigquery.audit_trail import AuditTrail
from emulator.bigquery.labels import option_labels
from emulator.bigquery.models import Models
from emulator.bigquery.names import ModelName, model_name
from emulator.bigquery.registration import Registration, last_run, registered_id
from emulator.bigquery.sql import AlterModel, CreateModel, DropModel, ModelPath
from emulator.bigquery.state import Resource, State
from emulator.bigquery.timestamps import timestamp
from emulator.bigquery.training import (
    RegistryOptions,
    has_resource_labels,
    new_model,
    registry_options,
)
from emulator.cloud import Environment
from emulator.errors import already_exists, unimplemented

# https://cloud.google.com/bigquery/docs/reference/standard-sql/bigqueryml-syntax-alter-model
_ALTER_FIELDS = {
    "DESCRIPTION": "description",
    "EXPIRATION_TIMESTAMP": "expirationTime",
    "KMS_KEY_NAME": "encryptionConfiguration",
    "LABELS": "labels",
    "VERTEX_AI_MODEL_ID": "trainingRuns",
}


@dataclass(frozen=True)
class ModelStatements:
    """The DDL of models, on the state that the API shows."""

    env: Environment
    state: State
    models: Models
    registration: Registration
    trail: AuditTrail

    def create(self, statement: CreateModel, action: Action, location: str) -> str:
        """CREATE [OR REPLACE] MODEL [IF NOT EXISTS]."""
        name = model_name_of(statement.path)
        dataset = self.dataset(name, location)
        old = self.state.find_model(name)
        if old and statement.if_not_exists:
            return "SKIP"
        if old and not statement.or_replace:
            raise already_exists(f"Already Exists: Model {name}")
        if old:  # assumed: where case does not matter, a replace keeps the name as it was
            name = model_name(old)
        model = new_model(statement, name, dataset, self.env.clock.now())
        wanted = self._wanted(statement, name, old)
        if wanted.model_id:
            self.registration.check(model, wanted.model_id)
        if labels := self._labels(statement, old):
            model["labels"] = labels
        self._change_registry(model, wanted, old, action)
        self.models.store(model, old)
        if old:
            self.trail.model_replaced(model, action)
            return "REPLACE"
        self.trail.model_created(model, action)
        return "CREATE"

    def _change_registry(
        self, model: Resource, wanted: RegistryOptions, old: Resource | None, action: Action
    ) -> None:
        if old:  # a deployed version keeps the old model alive
            self.registration.check_not_deployed(old)
        if wanted.model_id:
            last_run(model)["vertexAiModelId"] = wanted.model_id
            self.registration.register(model, wanted.aliases, action.caller)
        if old:  # after the new version: its number is a new one in any case
            self.registration.remove(old, successor=model)

    def alter(self, statement: AlterModel, action: Action, location: str) -> str:
        """ALTER MODEL [IF EXISTS] SET OPTIONS: labels replace the whole map."""
        name = model_name_of(statement.path)
        self.dataset(name, location)
        if not self.state.find_model(name) and statement.if_exists:
            return "SKIP"
        model = self.state.model(name)
        changes = _alterations(statement.options, self.env.clock.now())
        if "labels" in changes:
            absent = dict.fromkeys(model.get("labels", {}))
            changes["labels"] = {**absent, **changes["labels"]}
        self.models.change(model, changes, action)
        self.trail.model_changed(model, action)
        return "ALTER"

    def drop(self, statement: DropModel, action: Action, location: str) -> str:
        """DROP MODEL [IF EXISTS]."""
        name = model_name_of(statement.path)
        if not self.state.find_model(name) and statement.if_exists:
            return "SKIP"
        self.dataset(name, location)
        stored = self.models.remove(self.state.model(name))
        self.trail.model_deleted(stored, "QUERY", action)
        return "DROP"

    def dataset(self, name: ModelName, location: str) -> Resource:
        """The dataset of a model, which has to be where the job runs."""
        return self.state.dataset_at(name.parent, location)

    def _wanted(
        self, statement: CreateModel, name: ModelName, old: Resource | None
    ) -> RegistryOptions:
        wanted = registry_options(statement, name)
        inherits = self.env.settings.replace_without_options_registers
        if old and not wanted.model_id and inherits:
            return RegistryOptions(registered_id(old))
        return wanted

    def _labels(self, statement: CreateModel, old: Resource | None) -> dict[str, str]:
        settings = self.env.settings
        labels = dict(old.get("labels", {})) if old and settings.labels_survive_replace else {}
        given = statement.options.get("LABELS")
        if settings.create_options_set_labels and has_resource_labels(given):
            labels.update(option_labels(given))
        return labels


def model_name_of(path: ModelPath) -> ModelName:
    """The name that a statement's path gives."""
    return ModelName(path.project, path.dataset, path.model)


def _alterations(options: dict[str, Any], now: datetime) -> dict[str, Any]:
    if managed := sorted(set(options) - set(_ALTER_FIELDS)):
        raise unimplemented(f"ALTER MODEL SET OPTIONS({managed[0].lower()})")
    return {_ALTER_FIELDS[key]: _field_value(key, options[key], now) for key in options}


def _field_value(key: str, value: Any, now: datetime) -> Any:
    if key == "LABELS":
        return option_labels(value)
    if key == "VERTEX_AI_MODEL_ID":
        return [{"vertexAiModelId": value}]
    if value is None:
        return None
    if key == "EXPIRATION_TIMESTAMP":
        return str(int(timestamp(str(value), now).timestamp() * 1000))
    return {"kmsKeyName": value} if key == "KMS_KEY_NAME" else value
