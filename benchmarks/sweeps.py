"""Sweeps of a dataset by `reconcile`: how long, with how much memory, for how many calls.

Each model is registered and as its rule says. The first sweep has not seen any, looks at each and
remembers that; in those after it, lists and documents settle every model.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.api_calls import short_method
from benchmarks.fleet import multiply
from benchmarks.memory import pss_of_tree
from benchmarks.process_tree import cpu_seconds, listener
from benchmarks.starts import deliver
from benchmarks.workload import REGISTERED, Workload, message_body
from local.cloud.process import Process
from local.cloud.rollout import Rollout, rollout
from local.cloud.topics import PROJECT, RECONCILE_TOPIC

_FUNCTION = "reconcile"
_POLICY = Path(__file__).resolve().parent / "sweep_policy.yaml"
_SWEPT = re.compile(r'^(\{.*"reason":"DATASET_SWEPT".*\})$')
_SECONDS = 600.0
_PAUSE = 0.5
# A sweep that lists and documents settle is short: of so many the middle one counts.
_SETTLED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """One sweep: seconds on the clock and of CPU time, calls by kind.

    PSS in MB: the most of it while it ran, and in the end.
    """

    seconds: float
    function_cpu: float
    cloud_cpu: float
    calls: Mapping[str, int]
    most_memory: float
    pss_after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweeps:
    """Both sweeps of so many models, and the PSS before them, when one model was registered."""

    models: int
    pss_before: float
    looked: Sweep
    settled: Sweep

    @property
    def most_memory(self) -> float:
        """The most PSS of the function while it swept, in MB."""
        return max(self.looked.most_memory, self.settled.most_memory)

    @property
    def pss_after(self) -> float:
        """The PSS after both."""
        return self.settled.pss_after


def measure_sweeps(models: int, latency: float) -> Sweeps:
    """Both, by a fresh process on a fresh local cloud; `latency` is what each API call takes."""
    with rollout(_POLICY, (_FUNCTION,), SWEEP_SETTLE_SECONDS="0") as running:
        workload = Workload(running.control)
        workload.make_datasets()
        workload.train(REGISTERED)
        first = _sweep(running, "models 1, settled 1, missed 1")
        multiply(running.control, models)
        running.control.settings(latency=latency)
        looked = _sweep(running, f"models {models}, in_order {models}")
        settled = [_sweep(running, f"models {models}, unchanged {models}") for _ in range(_SETTLED)]
        return Sweeps(
            models=models,
            pss_before=first.pss_after,
            looked=looked,
            settled=sorted(settled, key=lambda sweep: sweep.seconds)[_SETTLED // 2],
        )


def _sweep(running: Rollout, found: str) -> Sweep:
    """Sweep the dataset; RuntimeError if it does not find what it has to."""
    process, cloud = running.processes[_FUNCTION], listener(running.addresses.control)
    before, cpu, cloud_cpu = _calls(running), cpu_seconds(process.pid), cpu_seconds(cloud)
    with _most_memory(process.pid) as pss:
        began = time.perf_counter()
        detail = _swept(running.function_addresses[_FUNCTION], process)
        seconds = time.perf_counter() - began
        cpu, cloud_cpu = cpu_seconds(process.pid) - cpu, cpu_seconds(cloud) - cloud_cpu
    if detail != found:
        raise RuntimeError(f"the sweep found {detail}, not {found}")
    return Sweep(
        seconds=seconds,
        function_cpu=cpu,
        cloud_cpu=cloud_cpu,
        calls=_calls(running) - before,
        most_memory=max(pss),
        pss_after=pss[-1],
    )


def _swept(address: str, process: Process) -> str:
    """Deliver the message, and wait for the end, which another delivery may tell; what was found."""
    message = {"project": PROJECT, "dataset": REGISTERED}
    deliver(address, message_body(message, RECONCILE_TOPIC))
    return str(json.loads(process.wait_for_line(_SWEPT, _SECONDS))["detail"])


def _calls(running: Rollout) -> Counter[str]:
    return Counter(short_method(call["method"]) for call in running.control.calls())


@contextmanager
def _most_memory(pid: int) -> Iterator[list[float]]:
    """The PSS of the process tree, looked at every half second and in the end."""
    seen: list[float] = []
    is_over = threading.Event()

    def look() -> None:
        while not is_over.wait(_PAUSE):
            seen.append(pss_of_tree(pid))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        is_over.set()
        thread.join()
        seen.append(pss_of_tree(pid))
