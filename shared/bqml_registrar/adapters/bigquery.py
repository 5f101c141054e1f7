"""BigQuery as the model catalog: models, datasets and the jobs that created models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.api_core.client_info import ClientInfo
from google.api_core.exceptions import NotFound
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery
from requests.adapters import HTTPAdapter

from bqml_registrar import AGENT, VERSION
from bqml_registrar.adapters.answered_names import answered_name
from bqml_registrar.adapters.faults import translated
from bqml_registrar.adapters.job_history import JobHistory
from bqml_registrar.errors import RetryableError
from bqml_registrar.names import DatasetName, JobName, ModelName
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.models import BigQueryModel, Dataset, Origin

# Open connections: at least one for each of an instance's threads. requests keeps ten by default.
_CONNECTIONS = 32

# No retries here: a failed call fails the delivery, and Pub/Sub's backoff is the one retry there is.
CALL: dict[str, Any] = {"retry": None, "timeout": 30.0}
# Without access lists, which would take bigquery.datasets.getIamPolicy as well:
# https://docs.cloud.google.com/bigquery/docs/reference/rest/v2/datasets/get#DatasetView
_VIEW = bigquery.enums.DatasetView.METADATA


def connect(project: str, *, emulator: bool) -> bigquery.Client:
    """The official client; the address of an emulator is read by it from the environment."""
    info = ClientInfo(user_agent=f"{AGENT}/{VERSION}")
    credentials = AnonymousCredentials() if emulator else None
    client = bigquery.Client(project=project, credentials=credentials, client_info=info)
    for scheme in ("https://", "http://"):
        # The client offers no other way to its session.
        client._http.mount(scheme, HTTPAdapter(pool_maxsize=_CONNECTIONS))
    return client


class BigQueryCatalog:
    """The port `ModelCatalog` on google-cloud-bigquery."""

    def __init__(self, client: bigquery.Client) -> None:
        self._client = client
        self._history = JobHistory(client, CALL)

    def get(self, name: ModelName) -> BigQueryModel | None:
        """models.get."""
        with translated():
            try:
                return read_model(self._client.get_model(model_reference(name), **CALL))
            except NotFound:
                return None

    def dataset(self, name: ModelName | DatasetName) -> Dataset | None:
        """datasets.get."""
        reference = bigquery.DatasetReference(name.project, name.dataset)
        with translated():
            try:
                dataset = self._client.get_dataset(reference, dataset_view=_VIEW, **CALL)
            except NotFound:
                return None
        return Dataset(location=dataset.location or "", labels=dict(dataset.labels))

    def origin(self, model: BigQueryModel, created_by: JobName | None) -> Origin | None:
        """jobs.get of the job that the event named; jobs.list if it named none, or a wrong one."""
        with translated():
            return self._history.origin(model, created_by)

    def created_by_job(self, job: JobName, location: str) -> ModelName | None:
        """jobs.get: a CREATE MODEL job names the model as its destination."""
        with translated():
            return self._history.created_by(job, location)

    def patch(
        self, model: BigQueryModel, labels: Mapping[str, str | None], vertex_model_id: str = ""
    ) -> BigQueryModel:
        """models.patch with If-Match.

        Source of the body: https://cloud.google.com/bigquery/docs/managing-models-vertex, "API".
        """
        body: dict[str, Any] = {
            "modelReference": model_reference(model.name).to_api_repr(),
            "etag": model.etag,
            "labels": dict(labels),
        }
        fields = ["labels"]
        if vertex_model_id:
            body["trainingRuns"] = [{"vertexAiModelId": vertex_model_id}]
            fields.append("trainingRuns")
        with translated():
            patched = self._client.update_model(bigquery.Model.from_api_repr(body), fields, **CALL)
        return read_model(patched)


def model_reference(name: ModelName) -> bigquery.ModelReference:
    """A model's name as the client's type."""
    return bigquery.ModelReference.from_api_repr(
        {"projectId": name.project, "datasetId": name.dataset, "modelId": name.model}
    )


def read_model(model: bigquery.Model) -> BigQueryModel:
    """What we need of a Model resource; RetryableError if it has no creation time yet.

    Its name is the answer's, not the caller's: a dataset may ignore case.
    """
    name = answered_name(model.project, model.dataset_id, model.model_id)
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
        modified=model.modified,
        expires=model.expires,
        vertex_model_id=registered.get("vertexAiModelId", ""),
        vertex_version=str(registered.get("vertexAiModelVersion", "")),
    )
