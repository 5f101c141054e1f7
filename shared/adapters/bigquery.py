"""BigQuery as the model catalog: models, datasets and the jobs that created models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from google.api_core.client_info import ClientInfo
from google.api_core.exceptions import Forbidden, NotFound
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery

from shared import AGENT, VERSION
from shared.adapters.faults import translated
from shared.errors import RetryableError
from shared.facts import BigQueryModel, Origin
from shared.names import JobName, ModelName
from shared.reasons import Reason

# No retries here: a failed call fails the delivery, and Pub/Sub's backoff is the one retry there is.
_CALL: dict[str, Any] = {"retry": None, "timeout": 30.0}

# How long before the model's creation time its CREATE MODEL job may have been inserted.
_LONGEST_TRAINING = timedelta(hours=24)
_SLACK = timedelta(minutes=1)
_HISTORY_PAGE = 1000


def connect(project: str, *, emulator: bool) -> bigquery.Client:
    """The official client; the address of an emulator is read by it from the environment."""
    info = ClientInfo(user_agent=f"{AGENT}/{VERSION}")
    credentials = AnonymousCredentials() if emulator else None
    return bigquery.Client(project=project, credentials=credentials, client_info=info)


class BigQueryCatalog:
    """The port `ModelCatalog` on google-cloud-bigquery."""

    def __init__(self, client: bigquery.Client) -> None:
        self._client = client

    def get(self, name: ModelName) -> BigQueryModel | None:
        """models.get."""
        with translated():
            try:
                return read_model(name, self._client.get_model(_reference(name), **_CALL))
            except NotFound:
                return None

    def dataset_labels(self, name: ModelName) -> Mapping[str, str]:
        """datasets.get."""
        reference = bigquery.DatasetReference(name.project, name.dataset)
        with translated():
            return dict(self._client.get_dataset(reference, **_CALL).labels)

    def origin(self, model: BigQueryModel, created_by: JobName | None) -> Origin | None:
        """jobs.get of the job that the event named; else, or if it was another's, jobs.list."""
        with translated():
            return self._named_job(model, created_by) or self._job_in_history(model)

    def patch(
        self, model: BigQueryModel, labels: Mapping[str, str | None], vertex_model_id: str = ""
    ) -> BigQueryModel:
        """models.patch with If-Match.

        Source of the body: https://cloud.google.com/bigquery/docs/managing-models-vertex, "API".
        """
        body: dict[str, Any] = {
            "modelReference": _reference(model.name).to_api_repr(),
            "etag": model.etag,
            "labels": dict(labels),
        }
        fields = ["labels"]
        if vertex_model_id:
            body["trainingRuns"] = [{"vertexAiModelId": vertex_model_id}]
            fields.append("trainingRuns")
        with translated():
            patched = self._client.update_model(bigquery.Model.from_api_repr(body), fields, **_CALL)
        return read_model(model.name, patched)

    def _named_job(self, model: BigQueryModel, created_by: JobName | None) -> Origin | None:
        if created_by is None:
            return None
        try:
            job = self._client.get_job(
                created_by.job, project=created_by.project, location=model.location, **_CALL
            )
        except (NotFound, Forbidden):
            return None  # gone, or billed in a project that we may not read
        return _origin_among([job], model)

    def _job_in_history(self, model: BigQueryModel) -> Origin | None:
        jobs = self._client.list_jobs(
            project=model.name.project,
            all_users=True,
            max_results=_HISTORY_PAGE,
            page_size=_HISTORY_PAGE,
            min_creation_time=model.created - _LONGEST_TRAINING,
            max_creation_time=model.created + _SLACK,
            **_CALL,
        )
        return _origin_among(jobs, model)


def _reference(name: ModelName) -> bigquery.ModelReference:
    return bigquery.ModelReference.from_api_repr(
        {"projectId": name.project, "datasetId": name.dataset, "modelId": name.model}
    )


def read_model(name: ModelName, model: bigquery.Model) -> BigQueryModel:
    """What we need of a Model resource; RetryableError if it has no creation time yet."""
    raw = model.to_api_repr()
    # The last run that has the field: earlier ones are of earlier trainings.
    runs = [run for run in raw.get("trainingRuns", ()) if run.get("vertexAiModelId")]
    registered = runs[-1] if runs else {}
    if model.created is None:
        raise RetryableError(Reason.SERVICE_UNAVAILABLE, f"{name} came without a creation time")
    return BigQueryModel(
        name=name,
        etag=model.etag or "",
        created=model.created,
        location=model.location or "",
        model_type=model.model_type or "",
        labels=dict(model.labels),
        is_remote="remoteModelInfo" in raw,
        vertex_model_id=registered.get("vertexAiModelId", ""),
        vertex_version=str(registered.get("vertexAiModelVersion", "")),
    )


def _origin_among(jobs: Iterable[Any], model: BigQueryModel) -> Origin | None:
    for job in jobs:
        if _created(job, model):
            name = JobName(project=job.project, job=job.job_id)
            return Origin(job=name, creator=job.user_email or "", labels=dict(job.labels))
    return None


def _created(job: Any, model: BigQueryModel) -> bool:
    """Whether the job is the CREATE MODEL statement that made this generation of the model."""
    if getattr(job, "statement_type", None) != "CREATE_MODEL" or job.error_result:
        return False
    # A CREATE MODEL job names the model as if it were its destination table.
    table = job.destination
    name = model.name
    if table is None or (table.project, table.dataset_id, table.table_id) != (
        name.project,
        name.dataset,
        name.model,
    ):
        return False
    begun: datetime = job.created
    ended: datetime = job.ended or model.created
    return begun - _SLACK <= model.created <= ended + _SLACK
