"""Ctrl-C, SIGTERM and a closed terminal end a program by way of its context managers.

A signal raises `Interrupted`, and so does the next one, until processes begin to be ended: nothing
disturbs that. Within `held()` a signal waits: a process is never started and forgotten.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(SystemExit):
    """A signal asked for the end; `code` is the exit status that tells which."""

    def __init__(self, number: int) -> None:
        super().__init__(128 + number)


class _Signals:
    """What has arrived, and whether it may interrupt."""

    arrived = 0
    holds = 0
    ending = False
    listening = False

    def note(self, number: int, _: FrameType | None) -> None:
        self.arrived = self.arrived or number
        self.interrupt()

    def interrupt(self) -> None:
        if self.arrived and not self.holds and not self.ending:
            raise Interrupted(self.arrived)


_signals = _Signals()


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Within, a signal that asks for the end raises `Interrupted`."""
    _signals.arrived, _signals.ending, _signals.listening = 0, False, True
    before = {number: signal.signal(number, _signals.note) for number in _ENDING}
    try:
        yield
        _signals.ending = False
        _signals.interrupt()  # by what came while processes were being ended
    finally:
        _signals.listening = False
        for number, handler in before.items():
            signal.signal(number, handler)


def interrupt_by(number: int) -> None:
    """On any thread: end the program as if this signal had arrived."""
    if _signals.listening:
        _signals.arrived = _signals.arrived or number
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)


@contextlib.contextmanager
def held(*, ending: bool = False) -> Iterator[None]:
    """Within, signals wait; once the program is `ending`, they only count at its very end."""
    _signals.ending |= ending
    _signals.holds += 1
    try:
        yield
    finally:
        _signals.holds -= 1
        _signals.interrupt()
