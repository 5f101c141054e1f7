"""The only view of an entry's BigQueryAuditMetadata; nothing of it is checked.

A value that is absent, cut in two or of another type is empty.

Source: https://cloud.google.com/bigquery/docs/reference/auditlogs/rest/Shared.Types/BigQueryAuditMetadata
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct


class Event(Struct, frozen=True):
    """An event about a model: the names of the model and of the job, if it has them."""

    model: str
    job: str


class Job(Struct, frozen=True, kw_only=True):
    """The job of a `jobChange`.

    `kind` is QUERY, COPY, EXPORT or IMPORT; `new_state` is the state that it changed to, `state` the
    one that it has; `error` is the message of its error.
    """

    is_there: bool
    name: str
    kind: str
    new_state: str
    state: str
    is_failed: bool
    error: str


class Query(Struct, frozen=True, kw_only=True):
    """The configuration of a query job. `statement` is the statement's type; the SQL is never kept."""

    statement: str
    has_text: bool
    destination: str


class Metadata(Struct, frozen=True):
    """An entry's metadata as it came."""

    raw: Mapping[str, Any]

    def has(self, kind: str) -> bool:
        """Whether there is an event of a kind."""
        return self.raw.get(kind) is not None

    def event(self, kind: str) -> Event:
        """The event of a kind."""
        event = mapping(self.raw.get(kind))
        return Event(text(mapping(event.get("model")).get("modelName")), text(event.get("jobName")))

    @property
    def job(self) -> Job:
        """The job that changed."""
        change = mapping(self.raw.get("jobChange"))
        job = mapping(change.get("job"))
        status = mapping(job.get("jobStatus"))
        error = mapping(status.get("errorResult"))
        return Job(
            is_there=bool(change),
            name=text(job.get("jobName")),
            kind=text(mapping(job.get("jobConfig")).get("type")),
            new_state=text(change.get("after")),
            state=text(status.get("jobState")),
            is_failed=bool(error),
            error=text(error.get("message")),
        )

    @property
    def query(self) -> Query:
        """The query of the job that changed."""
        job = mapping(mapping(self.raw.get("jobChange")).get("job"))
        query = mapping(mapping(job.get("jobConfig")).get("queryConfig"))
        return Query(
            statement=text(query.get("statementType")),
            has_text=bool(text(query.get("query"))),
            destination=text(query.get("destinationTable")),
        )


def mapping(value: object) -> Mapping[str, Any]:
    """The object, or an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def text(value: object) -> str:
    """The text, or none for anything else."""
    return value if isinstance(value, str) else ""
