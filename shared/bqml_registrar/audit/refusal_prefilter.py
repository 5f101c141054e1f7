"""Which log entries tell that a delete of a deployed model was refused.

Seen in the raw mapping, before anything of Google's is imported. The filter of the sink,
`terraform/filters/refused_deletes.txt`, says the same in the Logging query language.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from bqml_registrar.audit.entry import Ignored, Seen, mapping, text
from bqml_registrar.audit.statements import RefusedStatement
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.still_deployed import says_still_deployed

_STATEMENTS = {
    "DROP_MODEL": RefusedStatement.DROP_MODEL,
    "CREATE_MODEL": RefusedStatement.REPLACE_MODEL,
    "DROP_SCHEMA": RefusedStatement.DROP_SCHEMA,
}
_OTHER_JOBS = ("COPY", "EXPORT", "IMPORT")
# Those of the old format have other names.
_CALLS = {
    "google.cloud.bigquery.v2.ModelService.DeleteModel": RefusedStatement.DROP_MODEL,
    "google.cloud.bigquery.v2.DatasetService.DeleteDataset": RefusedStatement.DROP_SCHEMA,
}


class Refused(Struct, frozen=True, kw_only=True):
    """That something was refused, and in which words. `kind` is None where the entry was cut."""

    kind: RefusedStatement | None
    words: str
    is_call: bool = False


def refusal_gate(seen: Seen) -> Refused | Ignored:
    """What was refused, or why the entry is ignored."""
    if seen.payload.get("serviceName") != "bigquery.googleapis.com":
        return Ignored(Reason.OTHER_SERVICE)
    if call := _CALLS.get(text(seen.payload.get("methodName"))):
        return _call(seen, call)
    if seen.is_old_format:
        return Ignored(Reason.LEGACY_TWIN)
    if seen.is_about_a_job and seen.metadata.get("jobInsertion") is None:
        return _job(seen)
    return Ignored(Reason.NOT_A_REFUSAL)


def _call(seen: Seen, kind: RefusedStatement) -> Refused | Ignored:
    status = mapping(seen.payload.get("status"))
    words = text(status.get("message"))
    if status.get("code") in (None, 0, "0") or not says_still_deployed(words):
        return Ignored(Reason.NOT_A_REFUSAL)
    if seen.is_part and not seen.is_first_part:
        return Ignored(Reason.SPLIT_PART)  # each part has the status
    if "/datasets/_" in seen.resource:
        return Ignored(Reason.TEMPORARY_DATASET)
    return Refused(kind=kind, words=words, is_call=True)


def _job(seen: Seen) -> Refused | Ignored:
    change = mapping(seen.metadata.get("jobChange"))
    job = mapping(change.get("job"))
    config = mapping(job.get("jobConfig"))
    query = mapping(config.get("queryConfig"))
    words = _job_words(seen, job)
    if not words:
        return Ignored(Reason.SPLIT_PART if seen.is_part else Reason.NOT_A_REFUSAL)
    is_whole = not seen.is_part
    if is_whole and text(change.get("after")) not in ("", "DONE"):
        return Ignored(Reason.NOT_A_REFUSAL)
    if not _may_delete(config, query, is_whole=is_whole):
        return Ignored(Reason.NOT_A_REFUSAL)
    if "/datasets/_" in text(query.get("destinationTable")):
        return Ignored(Reason.TEMPORARY_DATASET)
    return Refused(kind=_STATEMENTS.get(text(query.get("statementType"))), words=words)


def _job_words(seen: Seen, job: Mapping[str, Any]) -> str:
    """The words of the refusal, of the two places where an entry may have them; else empty."""
    own = text(mapping(mapping(job.get("jobStatus")).get("errorResult")).get("message"))
    if says_still_deployed(own):
        return own
    # Each part of a split entry has the status: the first one speaks for all.
    status = text(mapping(seen.payload.get("status")).get("message"))
    is_spoken_for = seen.is_part and not seen.is_first_part
    return status if says_still_deployed(status) and not is_spoken_for else ""


def _may_delete(config: Mapping[str, Any], query: Mapping[str, Any], *, is_whole: bool) -> bool:
    """Whether the statement deletes models, or may do: it is not told where the entry was cut.

    A script repeats the error of its child, which has an entry of its own.
    """
    statement, kind = text(query.get("statementType")), text(config.get("type"))
    if not is_whole:  # any text may have been cut in two: only a whole word excludes
        return statement != "SCRIPT" and kind not in _OTHER_JOBS
    return statement in _STATEMENTS or (not statement and kind in ("", "QUERY"))
