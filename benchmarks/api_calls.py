"""API calls that one event of each kind costs, counted by the local cloud."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.candidates import Candidate
from benchmarks.starts import deliver
from benchmarks.workload import OTHER_DATASET, UNLABELLED, Workload
from local.cloud.control import Control
from local.cloud.servers import function

IGNORED = "ignored"
SKIPPED_BY_NAME = "skipped by name"
SKIPPED_BY_LABELS = "skipped by labels"
REGISTERED = "registered"
REDELIVERED = "redelivered"
KINDS = (IGNORED, SKIPPED_BY_NAME, SKIPPED_BY_LABELS, REGISTERED, REDELIVERED)

_READS = ("Get", "List", "BatchGet", "RunQuery")


@dataclass(frozen=True, slots=True)
class Calls:
    """The calls of one event, in order, as `service.Method`."""

    methods: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many."""
        return len(self.methods)

    @property
    def only_reads(self) -> bool:
        """Whether none of them changes or publishes anything."""
        return all(method.partition(".")[2].startswith(_READS) for method in self.methods)


def count_calls(candidate: Candidate, workload: Workload, control: Control) -> dict[str, Calls]:
    """The calls of one process for one event of each kind."""
    registered = workload.model()
    bodies = {
        IGNORED: workload.query(),
        SKIPPED_BY_NAME: workload.model(OTHER_DATASET),
        SKIPPED_BY_LABELS: workload.model(UNLABELLED),
        REGISTERED: registered,
        REDELIVERED: registered,
    }
    counted = {}
    with function(candidate.main, candidate.settings) as (address, _):
        for kind, body in bodies.items():
            before = len(control.calls())
            deliver(address, body)
            seen = control.calls()[before:]
            counted[kind] = Calls(tuple(short_method(call["method"]) for call in seen))
    return counted


def count_versions(control: Control) -> int:
    """How many versions have got their alias, which each registration here sets once."""
    return sum(call["method"].endswith(".MergeVersionAliases") for call in control.calls())


def short_method(method: str) -> str:
    """`bigquery.GetModel` of `google.cloud.bigquery.v2.ModelService.GetModel`."""
    parts = method.split(".")
    service = next(part for part in parts if part not in ("google", "cloud"))
    return f"{service}.{parts[-1]}"
