"""Daemon threads that take jobs: unlike an executor's, they never keep the process from ending."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)

Job = Callable[[], None]


class Workers:
    """At most `limit` threads, started when there is no idle one."""

    def __init__(self, name: str, limit: int) -> None:
        self._name = name
        self._limit = limit
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._threads = 0
        self._idle = 0

    def submit(self, job: Job) -> None:
        """Run a job soon, on some thread."""
        with self._lock:
            if self._idle:
                self._idle -= 1
            elif self._threads < self._limit:
                self._threads += 1
                threading.Thread(
                    target=self._run, name=f"{self._name}-{self._threads}", daemon=True
                ).start()
        self._jobs.put(job)

    def stop(self) -> None:
        """Let the threads end after their current jobs."""
        with self._lock:
            for _ in range(self._threads):
                self._jobs.put(None)

    def _run(self) -> None:
        while job := self._jobs.get():
            try:
                job()
            except Exception:
                log.exception("a job of %s failed", self._name)
            with self._lock:
                self._idle += 1
