"""Copy jobs, which is how BigQuery copies models: they name them as if they were tables.

https://cloud.google.com/bigquery/docs/managing-models#copy-model: `bq cp` and jobs.insert.
"""

from __future__ import annotations

import copy
from typing import Any

from emulator.bigquery.action import Action
from emulator.bigquery.audit_trail import AuditTrail
from emulator.bigquery.models import Models
from emulator.bigquery.names import ModelName, model_name
from emulator.bigquery.registration import Registration
from emulator.bigquery.state import JobRecord, Resource, State
from emulator.cloud import Environment
from emulator.errors import already_exists, invalid, unimplemented

# assumed: description and expiration stay behind; a registration certainly does.
COPIED = (
    "bestTrialId",
    "defaultTrialId",
    "encryptionConfiguration",
    "featureColumns",
    "hparamSearchSpaces",
    "hparamTrials",
    "labelColumns",
    "modelType",
    "optimalTrialIds",
    "remoteModelInfo",
    "trainingRuns",
    "transformColumns",
)
_UNSERVED = ("destinationExpirationTime",)
_OPERATIONS = ("COPY", "OPERATION_TYPE_UNSPECIFIED")


class ModelCopies:
    """Runs copy jobs."""

    def __init__(
        self,
        env: Environment,
        state: State,
        models: Models,
        registration: Registration,
        trail: AuditTrail,
    ) -> None:
        self._env = env
        self._state = state
        self._models = models
        self._registration = registration
        self._trail = trail

    def run(self, record: JobRecord) -> None:
        """Copy one model to another name in the same location."""
        config = record.resource["configuration"]["copy"]
        _check_served(config)
        source_name, name = _source(config), _name(config.get("destinationTable")).checked()
        for dataset in (source_name.parent, name.parent):
            self._state.dataset_at(dataset, record.reference["location"])
        source, old = self._state.model(source_name), self._state.find_model(name)
        self._check_disposition(config, name, old)
        if old:
            self._registration.remove(old)
            name = model_name(old)
        model = self._copied(source, name, config)
        self._models.store(model, old)
        self._trail.model_copied(model, Action(record.caller, record.method, record.resource))

    def location(self, config: dict[str, Any]) -> str:
        """Where a copy job runs that names no location: where the source is."""
        dataset = self._state.datasets.get(_name(_sources(config)[0]).parent)
        return str(dataset["location"]) if dataset else "US"

    def _check_disposition(
        self, config: dict[str, Any], name: ModelName, old: Resource | None
    ) -> None:
        if not old and config.get("createDisposition") == "CREATE_NEVER":
            raise name.missing()
        disposition = config.get("writeDisposition", "WRITE_EMPTY")
        if old and disposition == "WRITE_EMPTY":
            raise already_exists(f"Already Exists: Model {name}")
        if old and disposition != "WRITE_TRUNCATE":
            raise unimplemented(f"copying a model with {disposition}")

    def _copied(self, source: Resource, name: ModelName, config: dict[str, Any]) -> Resource:
        keeps = ("labels",) if self._env.settings.copy_keeps_labels else ()
        model = {key: copy.deepcopy(source[key]) for key in (*COPIED, *keeps) if key in source}
        for run in model["trainingRuns"]:
            run.pop("vertexAiModelId", None)
            run.pop("vertexAiModelVersion", None)
        if key := config.get("destinationEncryptionConfiguration"):
            model["encryptionConfiguration"] = key
        return {"modelReference": name.reference, "location": source["location"], **model}


def _check_served(config: dict[str, Any]) -> None:
    for field in _UNSERVED:
        if field in config:
            raise unimplemented(f"copying a model with {field}")
    if (operation := config.get("operationType", "COPY")) not in _OPERATIONS:
        raise unimplemented(f"copying a model with operationType {operation}")


def _sources(config: dict[str, Any]) -> list[Any]:
    return config.get("sourceTables") or [config.get("sourceTable")]


def _source(config: dict[str, Any]) -> ModelName:
    sources = _sources(config)
    if len(sources) != 1:
        # That a job copies one model is documented; assumed: the text.
        raise invalid("Copying multiple source models in a single job is not supported.")
    return _name(sources[0])


def _name(reference: Any) -> ModelName:
    if not isinstance(reference, dict) or not {"projectId", "datasetId", "tableId"} <= set(
        reference
    ):
        raise invalid("Required parameter is missing: sourceTable or destinationTable", "required")
    return ModelName(reference["projectId"], reference["datasetId"], reference["tableId"])
