from __future__ import annotations

import pytest

from tests.faults.checks import Record, check
from tests.faults.flow import Flow
from tests.faults.harness import Harness
from tests.faults.sweep_flows import SWEEPS


@pytest.mark.parametrize("flow", SWEEPS, ids=lambda flow: flow.name)
def test_every_fault_at_every_call_ends_as_the_undisturbed_run(
    flow: Flow, harness: Harness, record_property: Record
) -> None:
    check(harness, flow, record_property)
