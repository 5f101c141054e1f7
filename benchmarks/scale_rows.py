"""The rows of what grows with its work, the least against the most, with the bars beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from statistics import median

from benchmarks.deployments import UNDEPLOYMENT
from benchmarks.results import Row, at_most
from benchmarks.sweeps import Sweep, Sweeps

# Ten times as many models take ten times as long where it is linear; a fifth is for chance.
_LINEAR = 1.2
_FLAT = 1.1
_ONE_AT_A_TIME = 1.5
_GET_MODEL = "bigquery.GetModel"


def endpoints_title(count: int) -> str:
    """A column's title."""
    return f"{count} endpoint{'s' * (count > 1)}"


def models_title(count: int) -> str:
    """A column's title."""
    return f"{count:,} models"


def cleanup_rows(cleanups: Mapping[int, list[float]]) -> list[Row]:
    """Clean-ups by the number of endpoints: their seconds against those of the fewest."""
    few, many = (cleanups[count] for count in sorted(cleanups))
    least = endpoints_title(min(cleanups))
    ratio = median(large / small for large, small in zip(many, few, strict=True))
    values = {endpoints_title(count): median(seconds) for count, seconds in cleanups.items()}
    sums = {endpoints_title(count): count * UNDEPLOYMENT for count in cleanups}
    taken = _plain("request to deletion, s", values, {least: ratio})
    return [
        at_most(taken, _ONE_AT_A_TIME, least),
        _plain("- all undeployments, added up, s", sums, {}),
    ]


def sweep_rows(few: Sweeps, many: Sweeps) -> list[Row]:
    """Sweeps of few models and of many: time and calls of both kinds, and memory."""
    return [
        *_of_kind("settled by the lists", _Pair(few.settled, many.settled, few, many), 0),
        *_of_kind("each looked at", _Pair(few.looked, many.looked, few, many), 1),
        *_memory(few, many),
    ]


class _Pair:
    """A sweep of few models and one of many, and what they were of."""

    def __init__(self, few: Sweep, many: Sweep, of_few: Sweeps, of_many: Sweeps) -> None:
        self._sweeps = ((few, of_few), (many, of_many))
        self.least = models_title(of_few.models)
        self.linear = _LINEAR * of_many.models / of_few.models

    def row(self, title: str, value: Callable[[Sweep], float], digits: int = 1) -> Row:
        """Both values, and how much greater the second is."""
        values = {models_title(sweeps.models): value(sweep) for sweep, sweeps in self._sweeps}
        return _compared(title, values, self.least, digits)

    def each(self, title: str, value: Callable[[Sweep], float]) -> Row:
        """Both values by model."""
        values = {
            models_title(sweeps.models): value(sweep) / sweeps.models
            for sweep, sweeps in self._sweeps
        }
        return _plain(title, values, {}, digits=3)


def _of_kind(title: str, pair: _Pair, most_gets: int) -> list[Row]:
    gets = pair.each("- models.get, a model", lambda sweep: sweep.calls.get(_GET_MODEL, 0))
    cpu = pair.row("- the function's CPU, s", lambda sweep: sweep.function_cpu, digits=2)
    return [
        at_most(pair.row(f"{title}, s", lambda sweep: sweep.seconds), pair.linear, pair.least),
        at_most(cpu, pair.linear, pair.least),
        pair.row("- the local cloud's CPU, s", lambda sweep: sweep.cloud_cpu, digits=2),
        pair.row("- API calls", lambda sweep: sum(sweep.calls.values()), digits=0),
        pair.each("- API calls, a model", lambda sweep: sum(sweep.calls.values())),
        replace(
            gets,
            bar=f"at most {most_gets}" if most_gets else "0",
            is_met=max(gets.values.values()) <= most_gets,
        ),
    ]


def _memory(few: Sweeps, many: Sweeps) -> list[Row]:
    least = models_title(few.models)

    def row(title: str, value: Callable[[Sweeps], float]) -> Row:
        values = {models_title(sweeps.models): value(sweeps) for sweeps in (few, many)}
        return _compared(title, values, least, digits=0)

    most = row("PSS at most meanwhile, MB", lambda sweeps: sweeps.most_memory)
    return [
        row("PSS before, MB", lambda sweeps: sweeps.pss_before),
        at_most(most, _FLAT, least),
        row("PSS after, MB", lambda sweeps: sweeps.pss_after),
    ]


def _compared(title: str, values: Mapping[str, float], least: str, digits: int) -> Row:
    (most,) = [value for name, value in values.items() if name != least]
    return _plain(title, values, {least: most / values[least]}, digits)


def _plain(
    title: str, values: Mapping[str, float], ratios: Mapping[str, float], digits: int = 1
) -> Row:
    return Row(title=title, values=values, ratios=ratios, bar="", is_met=None, digits=digits)
