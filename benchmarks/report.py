"""The printed report: the tables, how they were measured, and where."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Sequence
from importlib.metadata import version

from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks import throughput
from benchmarks.api_calls import REGISTERED
from benchmarks.candidates import HELLO, IDEAL, NAIVE, OURS
from benchmarks.results import Row, Samples, rate_rows, rows
from local.processes import CONCURRENCY, SERVING

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
CPU: of the whole process tree. The local cloud runs on the same cores as the function."""


def print_report(samples: Samples, runs: int, latency: float) -> None:
    """Everything, to stdout."""
    terminal = sys.stdout.isatty()
    console = Console(width=None if terminal else _PLAIN_WIDTH, highlight=False)
    console.print(table(rows(samples), (HELLO, NAIVE), plain=not terminal))
    print()
    console.print(table(rate_rows(samples.rates), (HELLO, IDEAL), plain=not terminal))
    print()
    print(_method(runs, latency))
    print()
    for name, calls in samples.calls.items():
        print(f"calls of a registration, {name}: {', '.join(calls[REGISTERED].methods)}")
    print()


def _method(runs: int, latency: float) -> str:
    serving = ", ".join(f"{name}={value}" for name, value in SERVING.items())
    return _METHOD.format(
        runs=runs,
        latency=latency * 1000,
        serving=serving,
        concurrency=CONCURRENCY,
        rate_latency=throughput.LATENCY * 1000,
    )


def table(lines: Sequence[Row], others: Sequence[str], *, plain: bool) -> Table:
    """The rows, ours beside the others, with bars; in plain text a page of Markdown can show it."""
    drawn = Table(box=box.MARKDOWN if plain else box.SIMPLE_HEAD)
    drawn.add_column("")
    for name in (OURS, *others, *(f"ours / {other}" for other in others)):
        drawn.add_column(name, justify="right")
    drawn.add_column("bar")
    drawn.add_column("met")
    for row in lines:
        drawn.add_row(
            row.title,
            *(_number(row.values.get(name), row.digits) for name in (OURS, *others)),
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
