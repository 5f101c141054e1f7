"""The gate: which log entries are about a model, seen in the raw mapping.

Most entries end here with a reason, before anything of Google's is imported.

Sources: https://cloud.google.com/bigquery/docs/reference/auditlogs/rest/Shared.Types/BigQueryAuditMetadata,
https://cloud.google.com/logging/docs/audit/split-logs
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct

from bqml_registrar import AGENT
from bqml_registrar.messages.message import MalformedError
from bqml_registrar.reasons import Reason


class Kind(StrEnum):
    """What an entry tells of a model: the key of the event in the entry's metadata."""

    CREATED = "modelCreation"
    DATA_CHANGED = "modelDataChange"
    CHANGED = "modelMetadataChange"
    DELETED = "modelDeletion"
    JOB_DONE = "jobChange"


_CREATION = "CREATE_MODEL"
_MODEL_KINDS = (Kind.CREATED, Kind.DATA_CHANGED, Kind.CHANGED, Kind.DELETED)


class Ignored(Struct, frozen=True):
    """The entry asks for nothing. `resource` is what it is about, unchecked."""

    reason: Reason
    resource: str = ""


class Seen(Struct, frozen=True, kw_only=True):
    """The gate's view of an entry, none of it checked.

    `is_part`: of an entry that Logging split; every part has all but some of the metadata.
    """

    payload: Mapping[str, Any]
    metadata: Mapping[str, Any]
    resource: str
    is_part: bool
    is_first_part: bool
    ends_operation: bool

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Seen:
        """From an entry as it came; MalformedError where an object is none."""
        payload = _object(entry, "protoPayload")
        split = mapping(entry.get("split"))
        return cls(
            payload=payload,
            metadata=_object(payload, "metadata"),
            resource=text(payload.get("resourceName")),
            is_part=bool(split),
            is_first_part=bool(split) and split.get("index") in (None, 0, "0"),
            ends_operation=mapping(entry.get("operation")).get("last") is True,
        )

    @property
    def is_about_a_model(self) -> bool:
        """Whether its resource is a BigQuery model."""
        return "/datasets/" in self.resource and "/models/" in self.resource

    @property
    def is_about_a_job(self) -> bool:
        """Whether it tells of a job."""
        told = self.metadata
        named = any(told.get(key) is not None for key in ("jobChange", "jobInsertion"))
        return named or (self.is_part and "/jobs/" in self.resource)

    @property
    def is_old_format(self) -> bool:
        """Whether it is the old AuditData copy."""
        has_old = self.payload.get("serviceData") is not None
        return not self.metadata and (has_old or not (self.is_part or self.is_about_a_model))


def gate(seen: Seen) -> Kind | Ignored:
    """The event that asks for a look, or why there is none."""
    if seen.payload.get("serviceName") != "bigquery.googleapis.com":
        return Ignored(Reason.OTHER_SERVICE)
    if seen.is_old_format:
        return Ignored(Reason.LEGACY_TWIN)
    if mapping(seen.payload.get("status")).get("code") not in (None, 0, "0"):
        return Ignored(Reason.OPERATION_FAILED)
    return _create_model_job(seen) if seen.is_about_a_job else _model_event(seen)


def _model_event(seen: Seen) -> Kind | Ignored:
    told = [kind for kind in _MODEL_KINDS if seen.metadata.get(kind) is not None]
    resource = seen.resource or (told_name(seen.metadata, told[0]) if told else "")
    if resource and ("/datasets/" not in resource or "/models/" not in resource):
        return Ignored(Reason.NOT_A_MODEL)
    if "/datasets/_" in resource:
        return Ignored(Reason.TEMPORARY_DATASET)
    if told:
        return told[0]
    return _cut_event(seen) if resource else Ignored(Reason.NOT_A_MODEL)


def _cut_event(seen: Seen) -> Kind | Ignored:
    """Of an entry about a model that names no event of ours."""
    others = seen.metadata.keys() - {"@type", "firstPartyAppMetadata"}
    if "modelDataRead" in others or (others and not seen.is_part):
        return Ignored(Reason.NOT_A_CHANGE)  # a prediction, or an event of a kind yet unknown
    if seen.is_part and not seen.is_first_part:
        return Ignored(Reason.SPLIT_PART)
    method = text(seen.payload.get("methodName"))
    return Kind.DELETED if method.endswith(".DeleteModel") else Kind.CHANGED


def _create_model_job(seen: Seen) -> Kind | Ignored:
    if seen.is_part and not seen.is_first_part:
        return Ignored(Reason.SPLIT_PART)
    change = mapping(seen.metadata.get("jobChange"))
    job = mapping(change.get("job"))
    config = mapping(job.get("jobConfig"))
    query = mapping(config.get("queryConfig"))
    status = mapping(job.get("jobStatus"))
    if (change or seen.is_part) and not _may_create_a_model(config, query, is_part=seen.is_part):
        return Ignored(Reason.NOT_A_MODEL)
    if not _is_done(text(change.get("after")) or text(status.get("jobState")), seen):
        return Ignored(Reason.NOT_A_CHANGE)
    if mapping(status.get("errorResult")):
        return Ignored(Reason.OPERATION_FAILED)
    hidden = "/datasets/_" in text(query.get("destinationTable"))
    return Ignored(Reason.TEMPORARY_DATASET) if hidden else Kind.JOB_DONE


def _may_create_a_model(
    config: Mapping[str, Any], query: Mapping[str, Any], *, is_part: bool
) -> bool:
    if statement := text(query.get("statementType")):
        # Where Logging split the entry, the rest of the word may stand in the next part.
        return statement == _CREATION or (is_part and _CREATION.startswith(statement))
    # A whole query job has both its text and its kind; other jobs have neither.
    is_cut = is_part or not text(query.get("query"))
    return is_cut and text(config.get("type")) in ("", "QUERY")


def _is_done(state: str, seen: Seen) -> bool:
    if seen.metadata.get("jobInsertion") is not None:
        return False
    return state == "DONE" or (not state and seen.ends_operation)


def is_own_echo(seen: Seen) -> bool:
    """Whether one of our calls is what the entry tells of."""
    caller = mapping(seen.payload.get("requestMetadata"))
    return f"{AGENT}/" in text(caller.get("callerSuppliedUserAgent"))


def told_name(metadata: Mapping[str, Any], kind: Kind) -> str:
    """The name in the event itself, where it has one."""
    return text(mapping(mapping(metadata.get(kind)).get("model")).get("modelName"))


def _object(holder: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """An object that may be absent; MalformedError for another kind of value."""
    value = holder.get(key)
    if value is None or isinstance(value, dict):
        return value or {}
    raise MalformedError(f"the log entry cannot be read: its {key} is no JSON object")


def mapping(value: object) -> Mapping[str, Any]:
    """The object, or an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def text(value: object) -> str:
    """The text, or none for anything else."""
    return value if isinstance(value, str) else ""
