"""Copy jobs, which is how BigQuery copies models: they name them as if they were tables.

https://cloud.google.com/bigquery/docs/managing-models-copy: `bq cp` and jobs.insert.
"""

from __future__ import annotations

import copy
from typing import Any

from emulator.bigquery.models import Models
from emulator.bigquery.names import ModelName
from emulator.bigquery.registration import Registration
from emulator.bigquery.state import JobRecord, Resource, State
from emulator.errors import already_exists, invalid, unimplemented

# assumed: labels, description and expiration stay behind; a registration certainly does.
COPIED = ("modelType", "trainingRuns", "featureColumns", "labelColumns", "remoteModelInfo")


class ModelCopies:
    """Runs copy jobs.

    assumed: a copy writes the entries of its job only; modelCreation has no reason for copies.
    """

    def __init__(self, state: State, models: Models, registration: Registration) -> None:
        self._state = state
        self._models = models
        self._registration = registration

    def run(self, record: JobRecord) -> None:
        """Copy one model to another name in the same location."""
        config = record.resource["configuration"]["copy"]
        source_name, name = _source(config), _name(config.get("destinationTable"))
        location = record.reference["location"]
        for dataset in (source_name.parent, name.parent):
            found = self._state.datasets.get(dataset)
            if not found or found["location"].lower() != location.lower():
                raise dataset.missing(location)
        source = self._state.model(source_name)
        old = self._state.find_model(name)
        if old:
            self._clear_way(old, name, config.get("writeDisposition", "WRITE_EMPTY"))
        self._models.store(_copied(source, name), old)

    def _clear_way(self, old: Resource, name: ModelName, disposition: str) -> None:
        if disposition == "WRITE_EMPTY":
            raise already_exists(f"Already Exists: Model {name}")
        if disposition != "WRITE_TRUNCATE":
            raise unimplemented(f"copying a model with {disposition}")
        self._registration.remove(old)

    def location(self, config: dict[str, Any]) -> str:
        """Where a copy job runs that names no location: where the source is."""
        dataset = self._state.datasets.get(_source(config).parent)
        return str(dataset["location"]) if dataset else "US"


def _copied(source: Resource, name: ModelName) -> Resource:
    model = {key: copy.deepcopy(source[key]) for key in COPIED if key in source}
    for run in model["trainingRuns"]:
        run.pop("vertexAiModelId", None)
        run.pop("vertexAiModelVersion", None)
    return {"modelReference": name.reference, "location": source["location"], **model}


def _source(config: dict[str, Any]) -> ModelName:
    sources = config.get("sourceTables") or [config.get("sourceTable")]
    if len(sources) != 1:
        raise unimplemented("copying several sources in one job")
    return _name(sources[0])


def _name(reference: Any) -> ModelName:
    if not isinstance(reference, dict) or not {"projectId", "datasetId", "tableId"} <= set(
        reference
    ):
        raise invalid("Required parameter is missing: sourceTable or destinationTable", "required")
    return ModelName(reference["projectId"], reference["datasetId"], reference["tableId"])
