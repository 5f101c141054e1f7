"""The table flow x fault that ends a test run: a row for each flow, a column for each fault."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from string import ascii_letters

# Flow, the fault's place among all, the fault, runs, converged, redeliveries: plain values, as they
# pass between processes.
Row = tuple[str, int, str, int, int, int]
TOTALS = ("runs", "converged", "redeliveries")


def table(rows: Iterable[Sequence[object]]) -> list[str]:
    """Its lines: in a cell the runs, or those that converged of them where not all did."""
    found: list[Row] = [tuple(row) for row in rows]  # type: ignore[misc]
    if not found:
        return []
    faults = dict(sorted({(row[1], row[2]) for row in found}))
    letters = dict(zip(faults, ascii_letters, strict=False))
    flows = list(dict.fromkeys(row[0] for row in found))
    head = "".join(f"{letter:>6}" for letter in letters.values())
    return [
        _line("flow", head, TOTALS),
        *(_flow(flow, faults, [row for row in found if row[0] == flow]) for flow in flows),
        _line("all", " " * len(head), _totals(found)),
        "",
        _line("fault", "", TOTALS),
        *(
            _line(f"{letters[order]}  {name}", "", _totals(row for row in found if row[1] == order))
            for order, name in faults.items()
        ),
    ]


def _flow(name: str, faults: Iterable[int], rows: list[Row]) -> str:
    cells = {row[1]: f"{row[4]}/{row[3]}" if row[4] < row[3] else f"{row[3]}" for row in rows}
    return _line(name, "".join(f"{cells.get(order, ''):>6}" for order in faults), _totals(rows))


def _line(name: str, cells: str, totals: Iterable[object]) -> str:
    runs, converged, redeliveries = totals
    return f"{name:<30}{cells}{runs:>8}{converged:>11}{redeliveries:>14}".rstrip()


def _totals(rows: Iterable[Row]) -> tuple[int, ...]:
    return tuple(map(sum, zip(*(row[3:] for row in rows), strict=True)))
