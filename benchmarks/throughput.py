"""Events a second of one instance, served as deployed: ignored ones, and registered ones.

Ignored: beside a bare hello under the same load. Registered: beside what the APIs' latency allows,
were nothing else to cost any time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat

from benchmarks.api_calls import count_versions
from benchmarks.candidates import HELLO, IDEAL, OURS, Candidate
from benchmarks.load import drive
from benchmarks.process_tree import cpu_seconds, listener
from benchmarks.workload import Workload
from local.cloud.control import Control
from local.cloud.servers import CONCURRENCY, Addresses, function

LATENCY = 0.2
_IGNORED_EVENTS = 2000
_REGISTERED_EVENTS = 3 * CONCURRENCY
# A batch takes seconds, and most of it is waiting, which does not vary.
_REGISTERED_ROUNDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Events a second, and the CPU time of one event in ms: the function's, the local cloud's."""

    per_second: float
    function_cpu: float = 0.0
    cloud_cpu: float = 0.0


@dataclass(slots=True)
class Rates:
    """One list per candidate, and one for the ideal; a round's rate at the round's place."""

    ignored: dict[str, list[Rate]] = field(default_factory=dict)
    registered: dict[str, list[Rate]] = field(default_factory=dict)


class _Instance:
    """A running function under load, and the local cloud that it calls."""

    def __init__(self, address: str, pid: int, cloud: int) -> None:
        self._address = address
        self._pid = pid
        self._cloud = cloud

    def rate(self, bodies: Sequence[bytes]) -> Rate:
        """Deliver each, as many at a time as the deployment lets in."""
        function_before, cloud_before = cpu_seconds(self._pid), cpu_seconds(self._cloud)
        seconds = drive(self._address, bodies, CONCURRENCY)
        each = 1000 / len(bodies)
        return Rate(
            per_second=len(bodies) / seconds,
            function_cpu=(cpu_seconds(self._pid) - function_before) * each,
            cloud_cpu=(cpu_seconds(self._cloud) - cloud_before) * each,
        )


def measure_rates(
    compared: Mapping[str, Candidate],
    workload: Workload,
    control: Control,
    addresses: Addresses,
    runs: int,
) -> Rates:
    """Both kinds, on one process of hello and one of ours that take turns."""
    ignored = list(repeat(workload.query(), _IGNORED_EVENTS))
    rounds = min(runs, _REGISTERED_ROUNDS)
    warming = workload.models(CONCURRENCY)
    batches = [workload.models(_REGISTERED_EVENTS) for _ in range(rounds)]
    hello, ours, cloud = compared[HELLO], compared[OURS], listener(addresses.control)
    rates = Rates()
    with (
        function(hello.main, hello.settings) as (hello_address, hello_process),
        function(ours.main, ours.settings) as (our_address, our_process),
    ):
        instances = {
            OURS: _Instance(our_address, our_process.pid, cloud),
            HELLO: _Instance(hello_address, hello_process.pid, cloud),
        }
        _measure_ignored(rates, instances, ignored, runs)
        control.settings(latency=LATENCY)
        instances[OURS].rate(warming)  # loads the clients
        for batch in batches:
            _measure_registered(rates, instances[OURS], batch, control)
        control.settings(latency=0.0)
    return rates


def _measure_ignored(
    rates: Rates, instances: Mapping[str, _Instance], bodies: Sequence[bytes], runs: int
) -> None:
    for number in range(runs + 1):
        for name, instance in instances.items():
            rate = instance.rate(bodies)
            if number:  # the first round starts the threads
                rates.ignored.setdefault(name, []).append(rate)


def _measure_registered(
    rates: Rates, instance: _Instance, bodies: Sequence[bytes], control: Control
) -> None:
    calls, versions = len(control.calls()), count_versions(control)
    rate = instance.rate(bodies)
    if count_versions(control) - versions != len(bodies):
        raise RuntimeError("a function answered 200 and did not register")
    each = (len(control.calls()) - calls) / len(bodies)
    rates.registered.setdefault(OURS, []).append(rate)
    rates.registered.setdefault(IDEAL, []).append(Rate(per_second=ideal_rate(each)))


def ideal_rate(calls: float) -> float:
    """Registrations a second if nothing took time but the calls of each, one after the other."""
    return CONCURRENCY / (calls * LATENCY)
