"""A model on 20 endpoints, each of which takes its time: undeployed at the time of one, not of all.

Real: all of it, the function behind its push subscription. The figures are shown at the end of the
run; only that the endpoints do not wait for each other is asserted, generously.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from benchmarks.deployments import (
    DATASET,
    MODEL,
    NEIGHBOUR,
    UNDEPLOYMENT,
    deploy,
    model_is_there,
    request_deletion,
)
from local.cloud.rollout import Rollout, rollout
from local.people.observation import come_to_rest, dead_letters
from local.people.registry import Registry
from local.people.subscriber import Subscriber

ENDPOINTS = 20
SUM = ENDPOINTS * UNDEPLOYMENT
SECONDS_TO_REST = 60


@pytest.fixture(scope="module")
def processes() -> Iterator[Rollout]:
    with rollout(functions=("cleanup_endpoints",)) as running:
        yield running


@pytest.mark.long
def test_twenty_endpoints_are_cleaned_up_in_the_time_of_one(
    product: Rollout, record_property: Callable[[str, object], None]
) -> None:
    deploy(product.control, ENDPOINTS)
    with Subscriber() as subscriber:
        began = time.monotonic()
        request_deletion()
        seconds = wait_for_the_end(subscriber) - began
        come_to_rest(product, subscriber, time.monotonic() + SECONDS_TO_REST)
    record_property("figures", figures(seconds))

    left = product.control.state()["vertex"]["endpoints"]
    assert len(left) == ENDPOINTS
    assert splits(left) == {"endpoint-0": {f"{NEIGHBOUR}-0": 100}}
    assert [deployed["id"] for item in left for deployed in item["deployed_models"]] == [
        f"{NEIGHBOUR}-0"
    ]
    assert not model_is_there()
    names = {version.name for version in Registry(product.addresses.vertex_grpc).versions()}
    assert names == {f"{NEIGHBOUR}@1"}
    assert told(subscriber) == {
        "deletion.v1.requested": 1,
        "deployment.v1.undeployplanned": ENDPOINTS,
        "deployment.v1.undeployed": ENDPOINTS,
        "deletion.v1.completed": 1,
    }
    assert dead_letters(product.control) == 0
    assert seconds < SUM / 4


def wait_for_the_end(subscriber: Subscriber) -> float:
    """When the end is told; what is missing after the time of all of them the asserts will tell."""
    deadline = time.monotonic() + SUM
    while "deletion.v1.completed" not in told(subscriber) and time.monotonic() < deadline:
        subscriber.wait_for_arrival(0.2)
    return time.monotonic()


def told(subscriber: Subscriber) -> Counter[str]:
    """How many changes of each type were told about the model, however often."""
    about = f"{DATASET}.{MODEL}"
    changes = {
        (event.told.type, event.id) for event in subscriber.events if event.told.model == about
    }
    return Counter(kind for kind, _ in changes)


def splits(endpoints: list[dict[str, object]]) -> dict[object, object]:
    """Who serves what by now, of the endpoints that serve anything."""
    return {
        item["endpoint_id"]: item["traffic_split"] for item in endpoints if item["traffic_split"]
    }


def figures(seconds: float) -> str:
    return (
        f"{ENDPOINTS} endpoints in {seconds:.1f} s: {seconds / UNDEPLOYMENT:.1f} x one undeployment "
        f"of {UNDEPLOYMENT:.0f} s; their sum would be {SUM:.0f} s"
    )
