"""What the tests of all flows assert."""

from __future__ import annotations

from collections.abc import Callable

from tests.faults.cases import cases
from tests.faults.flow import Flow
from tests.faults.harness import Harness, announced
from tests.faults.report import counts, failures

Record = Callable[[str, object], None]


def check(harness: Harness, flow: Flow, record: Record, *, all_kinds: bool = False) -> None:
    """Undisturbed the flow announces what it should; with every fault it ends in the same way.

    `record` is pytest's record_property: what is recorded is shown when all tests are done.
    """
    rounds = harness.undisturbed(flow)
    unwanted = [round_.played.end[key] for round_ in rounds for key in ("dead_letters", "given_up")]
    found = announced(rounds)
    assert found == flow.announces, f"undisturbed, {flow.name} announces {found}"
    assert not any(unwanted), unwanted

    wanted = cases(flow, rounds, all_kinds=all_kinds)
    results = [result for result in map(harness.run, wanted) if result]
    for row in counts(flow.name, results):
        record("faults", row)

    assert results
    assert not [result for result in results if result.differences], failures(results)
