"""jobs.list: which jobs a caller asks for, and in which order."""

from __future__ import annotations

from dataclasses import dataclass, field

from emulator.bigquery.paging import Page
from emulator.bigquery.state import JobRecord
from emulator.errors import invalid

STATES = ("pending", "running", "done")
_FAR = 10**16


@dataclass(frozen=True, kw_only=True)
class JobQuery:
    """The parameters of https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/list."""

    project: str
    principal: str | None = None
    states: frozenset[str] = frozenset()
    created_from: int = 0
    created_until: int = _FAR
    parent: str = ""
    full: bool = False
    page: Page = field(default_factory=Page)

    def __post_init__(self) -> None:
        if unknown := self.states - set(STATES):
            raise invalid(f"Invalid value for stateFilter: {min(unknown)}")

    def takes(self, record: JobRecord) -> bool:
        """Whether the list has this job; child jobs only come when their parent is named."""
        statistics = record.resource["statistics"]
        return (
            record.reference["projectId"] == self.project
            and self.principal in (None, record.caller.principal)
            and statistics.get("parentJobId", "") == self.parent
            and self._in_state(record)
            and self.created_from <= int(statistics["creationTime"]) <= self.created_until
        )

    def _in_state(self, record: JobRecord) -> bool:
        return not self.states or record.resource["status"]["state"].lower() in self.states


def newest_first(record: JobRecord) -> str:
    """A sorting key: later jobs first, of one millisecond the one that came last."""
    created = int(record.resource["statistics"]["creationTime"])
    return f"{_FAR - created:017d}.{_FAR - record.order:017d}"
