"""Detection: from a BigQuery audit-log entry to the model that changed, or why it is ignored.

The gate reads the raw mapping and turns most entries away without importing anything of Google's;
what passes is read as google-events' LogEntryData. An entry is only a hint of where to look.

Source: https://cloud.google.com/bigquery/docs/reference/auditlogs/rest/Shared.Types/BigQueryAuditMetadata
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from shared import AGENT
from shared.envelope import MalformedError
from shared.names import JobName, ModelName
from shared.reasons import Reason

_MODEL_EVENTS = ("modelCreation", "modelDataChange", "modelMetadataChange", "modelDeletion")
_RESOURCE_CHARACTERS = 256  # of what is only told, not used
# The job named by these ran the CREATE MODEL statement; that of a metadata change may be an ALTER.
_CREATION_EVENTS = ("modelCreation", "modelDataChange")


class ModelChanged(Struct, frozen=True, kw_only=True):
    """Something happened to a model: look there. `created_by` is the creating job, where named."""

    name: ModelName
    cause_id: str
    created_by: JobName | None = None


class Ignored(Struct, frozen=True):
    """The entry asks for nothing. `resource` is what it is about, unchecked."""

    reason: Reason
    resource: str = ""


def detect(entry: Mapping[str, Any], *, ignore_echo: bool = True) -> ModelChanged | Ignored:
    """What a log entry tells; MalformedError if it is about a model but cannot be read."""
    payload = _mapping(entry.get("protoPayload"))
    metadata = _mapping(payload.get("metadata"))
    event = _event_about_a_model(payload, metadata)
    if ignore_echo and event == "modelMetadataChange" and _is_own_echo(payload):
        event = Ignored(Reason.OWN_ECHO)
    if isinstance(event, Ignored):
        return replace(event, resource=_text(payload.get("resourceName"))[:_RESOURCE_CHARACTERS])
    return _read(entry, event)


def _event_about_a_model(payload: Mapping[str, Any], metadata: Mapping[str, Any]) -> str | Ignored:
    if payload.get("serviceName") != "bigquery.googleapis.com":
        return Ignored(Reason.OTHER_SERVICE)
    if not metadata:
        return Ignored(Reason.LEGACY_TWIN)
    if _mapping(payload.get("status")).get("code") not in (None, 0, "0"):
        return Ignored(Reason.OPERATION_FAILED)
    if "jobChange" in metadata or "jobInsertion" in metadata:
        return _create_model_job(_mapping(metadata.get("jobChange")))
    return _model_event(_text(payload.get("resourceName")), metadata)


def _model_event(resource: str, metadata: Mapping[str, Any]) -> str | Ignored:
    if "/datasets/" not in resource or "/models/" not in resource:
        return Ignored(Reason.NOT_A_MODEL)
    if "/datasets/_" in resource:
        return Ignored(Reason.TEMPORARY_DATASET)
    event = next((event for event in _MODEL_EVENTS if event in metadata), None)
    return event or Ignored(Reason.NOT_A_CHANGE)


def _create_model_job(change: Mapping[str, Any]) -> str | Ignored:
    job = _mapping(change.get("job"))
    query = _mapping(_mapping(job.get("jobConfig")).get("queryConfig"))
    status = _mapping(job.get("jobStatus"))
    if change and query.get("statementType") != "CREATE_MODEL":
        return Ignored(Reason.NOT_A_MODEL)
    if change.get("after") != "DONE":
        return Ignored(Reason.NOT_A_CHANGE)
    if _mapping(status.get("errorResult")):
        return Ignored(Reason.OPERATION_FAILED)
    destination = _text(query.get("destinationTable"))
    if not destination:
        return Ignored(Reason.NOT_A_MODEL)
    return Ignored(Reason.TEMPORARY_DATASET) if "/datasets/_" in destination else "jobChange"


def _is_own_echo(payload: Mapping[str, Any]) -> bool:
    caller = _mapping(payload.get("requestMetadata"))
    return f"{AGENT}/" in _text(caller.get("callerSuppliedUserAgent"))


def _read(entry: Mapping[str, Any], event: str) -> ModelChanged:
    from google.events.cloud.audit_v1 import LogEntryData  # noqa: PLC0415 - only where it is needed
    from google.protobuf.json_format import ParseError  # noqa: PLC0415

    try:
        # The log's own "@type" key is unknown to the type: without the flag it is refused.
        typed = LogEntryData.from_json(
            msgspec.json.encode(entry).decode(), ignore_unknown_fields=True
        )
        metadata = LogEntryData.to_dict(typed)["proto_payload"]["metadata"]
        return ModelChanged(
            name=_model_name(typed.proto_payload.resource_name, metadata, event),
            cause_id=_cause_id(typed),
            created_by=_creating_job(metadata, event),
        )
    except (ParseError, ValueError, OverflowError, RecursionError) as error:
        # Only the head of the message: behind it stands the value, which may be SQL.
        what = str(error).partition(":")[0]
        raise MalformedError(f"the log entry cannot be read: {what}") from error


def _model_name(resource: str, metadata: Mapping[str, Any], event: str) -> ModelName:
    if event == "jobChange":
        query = metadata["jobChange"]["job"]["jobConfig"]["queryConfig"]
        return ModelName.of_destination_table(query["destinationTable"])
    return ModelName.parse(resource)


def _creating_job(metadata: Mapping[str, Any], event: str) -> JobName | None:
    told = _mapping(metadata.get(event))
    if event not in (*_CREATION_EVENTS, "jobChange"):
        return None
    job = told.get("jobName") if event != "jobChange" else _mapping(told.get("job")).get("jobName")
    try:
        return JobName.parse(_text(job))
    except ValueError:
        return None  # redacted, or truncated away: the job history may still know it


def _cause_id(typed: Any) -> str:
    """Which log entry it was, in the form that Eventarc gives as an event's id."""
    # https://cloud.google.com/eventarc/docs/cloudevents: logName + insertId + microseconds.
    at = typed.timestamp.timestamp_pb() if typed.timestamp else None
    micros = at.seconds * 1_000_000 + at.nanos // 1_000 if at else 0
    return f"{typed.log_name}{typed.insert_id}{micros}"


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
