"""Lists of BigQuery's datasets, models and jobs, and of the registry's models, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from google.api_core.exceptions import NotFound
from google.cloud import bigquery

from bqml_registrar.adapters.bigquery import CALL
from bqml_registrar.adapters.faults import translated
from bqml_registrar.adapters.job_history import JobHistory
from bqml_registrar.adapters.vertex import VertexRegistry
from bqml_registrar.errors import PermanentError, RetryableError, StaleError, retried_if_stale
from bqml_registrar.names import DatasetName, ModelName, is_model_id
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.jobs import CreatingJob, ListedJob, ScriptJob
from bqml_registrar.resources.listings import ListedDataset, ListedModel, ModelPage
from bqml_registrar.resources.models import ModelVersion

_PAGE = 500
_SHOWN = 200  # of a name that is only logged, not used


class GoogleLists:
    """The port `Lists` on google-cloud-bigquery and the registry's client."""

    def __init__(self, client: bigquery.Client, registry: VertexRegistry) -> None:
        self._client = client
        self._registry = registry
        self._history = JobHistory(client, CALL)

    def datasets(self, project: str) -> Iterator[ListedDataset]:
        """datasets.list, without the hidden ones; PermanentError if there is no such project."""
        try:
            with translated():
                for listed in self._client.list_datasets(project=project, page_size=_PAGE, **CALL):
                    name = DatasetName(project=listed.project, dataset=listed.dataset_id)
                    # The client has no property for it: https://cloud.google.com/bigquery/docs/reference/rest/v2/datasets/list
                    yield ListedDataset(name=name, location=listed._properties.get("location", ""))
        except StaleError as error:  # nothing was read that could be read again
            if isinstance(error.__cause__, NotFound):
                raise PermanentError(Reason.REFUSED_BY_SERVICE, str(error)) from error
            raise RetryableError(Reason.SERVICE_UNAVAILABLE, str(error)) from error

    def models(self, dataset: DatasetName, page: str = "") -> ModelPage | None:
        """models.list, one page."""
        reference = bigquery.DatasetReference(dataset.project, dataset.dataset)
        with translated():
            rows = self._client.list_models(
                reference, page_size=_PAGE, page_token=page or None, **CALL
            )
            try:
                listed = next(rows.pages, ())
            except NotFound:
                return None
            rows_read = [_read(dataset, model) for model in listed]
        return ModelPage(
            models=tuple(row for row in rows_read if isinstance(row, ListedModel)),
            unreadable=tuple(row for row in rows_read if isinstance(row, str)),
            following=rows.next_page_token or "",
        )

    def jobs(self, project: str, since: datetime) -> Iterator[ListedJob]:
        """jobs.list, up to 50,000 jobs."""
        with retried_if_stale(), translated():
            yield from self._history.jobs(project, since)

    def statements(self, script: ScriptJob) -> Iterator[CreatingJob]:
        """jobs.list of a script."""
        with retried_if_stale(), translated():
            yield from self._history.statements(script)

    def registered(self, project: str, region: str, of_dataset: str = "") -> Iterator[ModelVersion]:
        """ListModels by our labels."""
        return self._registry.labelled(project, region, of_dataset)


def _read(dataset: DatasetName, model: bigquery.Model) -> ListedModel | str:
    """The model; its name alone, in printable characters, if our types cannot hold that."""
    model_id = model.model_id or ""
    if not is_model_id(model_id):
        return repr(model_id[:_SHOWN])
    name = ModelName(project=dataset.project, dataset=dataset.dataset, model=model_id)
    if model.created is None or model.modified is None:
        detail = f"a model of {dataset} is listed without its times"
        raise RetryableError(Reason.SERVICE_UNAVAILABLE, detail)
    return ListedModel(
        name=name,
        created=model.created,
        modified=model.modified,
        model_type=model.model_type or "",
        labels=dict(model.labels),
    )
