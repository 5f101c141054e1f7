"""Decides by the raw mapping which log entries are about a refused delete of a deployed model.

It runs before any Google library is imported. The filter of the sink,
`terraform/filters/refused_deletes.txt`, says the same in the Logging query language.
"""

from __future__ import annotations

from msgspec import Struct

from bqml_registrar.audit.entry import Ignored, RawEntry
from bqml_registrar.audit.statements import RefusedStatement
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.still_deployed import entry_says_deployed

_STATEMENTS = {
    "DROP_MODEL": RefusedStatement.DROP_MODEL,
    "CREATE_MODEL": RefusedStatement.REPLACE_MODEL,
    "DROP_SCHEMA": RefusedStatement.DROP_SCHEMA,
}
_OTHER_JOBS = ("COPY", "EXPORT", "IMPORT")
# Calls in entries of the old format have other names.
_CALLS = {
    "google.cloud.bigquery.v2.ModelService.DeleteModel": RefusedStatement.DROP_MODEL,
    "google.cloud.bigquery.v2.DatasetService.DeleteDataset": RefusedStatement.DROP_SCHEMA,
}


class Refused(Struct, frozen=True, kw_only=True):
    """What was refused, and in which words. `kind` is None if the entry was cut."""

    kind: RefusedStatement | None
    words: str
    is_call: bool = False


def prefilter_refusals(entry: RawEntry) -> Refused | Ignored:
    """What was refused, or why the entry is ignored."""
    if not entry.is_from_bigquery:
        return Ignored(Reason.OTHER_SERVICE)
    if call := _CALLS.get(entry.method):
        return _call(entry, call)
    if entry.is_old_format:
        return Ignored(Reason.LEGACY_TWIN)
    if entry.is_about_a_job and not entry.has("jobInsertion"):
        return _job(entry)
    return Ignored(Reason.NOT_A_REFUSAL)


def _call(entry: RawEntry, kind: RefusedStatement) -> Refused | Ignored:
    if not (entry.is_failed and entry_says_deployed(entry.status)):
        return Ignored(Reason.NOT_A_REFUSAL)
    if entry.is_later_part:
        return Ignored(Reason.SPLIT_PART)  # each part has the status
    if "/datasets/_" in entry.resource:
        return Ignored(Reason.TEMPORARY_DATASET)
    return Refused(kind=kind, words=entry.status, is_call=True)


def _job(entry: RawEntry) -> Refused | Ignored:
    words, query = _job_words(entry), entry.query
    if not words:
        return Ignored(Reason.SPLIT_PART if entry.is_part else Reason.NOT_A_REFUSAL)
    if not entry.is_part and entry.job.new_state not in ("", "DONE"):
        return Ignored(Reason.NOT_A_REFUSAL)
    if not _may_delete(entry):
        return Ignored(Reason.NOT_A_REFUSAL)
    if "/datasets/_" in query.destination:
        return Ignored(Reason.TEMPORARY_DATASET)
    return Refused(kind=_STATEMENTS.get(query.statement), words=words)


def _job_words(entry: RawEntry) -> str:
    """The words of the refusal, from one of the two places that may have them; else empty."""
    own = entry.job.error
    if entry_says_deployed(own):
        return own
    # Each part of a split entry has the status: only the first part counts.
    return entry.status if entry_says_deployed(entry.status) and not entry.is_later_part else ""


def _may_delete(entry: RawEntry) -> bool:
    """Whether the statement deletes models, or may do so because the entry is cut.

    A script repeats the error of its child, which has an entry of its own.
    """
    statement, kind = entry.query.statement, entry.job.kind
    if entry.is_part:  # any text may have been cut in two: only a whole word excludes
        return statement != "SCRIPT" and kind not in _OTHER_JOBS
    return statement in _STATEMENTS or (not statement and kind in ("", "QUERY"))
