"""`python -m tests.faults`: the whole table. With `FLOW` or `FLOW:CALL:FAULT`: that one, with its log."""

from __future__ import annotations

import sys

from tests.faults.cases import cases
from tests.faults.every_flow import FLOWS, LARGE
from tests.faults.flow import Flow
from tests.faults.harness import Harness, announced
from tests.faults.records import Result
from tests.faults.report import HEADER, failures, lines
from tests.faults.world import serving


def main(wanted: str) -> int:
    """Print; the status is 1 if something did not converge, or nothing was run."""
    name, _, case = wanted.partition(":")
    results: list[Result] = []
    with serving() as world:
        harness = Harness(world)
        _tell(HEADER)
        for flow in (*FLOWS, *LARGE):
            if name in ("", flow.name):
                results += _run(harness, flow, wanted if case else "")
    if not results:
        _tell(
            f"{wanted!r} is none of {', '.join(flow.name for flow in (*FLOWS, *LARGE))}, nor a fault of one"
        )
        return 1
    failed = [result for result in results if result.differences]
    _tell(failures(failed, most=40))
    return int(bool(failed))


def _run(harness: Harness, flow: Flow, only: str) -> list[Result]:
    rounds = harness.undisturbed(flow)
    wanted = [case for case in cases(flow, rounds, all_kinds=True) if only in ("", case.name)]
    results = [result for result in map(harness.run, wanted) if result]
    _tell("\n".join(lines(flow.name, results)))
    if only:
        for result in results:
            _tell("\n".join(result.log))
    else:
        told = ", ".join(f"{count} {kind}" for kind, count in announced(rounds).items())
        _tell(f"{flow.name}: {len(results)} runs; announced once undisturbed: {told}")
    return results


def _tell(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
