"""Entries about jobs: jobInsertion when one starts, jobChange when it is done.

Source: BigQueryAuditMetadata.Job, and captured entries of query jobs.
"""

from __future__ import annotations

from emulator.audit.envelope import (
    DATA_ACCESS,
    SERVICE,
    Happening,
    Resource,
    job_name,
    permission,
    project_resource,
    rfc3339,
    table_name,
    without_empty,
)
from emulator.audit.job_config import job_config
from emulator.calls import Caller

# Reasons of https://cloud.google.com/bigquery/docs/error-messages -> google.rpc.Code.
_CODES = {
    "notFound": (5, "NOT_FOUND"),
    "duplicate": (6, "ALREADY_EXISTS"),
    "accessDenied": (7, "PERMISSION_DENIED"),
    "rateLimitExceeded": (8, "RESOURCE_EXHAUSTED"),
    "quotaExceeded": (8, "RESOURCE_EXHAUSTED"),
    "internalError": (13, "INTERNAL"),
    "jobInternalError": (13, "INTERNAL"),
    "backendError": (14, "UNAVAILABLE"),
    "jobBackendError": (14, "UNAVAILABLE"),
    "notImplemented": (12, "UNIMPLEMENTED"),
    "stopped": (1, "CANCELLED"),
}
# assumed: of all other reasons; one captured entry, of a failed DDL job, has it.
_INVALID = (3, "INVALID_ARGUMENT")


def job_inserted(job: Resource, caller: Caller, method: str) -> Resource:
    """The start of a job: operation.first, and RUNNING whatever the job does by now."""
    by_query = method.endswith(".Query")
    event = {
        "job": _job(job, state="RUNNING"),
        "reason": "QUERY_REQUEST" if by_query else "JOB_INSERT_REQUEST",
    }
    return _entry(job, caller, method, {"jobInsertion": event})


def job_changed(job: Resource, caller: Caller, method: str, *, told: bool = False) -> Resource:
    """The end of a job: operation.last; a failed one is severity ERROR with its error twice.

    `told`: the status of the call has the error's text.
    """
    event = {"after": "DONE", "job": _job(job, state="DONE")}
    entry = _entry(job, caller, method, {"jobChange": event})
    if told and (error := job["status"].get("errorResult")):
        entry["protoPayload"]["status"]["message"] = error["message"]
    return entry


def _entry(job: Resource, caller: Caller, method: str, event: Resource) -> Resource:
    reference = job["jobReference"]
    project = reference["projectId"]
    done = "jobChange" in event
    error = job.get("status", {}).get("errorResult") if done else None
    created = job.get("statistics", {}).get("creationTime", "")
    return Happening(
        project=project,
        log=DATA_ACCESS,
        resource=project_resource(project, reference.get("location", "")),
        resource_name=job_name(job),
        caller=caller,
        method=method,
        event=event,
        authorization=[permission(f"projects/{project}", "bigquery.jobs.create")],
        severity="ERROR" if error else "INFO",
        status=_status(error),
        operation={
            "id": f"{created}-{project}:{reference['jobId']}",
            "producer": SERVICE,
            "last" if done else "first": True,
        },
    ).entry()


def _status(error: Resource | None) -> Resource:
    """The status of the call: of the error's text only the code's name, as captured in 2020.

    # assumed: the documentation's example has the whole text here; a reader must not need it.
    """
    if not error:
        return {}
    code, name = _CODES.get(error.get("reason", ""), _INVALID)
    return {"code": code, "message": name}


def _job(job: Resource, *, state: str) -> Resource:
    return {
        "jobName": job_name(job),
        "jobConfig": job_config(job),
        "jobStatus": _job_status(job, state),
        "jobStats": _stats(job, ended=state == "DONE"),
    }


def _job_status(job: Resource, state: str) -> Resource:
    status = job.get("status", {}) if state == "DONE" else {}
    error = status.get("errorResult")
    errors = [_error(each) for each in status.get("errors", [])]
    return without_empty(
        {"jobState": state, "errorResult": _error(error) if error else None, "errors": errors}
    )


def _error(error: Resource) -> Resource:
    code, _ = _CODES.get(error.get("reason", ""), _INVALID)
    return {"code": code, "message": error.get("message", "")}


def _stats(job: Resource, *, ended: bool) -> Resource:
    statistics: Resource = job.get("statistics", {})
    parent = statistics.get("parentJobId", "")
    stats: Resource = {
        "createTime": rfc3339(statistics.get("creationTime")),
        "startTime": rfc3339(statistics.get("startTime")),
        "endTime": rfc3339(statistics.get("endTime")) if ended else "",
        "totalSlotMs": _int64(statistics.get("totalSlotMs")) if ended else "",
        "parentJobName": f"projects/{job['jobReference']['projectId']}/jobs/{parent}"
        if parent
        else "",
    }
    if "query" in job["configuration"]:
        stats["queryStats"] = _query_stats(statistics.get("query", {})) if ended else {}
    return without_empty(stats)


def _query_stats(query: Resource) -> Resource:
    return without_empty(
        {
            "totalProcessedBytes": _int64(query.get("totalBytesProcessed")),
            "totalBilledBytes": _int64(query.get("totalBytesBilled")),
            "billingTier": query.get("billingTier"),
            "referencedTables": [table_name(each) for each in query.get("referencedTables", [])],
        }
    )


def _int64(value: str | int | None) -> str:
    return "" if value is None else str(value)
