"""What takes effect later: done when the registry is next asked after its time.

Nothing runs by itself, so a clock that is advanced shows its effect in the very next call.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(order=True)
class _Change:
    time: float
    order: int
    label: str = field(compare=False)
    effect: Callable[[float], None] = field(compare=False)


class Due:
    """Changes to come, in the order of their times."""

    def __init__(self) -> None:
        self._changes: list[_Change] = []
        self._order = itertools.count()

    def add(self, time: float, label: str, effect: Callable[[float], None]) -> None:
        """Have `effect` happen at a time; it is told that time."""
        heapq.heappush(self._changes, _Change(time, next(self._order), label, effect))

    def settle(self, now: float) -> None:
        """Make everything happen whose time has come."""
        while self._changes and self._changes[0].time <= now:
            change = heapq.heappop(self._changes)
            change.effect(change.time)

    def labels(self) -> list[str]:
        """What is still to come."""
        return sorted(change.label for change in self._changes)

    def clear(self) -> None:
        """Forget all."""
        self._changes.clear()
