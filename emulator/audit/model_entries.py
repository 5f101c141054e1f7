"""Entries about models, built from BigQueryAuditMetadata's schema and the shape of table events.

# assumed: all of it beyond the schema. No captured entry about a model is public; the log, the
monitored resource, the severity and the missing `operation` are those of the table events.
"""

from __future__ import annotations

from emulator.audit.envelope import (
    ACTIVITY,
    DATA_ACCESS,
    SYSTEM_EVENT,
    Happening,
    Resource,
    dataset_resource,
    job_name,
    model_name,
    permission,
    rfc3339,
    without_empty,
)
from emulator.calls import Caller
from emulator.errors import invalid

_DELETIONS = {"MODEL_DELETE_REQUEST", "EXPIRED", "QUERY"}
_SEVERITIES = {ACTIVITY: "NOTICE", SYSTEM_EVENT: "NOTICE", DATA_ACCESS: "INFO"}


def model_created(
    model: Resource, caller: Caller, method: str, job: Resource | None = None
) -> Resource:
    """A CREATE MODEL made a model."""
    event = {"modelCreation": {"model": _model(model), **_cause("QUERY", job)}}
    # assumed: the permission is checked on the model, as table creation has it on the table.
    return _entry(model["modelReference"], caller, method, (ACTIVITY, "create", event))


def model_data_changed(
    model: Resource, caller: Caller, method: str, job: Resource | None = None
) -> Resource:
    """A statement trained a model anew: no model object."""
    event = {"modelDataChange": _cause("QUERY", job)}
    return _entry(model["modelReference"], caller, method, (DATA_ACCESS, "updateData", event))


def model_metadata_changed(
    model: Resource, caller: Caller, method: str, job: Resource | None = None
) -> Resource:
    """A statement or, without a job, models.patch changed a model; its state after that."""
    reason = "QUERY" if job else "MODEL_PATCH_REQUEST"
    event = {"modelMetadataChange": {"model": _model(model), **_cause(reason, job)}}
    return _entry(model["modelReference"], caller, method, (ACTIVITY, "updateMetadata", event))


def model_deleted(
    reference: Resource, reason: str, caller: Caller, method: str, job: Resource | None = None
) -> Resource:
    """A model is gone; only the resource name tells which."""
    if reason not in _DELETIONS:
        raise invalid(f"A modelDeletion has a reason of {sorted(_DELETIONS)}, not {reason!r}.")
    # assumed: expiry is a system event, as the documentation has it of tables.
    log = SYSTEM_EVENT if reason == "EXPIRED" else ACTIVITY
    event = {"modelDeletion": _cause(reason, job if reason == "QUERY" else None)}
    return _entry(reference, caller, method, (log, "delete", event))


def model_data_read(
    model: Resource, caller: Caller, method: str, job: Resource | None = None
) -> Resource:
    """A query used a model (ML.PREDICT and the like)."""
    event = {"modelDataRead": _cause("JOB", job)}
    return _entry(model["modelReference"], caller, method, (DATA_ACCESS, "getData", event))


def _entry(
    reference: Resource, caller: Caller, method: str, what: tuple[str, str, Resource]
) -> Resource:
    log, verb, event = what
    name = model_name(reference)
    return Happening(
        project=reference["projectId"],
        log=log,
        resource=dataset_resource(reference["projectId"], reference["datasetId"]),
        resource_name=name,
        caller=caller,
        method=method,
        event=event,
        # assumed: nobody's permission is checked when a model expires.
        authorization=[] if log == SYSTEM_EVENT else [permission(name, f"bigquery.models.{verb}")],
        severity=_SEVERITIES[log],
    ).entry()


def _cause(reason: str, job: Resource | None) -> Resource:
    return without_empty({"reason": reason, "jobName": job_name(job)})


def _model(model: Resource) -> Resource:
    """BigQueryAuditMetadata.Model: no type, location, etag or Vertex id."""
    info = {name: model.get(name) for name in ("friendlyName", "description")}
    labels = dict(model.get("labels") or {})
    key = model.get("encryptionConfiguration", {}).get("kmsKeyName", "")
    return without_empty(
        {
            "modelName": model_name(model["modelReference"]),
            "modelInfo": without_empty(info | {"labels": labels}),
            "expireTime": rfc3339(model.get("expirationTime")),
            "createTime": rfc3339(model.get("creationTime")),
            "updateTime": rfc3339(model.get("lastModifiedTime")),
            "encryption": without_empty({"kmsKeyName": key}),
        }
    )
