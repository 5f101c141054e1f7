"""What the tests of all flows assert."""

from __future__ import annotations

from tests.faults.flows import Flow
from tests.faults.harness import Harness, announced
from tests.faults.report import HEADER, failures, rows


def check(harness: Harness, flow: Flow, *, all_kinds: bool = False) -> None:
    """Undisturbed the flow announces what it should; with every fault it ends in the same way."""
    rounds = harness.undisturbed(flow)
    unwanted = [round_.played.end[key] for round_ in rounds for key in ("dead_letters", "given_up")]
    found = announced(rounds)
    assert found == flow.announces, f"undisturbed, {flow.name} announces {found}"
    assert not any(unwanted), unwanted

    cases = harness.cases(flow, rounds, all_kinds=all_kinds)
    results = [result for result in map(harness.run, cases) if result]
    print("\n".join([HEADER, *rows(flow.name, results)]))  # noqa: T201

    assert results
    assert not [result for result in results if result.differences], failures(results)
