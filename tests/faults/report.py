"""The table flow x fault, and the smallest reproduction of what did not converge."""

from __future__ import annotations

from collections.abc import Iterable

from tests.faults.kinds import KINDS
from tests.faults.records import Result
from tests.faults.table import Row

HEADER = f"{'flow':<32}{'fault':<16}{'runs':>6}{'converged':>11}{'redeliveries':>14}"


def counts(flow: str, results: Iterable[Result]) -> list[Row]:
    """For each kind of fault how many runs, how many of them converged, how many redeliveries."""
    found = list(results)
    rows: list[Row] = []
    for order, kind in enumerate(KINDS):
        of_kind = [result for result in found if result.kind == kind.name]
        if of_kind:
            converged = sum(not result.differences for result in of_kind)
            redeliveries = sum(result.redeliveries for result in of_kind)
            rows.append((flow, order, kind.name, len(of_kind), converged, redeliveries))
    return rows


def lines(flow: str, results: Iterable[Result]) -> list[str]:
    """The same, to read while the runs go on."""
    return [
        f"{flow:<32}{kind:<16}{runs:>6}{converged:>11}{redeliveries:>14}"
        for _, _, kind, runs, converged, redeliveries in counts(flow, results)
    ]


def failures(results: Iterable[Result], most: int = 8) -> str:
    """What did not converge, a command and the differences each; the first ones."""
    failed = [result for result in results if result.differences]
    shown = [
        f"python -m tests.faults {result.name}    # {result.method.rpartition('.')[2]}\n"
        + "\n".join(f"    {line}" for line in result.differences[:6])
        for result in failed[:most]
    ]
    more = [f"and {len(failed) - most} more"] if len(failed) > most else []
    return "\n".join([*shown, *more])
