"""From measured starts and counted calls to the rows of the table, with the bars beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from benchmarks.api_calls import (
    IGNORED,
    REDELIVERED,
    REGISTERED,
    SKIPPED_BY_LABELS,
    SKIPPED_BY_NAME,
    Calls,
)
from benchmarks.candidates import HELLO, NAIVE, OURS
from benchmarks.starts import Start

# What the benchmark's policy reads besides the model: the creating job and the dataset.
_FURTHER_SOURCES = 2
_MOST_MEGABYTES = 205
_MOST_CALLS = 10


@dataclass(slots=True)
class Samples:
    """One list per candidate and kind of first event, a round's start at the round's place."""

    ignored: dict[str, list[Start]] = field(default_factory=dict)
    registered: dict[str, list[Start]] = field(default_factory=dict)
    calls: dict[str, dict[str, Calls]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the table: a value per candidate, ours against another's, the bar and whether it is met."""

    title: str
    values: Mapping[str, float]
    bar: str
    is_met: bool | None
    ratios: Mapping[str, float] = field(default_factory=dict)


def rows(samples: Samples) -> list[Row]:
    """All rows."""
    return [*_times(samples), *_memory(samples), *_calls(samples)]


def measured(
    title: str, starts: Mapping[str, Sequence[Start]], value: Callable[[Start], float]
) -> Row:
    """A row without a bar: medians, and the medians of each round's own ratio of ours to others."""
    ours = starts[OURS]
    ratios = {
        name: median(value(mine) / value(its) for mine, its in zip(ours, others, strict=True))
        for name, others in starts.items()
        if name != OURS
    }
    values = {name: median(map(value, given)) for name, given in starts.items()}
    return Row(title=title, values=values, ratios=ratios, bar="", is_met=None)


def with_bar(row: Row, most: float, against: str) -> Row:
    """The row with a bar on its ratio."""
    return Row(
        title=row.title,
        values=row.values,
        ratios=row.ratios,
        bar=f"at most {most} x {against}",
        is_met=row.ratios[against] <= most,
    )


def _times(samples: Samples) -> list[Row]:
    def ready(start: Start) -> float:
        return start.ready * 1000

    def answered(start: Start) -> float:
        return start.answered * 1000

    ignored, registered = samples.ignored, samples.registered
    return [
        with_bar(measured("start to ready, ms", ignored, ready), 1.5, HELLO),
        with_bar(measured("start to first ignored event, ms", ignored, answered), 1.3, HELLO),
        with_bar(
            measured("start to first registered event, ms", registered, answered), 0.75, NAIVE
        ),
    ]


def _memory(samples: Samples) -> list[Row]:
    after = measured("PSS after registering, MB", samples.registered, lambda start: start.pss)
    return [
        Row(
            title=after.title,
            values=after.values,
            ratios=after.ratios,
            bar=f"at most {_MOST_MEGABYTES} MB",
            is_met=after.values[OURS] <= _MOST_MEGABYTES,
        ),
        measured("- alone on its machine, MB", samples.registered, lambda start: start.pss_alone),
        with_bar(
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
