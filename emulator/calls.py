"""The record of API calls seen, so that a test can count what one event costs."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who calls: the principal is the bearer token's text."""

    principal: str
    user_agent: str = ""
    ip: str = "127.0.0.1"


@dataclass(frozen=True, kw_only=True)
class Call:
    """One API call: full method name, resource, caller and outcome (a canonical status code)."""

    number: int
    time: str
    method: str
    resource: str
    principal: str
    user_agent: str
    status: str


class CallLog:
    """Every API call since the start or the last reset, in order of their ends."""

    def __init__(self) -> None:
        self._calls: list[Call] = []
        self._lock = threading.Lock()

    def add(self, method: str, resource: str, caller: Caller, *, status: str, time: str) -> None:
        """Record one call."""
        with self._lock:
            self._calls.append(
                Call(
                    number=len(self._calls) + 1,
                    time=time,
                    method=method,
                    resource=resource,
                    principal=caller.principal,
                    user_agent=caller.user_agent,
                    status=status,
                )
            )

    def dump(self) -> list[dict[str, Any]]:
        """The calls as JSON."""
        with self._lock:
            return [asdict(call) for call in self._calls]

    def reset(self) -> None:
        """Forget all calls."""
        with self._lock:
            self._calls.clear()
