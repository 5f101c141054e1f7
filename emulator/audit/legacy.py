"""The old form of an entry, which BigQuery still writes beside the new one: AuditData.

Source: https://cloud.google.com/bigquery/docs/reference/auditlogs/rest/Shared.Types/AuditData, and
captured entries. Events of models and reads of tables have no request there, hence no twin.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emulator.audit.envelope import Resource

_TYPE = "type.googleapis.com/google.cloud.bigquery.logging.v1.AuditData"


def legacy_twin(entry: Resource) -> Resource | None:
    """The entry of the same action in the old format, or None where it has none."""
    payload = entry["protoPayload"]
    metadata = payload.get("metadata", {})
    for event, (method, build) in _TWINS.items():
        if event in metadata:
            return _twin(entry, method, build(metadata[event], payload))
    return None


def _twin(entry: Resource, method: str, data: Resource) -> Resource:
    payload = {key: value for key, value in entry["protoPayload"].items() if key != "metadata"}
    labels = {"project_id": entry["resource"]["labels"]["project_id"]}
    payload |= {"methodName": method, "serviceData": {"@type": _TYPE, **data}}
    twin = {key: value for key, value in entry.items() if key != "operation"}
    return twin | {
        "protoPayload": payload,
        "resource": {"type": "bigquery_resource", "labels": labels},
    }


def _job_inserted(event: Resource, _: Resource) -> Resource:
    job = _job(event["job"])
    return {"jobInsertRequest": {"resource": job}, "jobInsertResponse": {"resource": job}}


def _job_completed(event: Resource, _: Resource) -> Resource:
    job = _job(event["job"])
    kind = "query" if "query" in job["jobConfiguration"] else "table_copy"
    return {"jobCompletedEvent": {"eventName": f"{kind}_job_completed", "job": job}}


def _job(job: Resource) -> Resource:
    status = job["jobStatus"]
    return {
        "jobName": _ids(job["jobName"], "projectId", "jobId"),
        "jobConfiguration": _configuration(job["jobConfig"]),
        "jobStatus": {"state": status["jobState"], "error": status.get("errorResult", {})},
        "jobStatistics": {
            name: value for name, value in job["jobStats"].items() if name.endswith("Time")
        },
    }


def _configuration(config: Resource) -> Resource:
    inner = config.get("queryConfig") or config["tableCopyConfig"]
    known = ("query", "statementType", "createDisposition", "writeDisposition")
    old = {name: inner[name] for name in known if name in inner}
    if "priority" in inner:
        old["queryPriority"] = inner["priority"]
    if "sourceTables" in inner:
        old["sourceTables"] = [_table(source) for source in inner["sourceTables"]]
    if "destinationTable" in inner:
        old["destinationTable"] = _table(inner["destinationTable"])
    kind = "query" if "queryConfig" in config else "tableCopy"
    return {kind: old, "labels": config.get("labels", {})}


def _table(name: str) -> Resource:
    return _ids(name, "projectId", "datasetId", "tableId")


def _dataset_inserted(_: Resource, payload: Resource) -> Resource:
    resource = {"resource": _dataset(payload)}
    return {"datasetInsertRequest": resource, "datasetInsertResponse": resource}


def _dataset_updated(_: Resource, payload: Resource) -> Resource:
    resource = {"resource": _dataset(payload)}
    return {"datasetUpdateRequest": resource, "datasetUpdateResponse": resource}


def _dataset(payload: Resource) -> Resource:
    return {"datasetName": _ids(payload["resourceName"], "projectId", "datasetId"), "info": {}}


def _nothing(_: Resource, __: Resource) -> Resource:
    return {}


def _ids(name: str, *keys: str) -> dict[str, str]:
    """`projects/P/datasets/D` -> its ids under these keys."""
    return dict(zip(keys, name.split("/")[1::2], strict=True))


_Build = Callable[[Resource, Resource], dict[str, Any]]
_TWINS: dict[str, tuple[str, _Build]] = {
    "jobInsertion": ("jobservice.insert", _job_inserted),
    "jobChange": ("jobservice.jobcompleted", _job_completed),
    "datasetCreation": ("datasetservice.insert", _dataset_inserted),
    "datasetChange": ("datasetservice.update", _dataset_updated),
    "datasetDeletion": ("datasetservice.delete", _nothing),
}
