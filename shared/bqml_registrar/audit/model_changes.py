"""Detection: from a BigQuery audit-log entry to the model that changed, or why it is ignored.

What passes the prefilter is read as google-events' LogEntryData. An entry only has to name a model:
if it is cut off or split, the name of the model or of a job is enough.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from bqml_registrar.audit.entry import Ignored, RawEntry
from bqml_registrar.audit.metadata import Metadata
from bqml_registrar.audit.model_prefilter import ChangeKind, prefilter_changes
from bqml_registrar.audit.typed_entry import LogEntry, read_typed
from bqml_registrar.errors import MalformedError
from bqml_registrar.names import JobName, ModelName
from bqml_registrar.reasons import Reason

_RESOURCE_CHARACTERS = 256  # of what is only logged, not used
# The job of these events ran the CREATE MODEL statement; a metadata change's may be an ALTER.
_NAME_THE_CREATOR = (ChangeKind.CREATED, ChangeKind.DATA_CHANGED, ChangeKind.JOB_DONE)


class ModelChanged(Struct, frozen=True, kw_only=True):
    """Something changed about a model. `created_by` is the creating job, if the entry names it.

    `at` is the entry's time. An entry whose event is cut off counts as CHANGED.
    """

    name: ModelName
    cause_id: str
    at: datetime
    kind: ChangeKind
    created_by: JobName | None = None


class JobFinished(Struct, frozen=True, kw_only=True):
    """A job that may have created a model; only the job says which one."""

    job: JobName
    location: str
    cause_id: str
    at: datetime
    kind: ChangeKind

    def created(self, name: ModelName) -> ModelChanged:
        """The change of the model that the job names."""
        return ModelChanged(
            name=name, cause_id=self.cause_id, at=self.at, kind=self.kind, created_by=self.job
        )


Detected = ModelChanged | JobFinished | Ignored


def detect(entry: Mapping[str, Any], *, ignore_echo: bool = True) -> Detected:
    """What a log entry says; MalformedError if it is about a model but cannot be read."""
    raw = RawEntry.of(entry)
    kind = prefilter_changes(raw)
    if ignore_echo and kind is ChangeKind.CHANGED and raw.is_own_echo:
        kind = Ignored(Reason.OWN_ECHO)
    found: Detected = (
        kind if isinstance(kind, Ignored) else _read(read_typed(entry), kind, is_part=raw.is_part)
    )
    if isinstance(found, Ignored):
        return replace(found, resource=raw.resource[:_RESOURCE_CHARACTERS])
    return found


def _read(entry: LogEntry, kind: ChangeKind, *, is_part: bool) -> Detected:
    # Logging may have cut any text of a part's metadata in two.
    metadata = Metadata({}) if is_part else entry.metadata
    try:
        name = _model_name(entry, metadata, kind)
    except ValueError as error:
        what = str(error).partition(":")[0]
        raise MalformedError(f"the log entry cannot be read: {what}") from error
    job = _creating_job(entry, metadata, kind)
    if name:
        return ModelChanged(name=name, cause_id=entry.id, at=entry.at, kind=kind, created_by=job)
    if job:
        return JobFinished(
            job=job, location=entry.location, cause_id=entry.id, at=entry.at, kind=kind
        )
    return Ignored(Reason.ENTRY_CUT_OFF)


def _model_name(entry: LogEntry, metadata: Metadata, kind: ChangeKind) -> ModelName | None:
    if kind is ChangeKind.JOB_DONE:
        destination = metadata.query.destination
        return ModelName.of_destination_table(destination) if destination else None
    resource = entry.resource or metadata.event(kind).model
    return ModelName.parse(resource) if resource else None


def _creating_job(entry: LogEntry, metadata: Metadata, kind: ChangeKind) -> JobName | None:
    if kind not in _NAME_THE_CREATOR:
        return None
    job = (
        (metadata.job.name or entry.resource)
        if kind is ChangeKind.JOB_DONE
        else metadata.event(kind).job
    )
    try:
        return JobName.parse(job)
    except ValueError:
        return None  # redacted, or cut off: the job history may still know it
