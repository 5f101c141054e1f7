"""The gate that every API call passes: latency, ordered faults, and the record of calls."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from emulator.calls import Caller, CallLog
from emulator.clock import Clock
from emulator.errors import ServiceError
from emulator.faults import Faults
from emulator.settings import Settings

T = TypeVar("T")


class Gate:
    """Runs the effect of a call between what goes before and what comes after it.

    A guard is given method and resource, and refuses the call by ServiceError.
    """

    def __init__(self, clock: Clock, settings: Callable[[], Settings]) -> None:
        self.calls = CallLog()
        self.faults = Faults()
        self._clock = clock
        self._settings = settings
        self.guards: list[Callable[[str, str], None]] = []

    def run(self, method: str, resource: str, caller: Caller, effect: Callable[[], T]) -> T:
        """One API call; raises ServiceError as the effect or an ordered fault says."""
        status = "OK"
        try:
            return self._run(method, resource, effect)
        except ServiceError as error:
            status = error.status
            raise
        except Exception:
            status = "INTERNAL"
            raise
        finally:
            now = self._clock.now().isoformat()
            self.calls.add(method, resource, caller, status=status, time=now)

    def _run(self, method: str, resource: str, effect: Callable[[], T]) -> T:
        slow = self.faults.take(method, "latency")
        time.sleep(self._settings().latency + (slow.seconds if slow else 0.0))
        for guard in self.guards:
            guard(method, resource)
        if fault := self.faults.take(method, "error_before"):
            raise fault.error()
        result = effect()
        if fault := self.faults.take(method, "error_after"):
            raise fault.error()
        return result
