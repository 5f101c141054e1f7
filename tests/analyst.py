"""An analyst at the local cloud: the official BigQuery client under a name of her own."""

from __future__ import annotations

import os

from google.cloud import bigquery
from google.oauth2.credentials import Credentials

from bqml_registrar.names import ModelName

PROJECT = "analytics-dev"
ANA = "ana@example.com"


def a_client(principal: str = ANA) -> bigquery.Client:
    """The official client of a person; the address comes from the environment."""
    return bigquery.Client(
        project=PROJECT,
        credentials=Credentials(token=principal),
        client_options={"api_endpoint": os.environ["BIGQUERY_EMULATOR_HOST"]},
    )


def train(
    name: ModelName, *, labels: dict[str, str] | None = None, principal: str = ANA, **options: str
) -> bigquery.QueryJob:
    """Run CREATE MODEL to its end; `labels` are the job's."""
    settings = "".join(f", {key}={value}" for key, value in options.items())
    sql = (
        f"CREATE MODEL `{name.project}.{name.dataset}.{name.model}` "
        f"OPTIONS(model_type='linear_reg', input_label_cols=['y']{settings}) AS SELECT 1 AS x, 2 AS y"
    )
    config = bigquery.QueryJobConfig(labels=labels or {})
    job = a_client(principal).query(sql, job_config=config)
    job.result(timeout=10)
    return job


def create_dataset(name: str, **labels: str) -> None:
    """A dataset in the US."""
    dataset = bigquery.Dataset(f"{PROJECT}.{name}")
    dataset.location = "US"
    dataset.labels = labels
    a_client().create_dataset(dataset)
