"""Which audit entries each action writes.

The table is that of https://cloud.google.com/bigquery/docs/reference/auditlogs; where it is silent
about models, tables are the model for it, and the choice is marked as assumed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from emulator.audit import entries
from emulator.audit.router import LogRouter
from emulator.bigquery.action import Action
from emulator.bigquery.names import DatasetName, ModelName
from emulator.bigquery.state import JobRecord, Resource
from emulator.cloud import Environment
from emulator.errors import ServiceError

_BUILDERS = {
    "modelCreation": entries.model_created,
    "modelDataChange": entries.model_data_changed,
    "modelMetadataChange": entries.model_metadata_changed,
}


class AuditTrail:
    """Writes the entries of BigQuery's actions, each with its twin of the old format."""

    def __init__(self, env: Environment, log: LogRouter) -> None:
        self._env = env
        self._log = log

    def job_started(self, record: JobRecord) -> None:
        """A job was inserted."""
        self._write(entries.job_inserted(record.resource, record.caller, record.method))

    def job_ended(self, record: JobRecord) -> None:
        """A job ended, well or not."""
        told = self._env.settings.failed_job_status_has_text
        self._write(entries.job_changed(record.resource, record.caller, record.method, told=told))

    def model_created(self, model: Resource, action: Action) -> None:
        """A model is there that was not before."""
        self._write(entries.model_created(model, action.caller, action.method, action.job))

    def model_replaced(self, model: Resource, action: Action) -> None:
        """CREATE OR REPLACE MODEL over a model: which events it writes is a setting."""
        self._write_events(self._env.settings.replace_writes, model, action)

    def model_copied(self, model: Resource, action: Action) -> None:
        """A copy job made a model: which events it writes is a setting, and by default none.

        assumed: all of it; of the reasons of modelCreation none is that of a copy.
        """
        self._write_events(self._env.settings.copy_writes, model, action)

    def model_changed(self, model: Resource, action: Action) -> None:
        """The metadata of a model changed."""
        self._write(entries.model_metadata_changed(model, action.caller, action.method, action.job))

    def model_deleted(self, name: ModelName, reason: str, action: Action) -> None:
        """A model is gone: reason QUERY, MODEL_DELETE_REQUEST or EXPIRED."""
        self._write(
            entries.model_deleted(name.reference, reason, action.caller, action.method, action.job)
        )

    def model_read(self, model: Resource, action: Action) -> None:
        """A query used a model."""
        self._write(entries.model_data_read(model, action.caller, action.method, action.job))

    def table_read(self, project: str, dataset: str, table: str, action: Action) -> None:
        """A query read a table."""
        self._write(
            entries.table_data_read(
                project, dataset, table, action.caller, action.method, action.job
            )
        )

    def dataset_changed(self, event: str, dataset: Resource, action: Action) -> None:
        """datasetCreation, datasetChange or datasetDeletion; never an entry per model."""
        self._write(
            entries.dataset_changed(event, dataset, action.caller, action.method, action.job)
        )

    @contextmanager
    def refusals(self, name: DatasetName | ModelName, action: Action) -> Iterator[None]:
        """Records that a change by an API call was refused.

        assumed: every refused call of an admin method is logged, as the audit logs of other
        services do it; https://cloud.google.com/logging/docs/audit has no list for BigQuery.
        """
        try:
            yield
        except ServiceError as error:
            if not self._logs(action):
                raise
            self._write(
                entries.api_refused(
                    action.method,
                    name.resource,
                    action.caller,
                    error.grpc.value[0],
                    error.message,
                    name.project,
                )
            )
            raise

    def _logs(self, action: Action) -> bool:
        """assumed, as said above; of deletions, those that a setting names."""
        call = action.method.rpartition(".")[2]
        deletes = call in ("DeleteModel", "DeleteDataset")
        return not deletes or call in self._env.settings.refused_calls_logged

    def _write_events(self, events: Iterable[str], model: Resource, action: Action) -> None:
        for event in events:
            self._write(_BUILDERS[event](model, action.caller, action.method, action.job))

    def _write(self, entry: dict[str, Any]) -> None:
        self._log.write(entry)
        if self._env.settings.legacy_twins and (twin := entries.legacy_twin(entry)):
            self._log.write(twin)
