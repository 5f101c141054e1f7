"""Decides by the raw mapping which log entries are about a model.

Most entries end here with a reason, before any Google library is imported. The filter of the sink,
`terraform/filters/model_changes.txt`, says the same in the Logging query language.
"""

from __future__ import annotations

from enum import StrEnum

from bqml_registrar.audit.entry import Ignored, RawEntry
from bqml_registrar.reasons import Reason


class ChangeKind(StrEnum):
    """What an entry says of a model: the key of the event in the entry's metadata."""

    CREATED = "modelCreation"
    DATA_CHANGED = "modelDataChange"
    CHANGED = "modelMetadataChange"
    DELETED = "modelDeletion"
    JOB_DONE = "jobChange"


_CREATION = "CREATE_MODEL"
_MODEL_KINDS = (ChangeKind.CREATED, ChangeKind.DATA_CHANGED, ChangeKind.CHANGED, ChangeKind.DELETED)


def prefilter_changes(entry: RawEntry) -> ChangeKind | Ignored:
    """The event that needs an assessment, or why the entry is ignored."""
    if not entry.is_from_bigquery:
        return Ignored(Reason.OTHER_SERVICE)
    if entry.is_old_format:
        return Ignored(Reason.LEGACY_TWIN)
    if entry.is_failed:
        return Ignored(Reason.OPERATION_FAILED)
    return _create_model_job(entry) if entry.is_about_a_job else _model_event(entry)


def _model_event(entry: RawEntry) -> ChangeKind | Ignored:
    kinds = [kind for kind in _MODEL_KINDS if entry.has(kind)]
    resource = entry.resource or (entry.event(kinds[0]).model if kinds else "")
    if resource and ("/datasets/" not in resource or "/models/" not in resource):
        return Ignored(Reason.NOT_A_MODEL)
    if "/datasets/_" in resource:
        return Ignored(Reason.TEMPORARY_DATASET)
    if kinds:
        return kinds[0]
    return _cut_event(entry) if resource else Ignored(Reason.NOT_A_MODEL)


def _cut_event(entry: RawEntry) -> ChangeKind | Ignored:
    """For an entry about a model without an event that we know."""
    others = entry.raw.keys() - {"@type", "firstPartyAppMetadata"}
    if "modelDataRead" in others or (others and not entry.is_part):
        return Ignored(Reason.NOT_A_CHANGE)  # a prediction, or an event of a kind yet unknown
    if entry.is_later_part:
        return Ignored(Reason.SPLIT_PART)
    return ChangeKind.DELETED if entry.method.endswith(".DeleteModel") else ChangeKind.CHANGED


def _create_model_job(entry: RawEntry) -> ChangeKind | Ignored:
    if entry.is_later_part:
        return Ignored(Reason.SPLIT_PART)
    job = entry.job
    if (job.is_there or entry.is_part) and not _may_create_a_model(entry):
        return Ignored(Reason.NOT_A_MODEL)
    if not _is_done(job.new_state or job.state, entry):
        return Ignored(Reason.NOT_A_CHANGE)
    if job.is_failed:
        return Ignored(Reason.OPERATION_FAILED)
    hidden = "/datasets/_" in entry.query.destination
    return Ignored(Reason.TEMPORARY_DATASET) if hidden else ChangeKind.JOB_DONE


def _may_create_a_model(entry: RawEntry) -> bool:
    query = entry.query
    if query.statement:
        # If Logging split the entry, the rest of the word may be in the next part.
        is_begun = entry.is_part and _CREATION.startswith(query.statement)
        return query.statement == _CREATION or is_begun
    # A whole query job has both its text and its kind; other jobs have neither.
    is_cut = entry.is_part or not query.has_text
    return is_cut and entry.job.kind in ("", "QUERY")


def _is_done(state: str, entry: RawEntry) -> bool:
    if entry.has("jobInsertion"):
        return False
    return state == "DONE" or (not state and entry.ends_operation)
