"""Detection: from a BigQuery audit-log entry to the refused delete of a deployed model.

What passes the prefilter is read as google-events' LogEntryData. If an entry is cut off or split, a
model's name, a job, or the endpoints in the refusal's words are enough. The text of a statement is
neither kept nor shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from bqml_registrar.audit.entry import Ignored, RawEntry
from bqml_registrar.audit.metadata import Metadata
from bqml_registrar.audit.refusal_prefilter import Refused, prefilter_refusals
from bqml_registrar.audit.statements import RefusedStatement
from bqml_registrar.audit.typed_entry import LogEntry, read_typed
from bqml_registrar.errors import MalformedError
from bqml_registrar.names import DatasetName, EndpointName, JobName, ModelName
from bqml_registrar.reasons import Reason

# Something follows a complete name; at the end of a part a name may be cut.
_ENDPOINT = re.compile(
    r"\bprojects/[a-z0-9:.-]{1,80}/locations/[a-z0-9-]{1,80}/endpoints/[a-z0-9-]{1,80}(?=[^a-z0-9-])"
)
_ENDPOINTS = 100
_RESOURCE_CHARACTERS = 256  # of what is only logged, not used


class Refusal(Struct, frozen=True, kw_only=True):
    """BigQuery's refusal to delete a deployed model, as far as the entry describes it.

    `kind` is None if the entry was cut: then the job's statement says it. `job` ran the statement,
    in `location`; a call has none. `endpoints` are those in the words, with the project's number.
    `key` is the same in every entry about the refusal.
    """

    kind: RefusedStatement | None
    key: str
    cause_id: str
    at: datetime
    model: ModelName | None = None
    dataset: DatasetName | None = None
    job: JobName | None = None
    location: str = ""
    endpoints: tuple[EndpointName, ...] = ()


def detect_refusal(entry: Mapping[str, Any], *, ignore_echo: bool = True) -> Refusal | Ignored:
    """The refusal in an entry, or why it is ignored; MalformedError if a refusal is unreadable."""
    raw = RawEntry.of(entry)
    found = prefilter_refusals(raw)
    if ignore_echo and isinstance(found, Refused) and raw.is_own_echo:
        # The clean-up's own delete, which it retries itself.
        found = Ignored(Reason.OWN_ECHO)
    refusal = _read(entry, raw, found) if isinstance(found, Refused) else found
    if isinstance(refusal, Ignored):
        return replace(refusal, resource=raw.resource[:_RESOURCE_CHARACTERS])
    return refusal


def _read(entry: Mapping[str, Any], raw: RawEntry, refused: Refused) -> Refusal | Ignored:
    typed = read_typed(entry)
    words = refused.words if raw.is_part else f"{refused.words} "
    refusal = Refusal(
        kind=refused.kind,
        key=typed.id,
        cause_id=typed.id,
        at=typed.at,
        location=typed.location,
        endpoints=_endpoints(words),
    )
    if refused.is_call:
        return _of_call(refusal, typed.resource)
    return _of_job(refusal, typed, is_part=raw.is_part)


def _of_call(refusal: Refusal, resource: str) -> Refusal:
    """A call's resource is what it would have deleted."""
    try:
        if refusal.kind is RefusedStatement.DROP_SCHEMA:
            return replace(refusal, dataset=DatasetName.parse(resource))
        return replace(refusal, model=ModelName.parse(resource))
    except ValueError as error:
        raise MalformedError(
            "the log entry cannot be read: the resource of its call is no BigQuery name"
        ) from error


def _of_job(refusal: Refusal, entry: LogEntry, *, is_part: bool) -> Refusal | Ignored:
    # Logging may have cut any text of a part's metadata in two.
    metadata = Metadata({}) if is_part else entry.metadata
    job = _job_name(metadata.job.name) or _job_name(entry.resource)
    model = _destination(metadata.query.destination)
    if refusal.kind is RefusedStatement.DROP_SCHEMA:
        model = None
    if not (job or model or refusal.endpoints):
        return Ignored(Reason.ENTRY_CUT_OFF)
    key = str(job) if job else refusal.key
    return replace(refusal, key=key, job=job, model=model)


def _job_name(resource: str) -> JobName | None:
    try:
        return JobName.parse(resource)
    except ValueError:
        return None  # redacted, or cut off


def _destination(table: str) -> ModelName | None:
    try:
        return ModelName.of_destination_table(table)
    except ValueError:
        return None  # not there: the job's statement names the model


def _endpoints(words: str) -> tuple[EndpointName, ...]:
    """The endpoints that a refusal names, each once."""
    names = dict.fromkeys(match[0] for match in _ENDPOINT.finditer(words))
    return tuple(map(EndpointName.parse, islice(names, _ENDPOINTS)))
