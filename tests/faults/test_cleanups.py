from __future__ import annotations

import pytest

from tests.faults.checks import Record, check
from tests.faults.cleanup_flows import CLEANUPS
from tests.faults.flow import Flow
from tests.faults.harness import Harness


@pytest.mark.parametrize("flow", CLEANUPS, ids=lambda flow: flow.name)
def test_every_fault_at_every_call_ends_as_the_undisturbed_run(
    flow: Flow, harness: Harness, record_property: Record
) -> None:
    check(harness, flow, record_property)
