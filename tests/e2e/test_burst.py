"""Many models at once while every API call is slow: nothing is lost, nothing is announced twice.

The figures are shown at the end of the run, never asserted: they are the machine's.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from google.cloud import bigquery

from benchmarks.process_tree import cpu_seconds, listener
from local.cloud.rollout import Rollout
from local.cloud.servers import CONCURRENCY
from local.cloud.topics import DEAD_LETTER_TOPIC, EVENTS_TOPIC, PROJECT
from local.people.observation import come_to_rest
from local.people.registry import Registry
from local.people.subscriber import Subscriber
from tests.analyst import a_client
from tests.e2e.churn import LABELS
from tests.e2e.traces import calls_of_the_function, drained, ids_by_change

pytestmark = pytest.mark.usefixtures("dataset")
CHANGES = ("alias.v1.assigned", "model.v1.registered")
THREADS = 8
LATENCY = 0.2
# Bounds of a wait that fails, about ten times what the calls take.
SECONDS_A_MODEL = 4
SECONDS_TO_REST = 60


@dataclass(frozen=True, kw_only=True)
class Spent:
    """Seconds on the clock, and of CPU time."""

    wall: float
    cloud_cpu: float
    function_cpu: float

    @classmethod
    def by(cls, product: Rollout) -> Spent:
        """Until now."""
        cloud = listener(product.addresses.control)
        return cls(
            wall=time.monotonic(),
            cloud_cpu=cpu_seconds(cloud),
            function_cpu=cpu_seconds(product.process.pid),
        )


@pytest.mark.parametrize(
    "models",
    [
        pytest.param(50, id="50-models", marks=pytest.mark.timeout(400)),
        pytest.param(500, id="500-models", marks=[pytest.mark.long, pytest.mark.timeout(3000)]),
    ],
)
def test_a_burst_of_models_is_registered_and_each_change_announced_once(
    models: int, product: Rollout, record_property: Callable[[str, object], None]
) -> None:
    names = [f"churn_{number}" for number in range(models)]
    before = Spent.by(product)
    product.control.settings(latency=LATENCY)
    train_all(names)
    wait_for_changes(product, len(CHANGES) * models)
    spent, calls = Spent.by(product), calls_of_the_function(product)
    product.control.settings(latency=0.0)
    announced = list(drained(EVENTS_TOPIC))
    record_property("figures", figures(models, before, spent, calls))
    record_property("figures", deliveries(product, announced))

    versions = Registry(product.addresses.vertex_grpc).versions()
    assert {version.name: version.aliases for version in versions} == {
        f"prod_sales-{name}@1": ("default", "prod") for name in names
    }
    assert ids_by_change(announced) == {(kind, name): 1 for kind in CHANGES for name in names}
    assert len(announced) == len(CHANGES) * models
    assert list(drained(DEAD_LETTER_TOPIC)) == []


def train_all(names: list[str]) -> None:
    """CREATE MODEL of each, several at a time."""
    shares = [names[first::THREADS] for first in range(THREADS)]
    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(train_some, share) for share in shares]:
            done.result()


def train_some(names: list[str]) -> None:
    client, config = a_client(), bigquery.QueryJobConfig(labels=LABELS)
    for name in names:
        sql = (
            f"CREATE MODEL `{PROJECT}.prod_sales.{name}` "
            "OPTIONS(model_type='linear_reg', input_label_cols=['y']) AS SELECT 1 AS x, 2 AS y"
        )
        client.query(sql, job_config=config).result(timeout=60)


def wait_for_changes(product: Rollout, count: int) -> None:
    """Until so many are announced and nothing is under way; what is missing the asserts will tell."""
    deadline = time.monotonic() + count * SECONDS_A_MODEL
    with Subscriber() as subscriber:
        while len({event.id for event in subscriber.events}) < count:
            if time.monotonic() > deadline:
                break
            subscriber.wait_for_arrival(1.0)
        come_to_rest(product, subscriber, time.monotonic() + SECONDS_TO_REST)


def lines_of(product: Rollout) -> list[dict[str, Any]]:
    return [json.loads(line) for line in product.process.lines if line.startswith("{")]


def figures(models: int, before: Spent, after: Spent, calls: int) -> str:
    """Time against the ideal: nothing takes time but the function's calls, so many at once."""
    wall, ideal = after.wall - before.wall, calls * LATENCY / CONCURRENCY
    return (
        f"{models} models in {wall:.1f} s, ideal {ideal:.1f} s ({calls / models:.1f} calls a model "
        f"x {LATENCY} s x {models} / {CONCURRENCY}): {ideal / wall:.2f} of it; "
        f"CPU time: local cloud {after.cloud_cpu - before.cloud_cpu:.1f} s, "
        f"function {after.function_cpu - before.function_cpu:.1f} s"
    )


def deliveries(product: Rollout, announced: list[dict[str, Any]]) -> str:
    """How often Pub/Sub delivered, and how often a change was told again under its id."""
    lines = lines_of(product)
    retried = sum(line.get("decision") == "retried" for line in lines)
    changes = len({message["ce-id"] for message in announced})
    return (
        f"{len(lines)} deliveries, {retried} of them retried; {changes} changes in "
        f"{len(announced)} messages"
    )
