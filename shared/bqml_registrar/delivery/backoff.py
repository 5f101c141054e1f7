"""Waits with growing pauses, until a delivery's time is up."""

from __future__ import annotations

from datetime import datetime, timedelta

from bqml_registrar.ports import Clock

_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 5.0


class Backoff:
    """The pauses of one wait, from `first` seconds on; `until` is when the delivery has to end."""

    def __init__(self, clock: Clock, until: datetime, first: float = _FIRST_PAUSE) -> None:
        self._clock = clock
        self._until = until
        self._first = self._pause = first

    @property
    def is_exhausted(self) -> bool:
        """Whether the time is up."""
        return self._clock.now() >= self._until

    def wait(self) -> bool:
        """Pause; return False at once if the pause is longer than the time that is left."""
        if self._clock.now() + timedelta(seconds=self._pause) > self._until:
            return False
        self._clock.sleep(self._pause)
        self._pause = min(self._pause * 1.5, _LONGEST_PAUSE)
        return True

    def reset(self) -> None:
        """Start with short pauses again, after some progress."""
        self._pause = self._first
