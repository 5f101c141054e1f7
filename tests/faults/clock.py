"""Time that passes only when somebody lets it: for the local cloud and for the product."""

from __future__ import annotations

import heapq
from datetime import UTC, datetime

from emulator.clock import Clock

BEGINNING = datetime(2026, 3, 1, tzinfo=UTC).timestamp()


class ManualClock(Clock):
    """The local cloud's clock, standing still; what falls due happens in the thread that advances it."""

    def __init__(self) -> None:
        super().__init__()
        self._now = BEGINNING

    def start(self) -> None:
        """Nothing runs by itself."""

    def time(self) -> float:
        return self._now

    def reset(self) -> None:
        super().reset()
        self._now = BEGINNING

    def set(self, now: float) -> None:
        """Another time, with nothing due."""
        self.drain()
        self._now = now

    def advance_to(self, until: float) -> None:
        """Let time pass up to a moment."""
        while task := self._take_due(until):
            task.action()
        self._now = max(self._now, until)

    def advance(self, seconds: float) -> None:
        self.advance_to(self._now + seconds)

    def _take_due(self, until: float) -> object:
        with self._changed:
            if not self._tasks or self._tasks[0].due > until:
                return None
            task = heapq.heappop(self._tasks)
            self._now = max(self._now, task.due)
            return task


class ProductClock:
    """The product's port `Clock` on the local cloud's time: its waits let that pass."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock

    def now(self) -> datetime:
        return self._clock.now()

    def sleep(self, seconds: float) -> None:
        self._clock.advance(seconds)
