"""The whole product as real processes: local cloud, sink, push subscription, function.

Real: all of it, with duplicates on (the local cloud's default). Faked: Google. Observed: what a
subscriber gets, what the registry holds (official clients), the function's log lines, API calls.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.rollout import Rollout, connect, rollout


@pytest.fixture(scope="session")
def processes() -> Iterator[Rollout]:
    with rollout() as running:
        yield running


@pytest.fixture
def product(processes: Rollout) -> Rollout:
    """The running product on a local cloud that knows nothing yet but topics, sink and push."""
    processes.control.reset()
    connect(processes.control, processes.function_address)
    processes.process.lines.clear()
    return processes
