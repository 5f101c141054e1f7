from __future__ import annotations

import pytest

from tests.faults.checks import Record, check
from tests.faults.every_flow import FLOWS, LARGE
from tests.faults.flow import Flow
from tests.faults.harness import Harness


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name)
def test_every_kind_of_fault_at_every_call_ends_as_the_undisturbed_run(
    flow: Flow, harness: Harness, record_property: Record
) -> None:
    check(harness, flow, record_property, all_kinds=True)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("flow", LARGE, ids=lambda flow: flow.name)
def test_a_sample_of_faults_in_a_large_flow_ends_as_the_undisturbed_run(
    flow: Flow, harness: Harness, record_property: Record
) -> None:
    check(harness, flow, record_property)
