"""The analyst: somebody who knows SQL and the official BigQuery client, and nothing of this project."""

from __future__ import annotations

from google.api_core.exceptions import GoogleAPICallError
from google.cloud import bigquery
from google.oauth2.credentials import Credentials

from local.cloud.topics import PROJECT
from local.people.steps import BigQueryStep, Labels, NewDataset, Sql

ANALYST = "ana@example.com"
LOCATION = "US"


class RefusedError(Exception):
    """BigQuery, or Vertex AI, refused what was asked: its `reason`, and its words."""

    def __init__(self, error: GoogleAPICallError) -> None:
        first = error.errors[0] if error.errors else {}
        if not isinstance(first, dict):  # gRPC's own error
            first = {}
        super().__init__(first.get("message") or error.message)
        self.reason = str(first.get("reason") or type(error).__name__)


class Analyst:
    """The official client on the local cloud, whose address it reads from the environment."""

    def __init__(self, name: str = ANALYST) -> None:
        # In the local cloud a token's text is who calls.
        credentials = Credentials(token=name)  # type: ignore[no-untyped-call]
        self._client = bigquery.Client(project=PROJECT, credentials=credentials)

    def take(self, step: BigQueryStep) -> str:
        """Take a step to its end; in a word what was done. Raises RefusedError."""
        try:
            return self._take(step)
        except GoogleAPICallError as error:
            raise RefusedError(error) from error

    def models(self) -> list[bigquery.Model]:
        """All models of the project, each as models.get shows it."""
        client = self._client
        return [
            client.get_model(listed.reference)
            for dataset in client.list_datasets()
            for listed in client.list_models(dataset.reference)
        ]

    def labels(self, name: str) -> dict[str, str]:
        """A model's labels."""
        return dict(self._client.get_model(f"{PROJECT}.{name}").labels)

    def _take(self, step: BigQueryStep) -> str:
        match step:
            case NewDataset(name):
                dataset = bigquery.Dataset(f"{PROJECT}.{name}")
                dataset.location = LOCATION
                self._client.create_dataset(dataset)
                return "dataset created"
            case Labels(name, labels):
                model = self._client.get_model(f"{PROJECT}.{name}")
                # None takes a label away, though the client's types do not say so.
                model.labels = {**model.labels, **labels}  # type: ignore[dict-item]
                self._client.update_model(model, ["labels"])
                return "labels set"
            case Sql(text, job_labels):
                config = bigquery.QueryJobConfig(labels=dict(job_labels))
                job = self._client.query(text, job_config=config, location=LOCATION)
                job.result()
                return job.statement_type or "SCRIPT"
