"""What grows with its work, measured: clean-ups by their endpoints, sweeps by their models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.cleanups import measure_cleanup
from benchmarks.sweeps import Sweeps, measure_sweeps

# Of each API call, in seconds.
LATENCY = 0.05
_ENDPOINTS = (1, 20)
_FEW, _MANY = 1_000, 10_000
# Most of a clean-up is waiting, which does not vary.
_CLEANUP_ROUNDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Seconds of clean-ups by the number of endpoints, a round's at the round's place; the sweeps."""

    cleanups: Mapping[int, list[float]]
    few: Sweeps
    many: Sweeps


def measure_scale(runs: int) -> Scale:
    """All of it; clean-ups of few and of many endpoints take turns."""
    cleanups: dict[int, list[float]] = {endpoints: [] for endpoints in _ENDPOINTS}
    for _ in range(min(runs, _CLEANUP_ROUNDS)):
        for endpoints, seconds in cleanups.items():
            seconds.append(measure_cleanup(endpoints, LATENCY))
    few, many = (measure_sweeps(models, LATENCY) for models in (_FEW, _MANY))
    return Scale(cleanups=cleanups, few=few, many=many)
