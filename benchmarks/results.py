"""From what was measured and counted to the rows of the tables, with the bars beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from typing import TypeVar

from benchmarks.api_calls import (
    IGNORED,
    REDELIVERED,
    REGISTERED,
    SKIPPED_BY_LABELS,
    SKIPPED_BY_NAME,
    Calls,
)
from benchmarks.candidates import CLEANUP, HELLO, IDEAL, NAIVE, OURS, RECONCILE
from benchmarks.starts import Start
from benchmarks.throughput import Rate, Rates

T = TypeVar("T")

# What the benchmark's policy reads besides the model: the creating job and the dataset.
_FURTHER_SOURCES = 2
_READY, _IGNORED = 1.5, 1.3
_MOST_MEGABYTES = 155
_MOST_CALLS = 12
_LEAST_RATE = 0.8


@dataclass(slots=True)
class Samples:
    """One list per candidate and kind of first event, a round's start at the round's place.

    `further`: the other functions of ours; `reconcile`, to which no event is to be ignored, got none.
    """

    ignored: dict[str, list[Start]] = field(default_factory=dict)
    registered: dict[str, list[Start]] = field(default_factory=dict)
    further: dict[str, list[Start]] = field(default_factory=dict)
    calls: dict[str, dict[str, Calls]] = field(default_factory=dict)
    rates: Rates = field(default_factory=Rates)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of a table: a value per candidate, ours against another's, the bar and whether it is met."""

    title: str
    values: Mapping[str, float]
    bar: str
    is_met: bool | None
    ratios: Mapping[str, float] = field(default_factory=dict)
    digits: int = 0


def rows(samples: Samples) -> list[Row]:
    """All of one event: times, memory, calls."""
    return [*_times(samples), *_memory(samples), *_calls(samples)]


def rate_rows(rates: Rates) -> list[Row]:
    """All of many events at a time."""
    ignored = measured("ignored events a second", rates.ignored, _per_second)
    registered = measured("registered events a second", rates.registered, _per_second)
    ours = {OURS: rates.registered[OURS]}
    function_cpu, cloud_cpu = (
        "- the function's CPU, ms an event",
        "- the local cloud's CPU, ms an event",
    )
    return [
        at_least(ignored, _LEAST_RATE, HELLO),
        replace(measured(function_cpu, rates.ignored, lambda rate: rate.function_cpu), digits=2),
        replace(at_least(registered, _LEAST_RATE, IDEAL), digits=1),
        replace(measured(function_cpu, ours, lambda rate: rate.function_cpu), digits=1),
        replace(measured(cloud_cpu, ours, lambda rate: rate.cloud_cpu), digits=1),
    ]


def _per_second(rate: Rate) -> float:
    return rate.per_second


def measured(title: str, samples: Mapping[str, Sequence[T]], value: Callable[[T], float]) -> Row:
    """A row without a bar: medians, and the medians of each round's own ratio of ours to others."""
    ours = samples[OURS]
    ratios = {
        name: median(value(mine) / value(its) for mine, its in zip(ours, others, strict=True))
        for name, others in samples.items()
        if name != OURS
    }
    values = {name: median(map(value, given)) for name, given in samples.items()}
    return Row(title=title, values=values, ratios=ratios, bar="", is_met=None)


def at_most(row: Row, most: float, against: str) -> Row:
    """The row with a bar that its ratio must not pass."""
    is_met = row.ratios[against] <= most
    return replace(row, bar=f"at most {most:g} x {against}", is_met=is_met)


def at_least(row: Row, least: float, against: str) -> Row:
    """The row with a bar that its ratio must reach."""
    is_met = row.ratios[against] >= least
    return replace(row, bar=f"at least {least:g} x {against}", is_met=is_met)


def _times(samples: Samples) -> list[Row]:
    def ready(start: Start) -> float:
        return start.ready * 1000

    def answered(start: Start) -> float:
        return start.answered * 1000

    def further(name: str, value: Callable[[Start], float], most: float) -> Row:
        starts = {OURS: samples.further[name], HELLO: samples.ignored[HELLO]}
        return at_most(measured(f"- of {name}", starts, value), most, HELLO)

    ignored, registered = samples.ignored, samples.registered
    return [
        at_most(measured("start to ready, ms", ignored, ready), _READY, HELLO),
        further(CLEANUP, ready, _READY),
        further(RECONCILE, ready, _READY),
        at_most(measured("start to first ignored event, ms", ignored, answered), _IGNORED, HELLO),
        further(CLEANUP, answered, _IGNORED),
        at_most(measured("start to first registered event, ms", registered, answered), 0.75, NAIVE),
    ]


def _memory(samples: Samples) -> list[Row]:
    after = measured("PSS after registering, MB", samples.registered, lambda start: start.pss)
    return [
        replace(
            after,
            bar=f"at most {_MOST_MEGABYTES} MB",
            is_met=after.values[OURS] <= _MOST_MEGABYTES,
        ),
        measured("- alone on its machine, MB", samples.registered, lambda start: start.pss_alone),
        at_most(
            measured("PSS after only ignoring, MB", samples.ignored, lambda start: start.pss),
            1.5,
            HELLO,
        ),
        measured("- alone on its machine, MB", samples.ignored, lambda start: start.pss_alone),
    ]


def _calls(samples: Samples) -> list[Row]:
    sources = f"+ {_FURTHER_SOURCES} sources"
    redelivered = samples.calls[OURS][REDELIVERED]
    return [
        _counted(samples, IGNORED, "0", 0),
        _counted(samples, SKIPPED_BY_NAME, "0", 0),
        _counted(samples, SKIPPED_BY_LABELS, f"1 {sources}", 1 + _FURTHER_SOURCES),
        _counted(
            samples, REGISTERED, f"at most {_MOST_CALLS} {sources}", _MOST_CALLS + _FURTHER_SOURCES
        ),
        _counted(
            samples, REDELIVERED, "reads only", redelivered.count if redelivered.only_reads else -1
        ),
    ]


def _counted(samples: Samples, kind: str, bar: str, most: int) -> Row:
    values = {name: calls[kind].count for name, calls in samples.calls.items()}
    return Row(title=f"API calls, {kind}", values=values, bar=bar, is_met=values[OURS] <= most)
