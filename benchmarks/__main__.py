"""`python -m benchmarks` (make bench): prints the benchmark tables."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.progress import track

from benchmarks.api_calls import count_calls, count_versions
from benchmarks.candidates import (
    CLEANUP,
    HELLO,
    NAIVE,
    OURS,
    RECONCILE,
    Candidate,
    candidates,
)
from benchmarks.report import environment, print_report
from benchmarks.results import Samples
from benchmarks.scale import measure_scale
from benchmarks.starts import Start, start
from benchmarks.throughput import measure_rates
from benchmarks.workload import Workload
from local.cloud.control import Control
from local.cloud.process import StartError
from local.cloud.servers import emulator

_LATENCY = 0.05


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--runs", type=int, default=7, help="rounds that are counted (default: 7)")
    return parser.parse_args()


def main() -> int:
    """Measure and print; 1 if something did not run, whatever the numbers say."""
    runs = max(1, _options().runs)
    load = os.getloadavg()[0]
    try:
        samples, scale = _measure(runs), measure_scale(runs)
    except (StartError, RuntimeError, OSError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    print_report(samples, scale, runs, _LATENCY)
    print(environment(load))
    return 0


def _measure(runs: int) -> Samples:
    with emulator() as addresses, TemporaryDirectory() as folder:
        os.environ.update(addresses.env)  # the official clients read the addresses there
        control = Control(addresses.control)
        workload = Workload(control)
        workload.prepare()
        compared = candidates(Path(folder), addresses)
        samples = Samples()
        for name in (OURS, NAIVE):
            samples.calls[name] = count_calls(compared[name], workload, control)
        console = Console(stderr=True)
        rounds = range(runs + 1)
        for number in track(rounds, "rounds", console=console, disable=not console.is_terminal):
            starts = _round(compared, workload, control)
            if number:  # the first one warms the file caches
                _add(samples, starts)
        samples.rates = measure_rates(compared, workload, control, addresses, runs)
    return samples


def _round(
    compared: dict[str, Candidate], workload: Workload, control: Control
) -> tuple[dict[str, Start], ...]:
    """The starts of one round: with an event to ignore, with one that registers, of other functions."""
    query, models = workload.query(), {name: workload.model() for name in (OURS, NAIVE)}
    before = count_versions(control)
    with _slow(control):
        ignored = {name: start(compared[name], query) for name in (HELLO, OURS, NAIVE)}
        registered = {name: start(compared[name], body) for name, body in models.items()}
        further = {
            CLEANUP: start(compared[CLEANUP], query),
            RECONCILE: start(compared[RECONCILE], None),
        }
    if count_versions(control) - before != len(models):
        raise RuntimeError("a function answered 200 and did not register")
    return ignored, registered, further


@contextmanager
def _slow(control: Control) -> Iterator[None]:
    """Every API call takes its time."""
    control.settings(latency=_LATENCY)
    try:
        yield
    finally:
        control.settings(latency=0.0)


def _add(samples: Samples, starts: tuple[dict[str, Start], ...]) -> None:
    kinds = (samples.ignored, samples.registered, samples.further)
    for kept, of_kind in zip(kinds, starts, strict=True):
        for name, one in of_kind.items():
            kept.setdefault(name, []).append(one)


if __name__ == "__main__":
    sys.exit(main())
