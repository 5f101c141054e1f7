"""BigQuery's REST resources as the builders of audit entries take them, and an entry of each kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emulator.audit import entries
from emulator.calls import Caller

ANALYST = Caller(principal="analyst@example.com", user_agent="gl-python/3.11", ip="203.0.113.7")
INSERT_JOB = "google.cloud.bigquery.v2.JobService.InsertJob"
QUERY = "google.cloud.bigquery.v2.JobService.Query"
PATCH_MODEL = "google.cloud.bigquery.v2.ModelService.PatchModel"
DELETE_MODEL = "google.cloud.bigquery.v2.ModelService.DeleteModel"
MODEL = "projects/p1/datasets/sales/models/churn"
UPDATE_DATASET = "google.cloud.bigquery.v2.DatasetService.UpdateDataset"


def a_model(dataset: str = "sales", **fields: Any) -> dict[str, Any]:
    return {
        "modelReference": {"projectId": "p1", "datasetId": dataset, "modelId": "churn"},
        "creationTime": "1700000000000",
        "lastModifiedTime": "1700000001500",
        "labels": {"team": "growth"},
        "modelType": "LINEAR_REGRESSION",
        "etag": "abc",
    } | fields


def a_dataset(**fields: Any) -> dict[str, Any]:
    return {
        "datasetReference": {"projectId": "p1", "datasetId": "sales"},
        "creationTime": "1700000000000",
        "labels": {"env": "test"},
        "location": "US",
    } | fields


def a_job(statement: str = "CREATE_MODEL", dataset: str = "sales", **fields: Any) -> dict[str, Any]:
    target = {"projectId": "p1", "datasetId": dataset, "tableId": "churn"}
    return {
        "jobReference": {"projectId": "p1", "jobId": "job_1", "location": "US"},
        "configuration": {
            "jobType": "QUERY",
            "query": {"query": "CREATE MODEL sales.churn AS SELECT 1", "destinationTable": target},
            "labels": {"run": "nightly"},
        },
        "statistics": {
            "creationTime": "1700000000000",
            "startTime": "1700000000100",
            "endTime": "1700000009000",
            "totalSlotMs": "12",
            "query": {"statementType": statement, "totalBytesProcessed": "7"},
        },
        "status": {"state": "DONE"},
    } | fields


def a_failed_job(reason: str = "invalidQuery", **fields: Any) -> dict[str, Any]:
    error = {"reason": reason, "message": "Please undeploy the model before retry."}
    return a_job(status={"state": "DONE", "errorResult": error, "errors": [error]}, **fields)


def a_copy_job() -> dict[str, Any]:
    source = {"projectId": "p1", "datasetId": "sales", "tableId": "churn"}
    target = source | {"tableId": "churn_copy"}
    config = {"jobType": "COPY", "copy": {"sourceTable": source, "destinationTable": target}}
    return a_job(configuration=config)


BUILDERS: dict[str, Callable[[], dict[str, Any]]] = {
    "jobInsertion": lambda: entries.job_inserted(a_job(), ANALYST, INSERT_JOB),
    "jobChange": lambda: entries.job_changed(a_job(), ANALYST, INSERT_JOB),
    "failed jobChange": lambda: entries.job_changed(a_failed_job(), ANALYST, QUERY),
    "copy jobChange": lambda: entries.job_changed(a_copy_job(), ANALYST, INSERT_JOB),
    "modelCreation": lambda: entries.model_created(a_model(), ANALYST, INSERT_JOB, a_job()),
    "modelDataChange": lambda: entries.model_data_changed(a_model(), ANALYST, INSERT_JOB, a_job()),
    "modelMetadataChange": lambda: entries.model_metadata_changed(a_model(), ANALYST, PATCH_MODEL),
    "modelDeletion": lambda: entries.model_deleted(
        a_model()["modelReference"], "MODEL_DELETE_REQUEST", ANALYST, DELETE_MODEL
    ),
    "modelDataRead": lambda: entries.model_data_read(a_model(), ANALYST, INSERT_JOB, a_job()),
    "datasetChange": lambda: entries.dataset_changed(
        "datasetChange", a_dataset(), ANALYST, UPDATE_DATASET
    ),
    "tableDataRead": lambda: entries.table_data_read(
        "p1", "sales", "orders", ANALYST, INSERT_JOB, a_job("SELECT")
    ),
    "refused": lambda: entries.api_refused(DELETE_MODEL, MODEL, ANALYST, 9, "Deployed.", "p1"),
}


def keys_of(value: Any, path: str = "") -> set[str]:
    """Every path of object keys, list members folded together."""
    if isinstance(value, dict):
        inner = (keys_of(item, f"{path}.{key}") | {f"{path}.{key}"} for key, item in value.items())
        return set().union(*inner)
    if isinstance(value, list):
        return set().union(*(keys_of(item, f"{path}[]") for item in value))
    return set()
