"""The gate: which log entries are about a model, seen in the raw mapping.

Most entries end here with a reason, before anything of Google's is imported.

Sources: https://cloud.google.com/bigquery/docs/reference/auditlogs/rest/Shared.Types/BigQueryAuditMetadata,
https://cloud.google.com/logging/docs/audit/split-logs
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from bqml_registrar.audit.entry import Ignored, Seen, mapping, text
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


def told_name(metadata: Mapping[str, Any], kind: Kind) -> str:
    """The name in the event itself, where it has one."""
    return text(mapping(mapping(metadata.get(kind)).get("model")).get("modelName"))
