"""Job resources: https://cloud.google.com/bigquery/docs/reference/rest/v2/Job."""

from __future__ import annotations

import copy
import re
import uuid
from typing import Any

from emulator.bigquery.revisions import new_etag
from emulator.bigquery.state import JobRecord, Resource
from emulator.errors import HTTP_STATUS, ServiceError, invalid

_JOB_ID = re.compile(r"[A-Za-z0-9_-]{1,1024}")
# https://cloud.google.com/bigquery/docs/error-messages: what a failed job's reason is over HTTP.
_STATUS_OF_REASON = {
    "notFound": "NOT_FOUND",
    "duplicate": "ALREADY_EXISTS",
    "stopped": "CANCELLED",
    "notImplemented": "UNIMPLEMENTED",
    "accessDenied": "PERMISSION_DENIED",
}
# A SELECT has a result; nobody reads rows of the local cloud, so it is an empty one.
_NO_ROWS = {
    "schema": {"fields": [{"name": "f0_", "type": "INTEGER", "mode": "NULLABLE"}]},
    "totalRows": "0",
}


def job_id_or_new(given: str | None) -> str:
    """The caller's job id, or a generated one."""
    if given is None:
        return f"job_{uuid.uuid4().hex}"
    if not _JOB_ID.fullmatch(given):
        raise invalid(f'Invalid job ID "{given}".')
    return given


def new_job(
    reference: dict[str, str], config: dict[str, Any], principal: str, now_ms: int
) -> Resource:
    """A job that runs."""
    kind = "serviceAccount" if principal.endswith(".gserviceaccount.com") else "user"
    return {
        "kind": "bigquery#job",
        "etag": new_etag(),
        "id": f"{reference['projectId']}:{reference['location']}.{reference['jobId']}",
        "user_email": principal,
        "principal_subject": f"{kind}:{principal}",
        "jobReference": reference,
        "configuration": copy.deepcopy(config),
        "statistics": {"creationTime": str(now_ms), "startTime": str(now_ms)},
        "status": {"state": "RUNNING"},
    }


def end_job(job: Resource, now_ms: int, error: ServiceError | None = None) -> None:
    """Write a job's end."""
    job["etag"] = new_etag()
    statistics = job["statistics"]
    statistics.update(endTime=str(now_ms), totalSlotMs="0")
    if "query" in job["configuration"]:
        statistics["totalBytesProcessed"] = "0"
        statistics.setdefault("query", {}).update(
            totalBytesProcessed="0", totalBytesBilled="0", cacheHit=False
        )
    elif "copy" in job["configuration"] and not error:
        # JobStatistics5; assumed: what a copied model counts as.
        statistics["copy"] = {"copiedRows": "0", "copiedLogicalBytes": "0"}
    job["status"] = {"state": "DONE"}
    if error:
        result = {"reason": error.reason, "message": error.message}
        if error.reason != "stopped":
            result["location"] = "query"
        job["status"] |= {"errorResult": result, "errors": [result]}


def job_view(job: Resource) -> Resource:
    """A copy for the caller."""
    return copy.deepcopy(job)


def job_row(job: Resource, *, full: bool) -> Resource:
    """A job as lists show it; the minimal projection leaves out the configuration."""
    row = job_view(job)
    row["state"] = job["status"]["state"]
    if "errorResult" in job["status"]:
        row["errorResult"] = row["status"]["errorResult"]
    if not full:
        del row["configuration"]
    return row


def results(record: JobRecord, kind: str) -> Resource:
    """The answer of getQueryResults and jobs.query; a failed job's error is raised."""
    job = record.resource
    answer = {
        "kind": kind,
        "jobReference": dict(record.reference),
        "jobComplete": not record.running,
    }
    if record.running:
        return answer
    if failure := job["status"].get("errorResult"):
        raise failure_of(failure)
    times = {key: job["statistics"][key] for key in ("creationTime", "startTime", "endTime")}
    query = job["statistics"].get("query", {})
    rows = _NO_ROWS if query.get("statementType") == "SELECT" else {"schema": {}}
    return {**answer, **rows, **times, "totalBytesProcessed": "0", "cacheHit": False}


def failure_of(result: dict[str, str]) -> ServiceError:
    """The API error that a failed job's errorResult is."""
    status = _STATUS_OF_REASON.get(result["reason"], "INVALID_ARGUMENT")
    return ServiceError(status, result["message"], result["reason"], HTTP_STATUS[status])
