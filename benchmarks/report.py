"""The printed report: the tables, how they were measured, and where."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import version

from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks import throughput
from benchmarks.api_calls import REGISTERED
from benchmarks.candidates import HELLO, IDEAL, NAIVE, OURS
from benchmarks.deployments import UNDEPLOYMENT
from benchmarks.results import Row, Samples, rate_rows, rows
from benchmarks.scale import LATENCY, Scale
from benchmarks.scale_rows import cleanup_rows, endpoints_title, models_title, sweep_rows
from benchmarks.sweeps import Sweeps
from local.cloud.servers import CONCURRENCY, SERVING

_PACKAGES = (
    "functions-framework",
    "google-cloud-bigquery",
    "google-cloud-aiplatform",
    "google-cloud-pubsub",
    "google-events",
)
_PLAIN_WIDTH = 132
_METHOD = """\
Medians of {runs} rounds after one that is not counted; the functions take turns, each time as a fresh
process of functions-framework, byte-compiled, with warm file caches. Ratios: ours to another's in the
same round, the median of these. Ready: the framework itself answers (a 404 for /robots.txt); no
function runs for it. While starts are measured each API call takes {latency:.0f} ms at the local cloud, and
nothing lags there (registration_latency = version_latency = 0), so that no poll is in the times.
PSS: of the whole process tree, MB of 1,000,000 bytes, right after the event; "alone": pages of files
that the local cloud maps too count in full. The events are audit entries that the local cloud wrote.

Events a second: one process each, served as deployed ({serving}), {concurrency} events at a time on
connections that are kept; while they are registered each API call takes {rate_latency:.0f} ms. Ideal: nothing takes
time but the calls of each registration, as many as the local cloud counted, one after the other.
CPU: of the whole process tree. The local cloud runs on the same cores as the function.

A clean-up, {cleanups} rounds: from the request that a person publishes to the deletion of a model on so many
endpoints, by a function that has not worked before; UndeployModel takes {undeployment:.0f} s, each API call {scale_latency:.0f} ms.
Sweeps: by a function that has registered one model, of which the others are copies; each API
call takes {scale_latency:.0f} ms. First it looks at each and remembers that, once; then lists and documents settle
all, the median of three sweeps."""


def print_report(samples: Samples, scale: Scale, runs: int, latency: float) -> None:
    """Everything, to stdout."""
    terminal = sys.stdout.isatty()
    console = Console(width=None if terminal else _PLAIN_WIDTH, highlight=False)
    console.print(table(rows(samples), (HELLO, NAIVE), plain=not terminal))
    print()
    console.print(table(rate_rows(samples.rates), (HELLO, IDEAL), plain=not terminal))
    print()
    for lines, first, other in _of_scale(scale):
        console.print(table(lines, (other,), first=first, plain=not terminal))
        print()
    print(_method(scale, runs, latency))
    print()
    for line in (*_calls_of_registrations(samples), *_calls_of_sweeps(scale.many)):
        print(line)
    print()


def _calls_of_registrations(samples: Samples) -> Iterator[str]:
    for name, calls in samples.calls.items():
        yield f"calls of a registration, {name}: {', '.join(calls[REGISTERED].methods)}"


def _calls_of_sweeps(sweeps: Sweeps) -> Iterator[str]:
    for sweep, kind in ((sweeps.settled, "settled"), (sweeps.looked, "each looked at")):
        calls = ", ".join(f"{method} {count:,}" for method, count in sorted(sweep.calls.items()))
        yield f"calls of a sweep of {models_title(sweeps.models)}, {kind}: {calls}"


def _of_scale(scale: Scale) -> Iterator[tuple[list[Row], str, str]]:
    """The rows of a table, and the titles of its columns."""
    few, many = sorted(scale.cleanups)
    yield cleanup_rows(scale.cleanups), endpoints_title(many), endpoints_title(few)
    titles = models_title(scale.many.models), models_title(scale.few.models)
    yield sweep_rows(scale.few, scale.many), *titles


def _method(scale: Scale, runs: int, latency: float) -> str:
    serving = ", ".join(f"{name}={value}" for name, value in SERVING.items())
    return _METHOD.format(
        runs=runs,
        latency=latency * 1000,
        serving=serving,
        concurrency=CONCURRENCY,
        rate_latency=throughput.LATENCY * 1000,
        cleanups=len(next(iter(scale.cleanups.values()))),
        undeployment=UNDEPLOYMENT,
        scale_latency=LATENCY * 1000,
    )


def table(lines: Sequence[Row], others: Sequence[str], *, plain: bool, first: str = OURS) -> Table:
    """The rows, ours beside the others, with bars; in plain text a page of Markdown can show it."""
    drawn = Table(box=box.MARKDOWN if plain else box.SIMPLE_HEAD)
    drawn.add_column("")
    for name in (first, *others, *(f"{first} / {other}" for other in others)):
        drawn.add_column(name, justify="right")
    drawn.add_column("bar")
    drawn.add_column("met")
    for row in lines:
        drawn.add_row(
            row.title,
            *(_number(row.values.get(name), row.digits) for name in (first, *others)),
            *(_ratio(row.ratios.get(name)) for name in others),
            row.bar,
            {True: "yes", False: "[bold red]NO[/]", None: ""}[row.is_met],
        )
    return drawn


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:,.{digits}f}"


def _ratio(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def environment(load_before: float) -> str:
    """Python, cores, versions, and how busy the machine was: of what these numbers hold."""
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return (
        f"Python {platform.python_version()}, {os.cpu_count()} cores; {packages}; "
        f"load average {load_before:.1f} before, {os.getloadavg()[0]:.1f} after"
    )
