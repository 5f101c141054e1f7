"""Entries about datasets, reads of tables, and calls that were refused."""

from __future__ import annotations

from emulator.audit.envelope import (
    ACTIVITY,
    DATA_ACCESS,
    Happening,
    Resource,
    dataset_name,
    dataset_resource,
    job_name,
    permission,
    project_resource,
    rfc3339,
    without_empty,
)
from emulator.calls import Caller
from emulator.errors import invalid

_DATASET_EVENTS = {
    "datasetCreation": ("CREATE", "create"),
    "datasetChange": ("UPDATE", "update"),
    "datasetDeletion": ("DELETE", "delete"),
}


def dataset_changed(
    event: str, dataset: Resource, caller: Caller, method: str, job: Resource | None = None
) -> Resource:
    """A dataset was made, changed or deleted; its models have no entries of their own."""
    if event not in _DATASET_EVENTS:
        raise invalid(f"A dataset's event is one of {sorted(_DATASET_EVENTS)}, not {event!r}.")
    reason, verb = _DATASET_EVENTS[event]
    reference = dataset["datasetReference"]
    cause = without_empty({"reason": "QUERY" if job else reason, "jobName": job_name(job)})
    # DatasetDeletion has no dataset object in bigquery_audit_metadata.proto.
    state = {} if event == "datasetDeletion" else {"dataset": _dataset(dataset)}
    checked = f"projects/{reference['projectId']}" if verb == "create" else dataset_name(reference)
    return Happening(
        project=reference["projectId"],
        log=ACTIVITY,
        resource=dataset_resource(reference["projectId"], reference["datasetId"]),
        resource_name=dataset_name(reference),
        caller=caller,
        method=method,
        event={event: state | cause},
        authorization=[permission(checked, f"bigquery.datasets.{verb}")],
        severity="NOTICE",
    ).entry()


def _dataset(dataset: Resource) -> Resource:
    info = {name: dataset.get(name) for name in ("friendlyName", "description")}
    expiration = dataset.get("defaultTableExpirationMs")
    return without_empty(
        {
            "datasetName": dataset_name(dataset["datasetReference"]),
            "datasetInfo": without_empty(info | {"labels": dict(dataset.get("labels") or {})}),
            "createTime": rfc3339(dataset.get("creationTime")),
            "updateTime": rfc3339(dataset.get("lastModifiedTime")),
            "defaultTableExpireDuration": f"{int(expiration) / 1000:g}s" if expiration else "",
        }
    )


def table_data_read(  # noqa: PLR0913, PLR0917 - a table is three names
    project: str, dataset: str, table: str, caller: Caller, method: str, job: Resource | None
) -> Resource:
    """A query read a table."""
    name = f"projects/{project}/datasets/{dataset}/tables/{table}"
    event = without_empty({"reason": "JOB", "jobName": job_name(job)})
    return Happening(
        project=project,
        log=DATA_ACCESS,
        resource=dataset_resource(project, dataset),
        resource_name=name,
        caller=caller,
        method=method,
        event={"tableDataRead": event},
        authorization=[permission(name, "bigquery.tables.getData")],
    ).entry()


def api_refused(  # noqa: PLR0913, PLR0917 - what a refusal has no resource to tell
    method: str, resource_name: str, caller: Caller, code: int, message: str, project: str
) -> Resource:
    """A call of an admin method that was refused: a status, and metadata without an event.

    # assumed: all of it; https://cloud.google.com/logging/docs/audit promises such entries only
    for permissions that were denied.
    """
    parts = resource_name.split("/")
    inside = len(parts) >= 4 and parts[2] == "datasets"
    return Happening(
        project=project,
        log=ACTIVITY,
        resource=dataset_resource(project, parts[3]) if inside else project_resource(project),
        resource_name=resource_name,
        caller=caller,
        method=method,
        event={},
        authorization=[permission(resource_name, _permission_of(method), granted=code != 7)],
        severity="ERROR",
        status={"code": code, "message": message},
    ).entry()


def _permission_of(method: str) -> str:
    """`...ModelService.DeleteModel` -> `bigquery.models.delete`."""
    service, _, name = method.rpartition(".")
    kind = service.rpartition(".")[2].removesuffix("Service")
    verb = name.removesuffix(kind).lower()
    verbs = {"insert": "create", "patch": "updateMetadata" if kind == "Model" else "update"}
    return f"bigquery.{kind.lower()}s.{verbs.get(verb, verb)}"
