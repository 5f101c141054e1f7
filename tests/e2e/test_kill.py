"""The function's process is killed in the middle, again and again: nothing is lost or told twice.

SIGKILL to the worker that serves; gunicorn starts another, as Cloud Run would an instance. When is
drawn by lot among the calls of a registration; the seed is printed, and `FAULT_SEED` repeats it.
"""

from __future__ import annotations

import os
import random
import time

import psutil
import pytest

from bqml_registrar.names import ModelName
from local.cloud.rollout import Rollout
from local.cloud.topics import DEAD_LETTER_TOPIC, EVENTS_TOPIC, PROJECT
from local.people.registry import Registry
from tests.analyst import create_dataset, train
from tests.e2e.churn import LABELS
from tests.e2e.traces import calls_of_the_function, drained, ids_by_change

CHANGES = ("alias.v1.assigned", "model.v1.registered")
ROUNDS = 30
CALLS = 30  # of all deliveries about one model, about
LATENCY = 0.02
PATIENCE = 30.0
BACKOFFS = 40


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_process_killed_at_any_call_loses_no_change_and_announces_none_twice(
    product: Rollout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in product.addresses.env.items():
        monkeypatch.setenv(name, value)
    seed = os.environ.get("FAULT_SEED", str(random.randrange(10**6)))
    lot, names = random.Random(seed), [f"churn_{number}" for number in range(ROUNDS)]
    create_dataset("prod_sales")
    product.control.settings(latency=LATENCY)

    killed = [kill_amid_a_registration(product, name, lot.randrange(CALLS)) for name in names]
    let_backoffs_pass(product)

    with capsys.disabled():
        print(f"\nFAULT_SEED={seed}: {ROUNDS} models, {sum(killed)} killed amid calls")  # noqa: T201
    versions = Registry(product.addresses.vertex_grpc).versions()
    assert {version.name: version.aliases for version in versions} == {
        f"prod_sales-{name}@1": ("default", "prod") for name in names
    }
    assert all(version.labels == {"team": "growth"} for version in versions)
    assert ids_by_change(drained(EVENTS_TOPIC)) == {
        (kind, name): 1 for kind in CHANGES for name in names
    }
    assert list(drained(DEAD_LETTER_TOPIC)) == []


def kill_amid_a_registration(product: Rollout, model: str, calls: int) -> bool:
    """Kill the worker when so many calls were made for the model, or none is made any more."""
    before = calls_of_the_function(product)
    train(ModelName(project=PROJECT, dataset="prod_sales", model=model), labels=LABELS)
    deadline = time.monotonic() + PATIENCE
    while (made := calls_of_the_function(product) - before) < calls and is_busy(product):
        assert time.monotonic() < deadline, f"{made} of {calls} calls in {PATIENCE} s"
    busy = is_busy(product)
    for worker in psutil.Process(product.process.pid).children():
        worker.kill()
    return busy


def is_busy(product: Rollout) -> bool:
    try:
        product.control.wait_idle(0)
    except RuntimeError:
        return True
    return False


def let_backoffs_pass(product: Rollout) -> None:
    for _ in range(BACKOFFS):
        try:
            product.control.wait_idle(1.0)
        except RuntimeError:
            product.control.advance(700)  # past ack deadlines and backoffs
        else:
            return
    raise AssertionError(f"not idle after {BACKOFFS} backoffs")
