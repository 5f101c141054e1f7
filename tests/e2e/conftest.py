"""The whole product as real processes: local cloud, sink, push subscription, function.

Real: all of it, with duplicates on (the local cloud's default). Faked: Google. Observed: what a
subscriber gets, what the registry holds (official clients), the function's log lines, API calls.

A file that needs other settings or another policy has a `processes` of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from local.cloud.connections import connect
from local.cloud.rollout import Rollout, rollout
from local.people.observation import Observation, Observer
from local.people.subscriber import Subscriber
from tests.analyst import create_dataset

SECONDS_TO_REST = 60


@pytest.fixture(scope="session")
def processes() -> Iterator[Rollout]:
    with rollout() as running:
        yield running


@pytest.fixture
def product(processes: Rollout, monkeypatch: pytest.MonkeyPatch) -> Rollout:
    """The running product on a local cloud that knows nothing yet but topics, sink and push."""
    for name, value in processes.addresses.env.items():
        monkeypatch.setenv(name, value)
    processes.control.reset()
    connect(processes.control, **processes.function_addresses)
    for process in processes.processes.values():
        process.lines.clear()
    return processes


@pytest.fixture
def dataset(product: Rollout, monkeypatch: pytest.MonkeyPatch) -> None:
    """The dataset of `churn`."""
    for name, value in product.addresses.env.items():
        monkeypatch.setenv(name, value)
    create_dataset("prod_sales")


@pytest.fixture
def look(product: Rollout) -> Iterator[Callable[[], Observation]]:
    """Waits for rest; then what came of things since the last look."""
    with Subscriber() as subscriber:
        observer = Observer(product, subscriber)
        yield lambda: observer.look((), time.monotonic() + SECONDS_TO_REST)
