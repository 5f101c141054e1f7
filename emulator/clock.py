"""Time of the local cloud: real time plus a settable offset, and what is due later."""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

log = logging.getLogger(__name__)

Action = Callable[[], None]


@dataclass(order=True)
class _Task:
    due: float
    order: int
    action: Action = field(compare=False)
    label: str = field(compare=False)
    background: bool = field(compare=False)


class Clock:
    """Tells the time and runs actions when they are due; `advance` makes later come sooner.

    Actions run one after another on one thread; an action that would block belongs elsewhere.
    """

    def __init__(self) -> None:
        self._offset = 0.0
        self._tasks: list[_Task] = []
        self._order = itertools.count()
        self._running: _Task | None = None
        self._changed = threading.Condition()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="clock", daemon=True)

    def start(self) -> None:
        """Begin to run what is due."""
        self._thread.start()

    def stop(self) -> None:
        """Run nothing any more."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def drain(self) -> None:
        """Forget what is due, and let what runs at this moment come to its end."""
        with self._changed:
            self._tasks.clear()
            self._changed.wait_for(lambda: self._running is None, timeout=5)

    def reset(self) -> None:
        """Back to real time, with nothing due."""
        with self._changed:
            self._offset = 0.0
            self._tasks.clear()
            self._changed.notify_all()

    def time(self) -> float:
        """Seconds since the epoch."""
        return time.time() + self._offset

    def now(self) -> datetime:
        """The time as an aware UTC datetime."""
        return datetime.fromtimestamp(self.time(), UTC)

    def now_ms(self) -> int:
        """Milliseconds since the epoch, as BigQuery counts."""
        return int(self.time() * 1000)

    def advance(self, seconds: float) -> None:
        """Let time pass at once."""
        with self._changed:
            self._offset += seconds
            self._changed.notify_all()

    def wait(self, condition: threading.Condition, until: float) -> None:
        """Wait on a held condition until it is notified or the clock reads `until`.

        Wakes at least every 50 ms, so that `advance` is noticed by any waiter.
        """
        remaining = until - self.time()
        if remaining > 0:
            condition.wait(min(remaining, 0.05))

    def call_later(
        self, seconds: float, action: Action, label: str, *, background: bool = False
    ) -> None:
        """Run `action` in `seconds`; at once (before returning) when that is no time at all.

        A `background` task (an expiry in a month) does not keep the local cloud from being idle.
        """
        if seconds <= 0:
            action()
            return
        with self._changed:
            task = _Task(self.time() + seconds, next(self._order), action, label, background)
            heapq.heappush(self._tasks, task)
            self._changed.notify_all()

    def pending(self) -> list[str]:
        """Labels of what is still to run, background tasks apart."""
        with self._changed:
            tasks = [*self._tasks, *([self._running] if self._running else [])]
            return sorted(task.label for task in tasks if not task.background)

    def _run(self) -> None:
        while task := self._next():
            try:
                task.action()
            except Exception:
                log.exception("task %s failed", task.label)
            finally:
                with self._changed:
                    self._running = None
                    self._changed.notify_all()

    def _next(self) -> _Task | None:
        with self._changed:
            while not self._stopped:
                if self._tasks and self._tasks[0].due <= self.time():
                    self._running = heapq.heappop(self._tasks)
                    return self._running
                wait = self._tasks[0].due - self.time() if self._tasks else None
                self._changed.wait(wait)
            return None
