"""BigQuery for the clean-up: deletes models, and reads what refused jobs were asked to do."""

from __future__ import annotations

from google.api_core.exceptions import NotFound
from google.cloud import bigquery

from bqml_registrar.adapters.bigquery import CALL, model_reference
from bqml_registrar.adapters.faults import translated
from bqml_registrar.adapters.job_history import JobHistory
from bqml_registrar.names import DatasetName, JobName, ModelName
from bqml_registrar.resources.jobs import JobStatement
from bqml_registrar.resources.models import BigQueryModel


class BigQueryDeletions:
    """The port `Deletions` on google-cloud-bigquery."""

    def __init__(self, client: bigquery.Client) -> None:
        self._client = client
        self._history = JobHistory(client, CALL)

    def delete(self, model: BigQueryModel) -> None:
        """models.delete with If-Match, which the reference neither promises nor rules out.

        Source: https://cloud.google.com/bigquery/docs/reference/rest/v2/models/delete
        """
        with translated():
            try:
                # `delete_model` of the client takes no header; this is what it calls itself.
                self._client._call_api(
                    CALL["retry"],
                    span_name="BigQuery.deleteModel",
                    method="DELETE",
                    path=model_reference(model.name).path,
                    headers={"If-Match": model.etag},
                    timeout=CALL["timeout"],
                )
            except NotFound:
                return

    def statement(self, job: JobName, location: str) -> JobStatement | None:
        """jobs.get."""
        with translated():
            found = self._history.named(job, location)
        if not isinstance(found, bigquery.QueryJob):
            return None
        default = found.default_dataset
        return JobStatement(
            sql=found.query or "",
            default_project=found.project,
            default_dataset=_dataset(default) if default else None,
            destination=_named(found.destination),
        )


def _dataset(reference: bigquery.DatasetReference) -> DatasetName:
    return DatasetName(project=reference.project, dataset=reference.dataset_id)


def _named(table: bigquery.TableReference | None) -> ModelName | None:
    """A job about a model names it as if it were its destination table."""
    if table is None:
        return None
    try:
        return ModelName(project=table.project, dataset=table.dataset_id, model=table.table_id)
    except ValueError:
        return None
