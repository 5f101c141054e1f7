"""One child process: its output line by line, and its end with everything that it started."""

from __future__ import annotations

import atexit
import contextlib
import os
import re
import select
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

from local.cloud.interrupts import held

START_SECONDS = 30.0
_STOP_SECONDS = 5.0
_CHUNK = 65536


class StartError(Exception):
    """A process did not come up; the text is its last output."""


class Process:
    """A child process in a session of its own; its output is kept, line by line."""

    def __init__(self, command: list[str], env: Mapping[str, str], cwd: Path) -> None:
        self.lines: list[str] = []
        self._changed = threading.Condition()
        self._ended = False
        self._searched = 0
        self._listener: Callable[[str], None] = lambda _: None
        with held():
            self._child = subprocess.Popen(
                command,
                env=dict(env),
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            self._output: IO[bytes] = self._child.stdout  # type: ignore[assignment]
            atexit.register(self.stop)  # a net: whoever starts a process also stops it
        threading.Thread(target=self._read, daemon=True).start()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._child.pid

    def wait_for_line(self, pattern: re.Pattern[str], seconds: float = START_SECONDS) -> str:
        """The first group of the next line that matches; StartError if none comes."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while time.monotonic() < deadline:
                self._searched = min(self._searched, len(self.lines))  # a test may clear them
                while self._searched < len(self.lines):
                    self._searched += 1
                    if found := pattern.search(self.lines[self._searched - 1]):
                        return found.group(1)
                if self._ended:
                    break
                self._changed.wait(deadline - time.monotonic())
        raise StartError("\n".join(self.lines[-20:]) or "no output")

    def catch_up(self) -> None:
        """Return when all that the process has written so far is in `lines`."""
        with self._changed:
            self._changed.wait_for(lambda: self._ended or not self._has_output())

    def listen(self, listener: Callable[[str], None]) -> None:
        """Tell each further line to `listener`, on another thread and before `catch_up` returns."""
        with self._changed:
            self._listener = listener

    def ask(self, number: signal.Signals) -> None:
        """A signal to all of the session, without waiting for what comes of it."""
        # PermissionError is macOS's answer for a group of which only zombies are left.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._child.pid, number)

    def stop(self, first: signal.Signals = signal.SIGTERM) -> None:
        """A signal to all of the session; SIGKILL to what is left when it has ended, or after 5 s."""
        with held(ending=True):
            for number in (first, signal.SIGKILL):
                self.ask(number)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._child.wait(_STOP_SECONDS)
            atexit.unregister(self.stop)

    def _keep(self, new: list[str]) -> None:
        self.lines += new
        for line in new:
            self._listener(line)

    def _has_output(self) -> bool:
        return bool(select.select([self._output], [], [], 0)[0])

    def _read(self) -> None:
        rest = b""
        with self._output:
            while not self._ended:
                select.select([self._output], [], [])
                with self._changed:  # held from read to append: see catch_up
                    chunk = os.read(self._output.fileno(), _CHUNK)
                    *whole, rest = (rest + (chunk or b"\n" * bool(rest))).split(b"\n")
                    self._keep([line.decode(errors="replace") for line in whole])
                    self._ended = not chunk
                    self._changed.notify_all()
