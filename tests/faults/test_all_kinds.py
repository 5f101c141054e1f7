from __future__ import annotations

import pytest

from tests.faults.checks import check
from tests.faults.flows import FLOWS, Flow
from tests.faults.harness import Harness


@pytest.mark.long
@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name)
def test_every_kind_of_fault_at_every_call_ends_as_the_undisturbed_run(
    flow: Flow, harness: Harness
) -> None:
    check(harness, flow, all_kinds=True)
