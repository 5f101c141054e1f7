"""Faults on order: what the next calls or deliveries of a method meet."""

from __future__ import annotations

import fnmatch
import threading
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from emulator.errors import HTTP_STATUS, ServiceError, invalid

CALL_KINDS = ("error_before", "error_after", "latency")
DELIVERY_KINDS = ("duplicate", "reorder", "drop")


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One order: the next `count` matches of `method` (after `skip`) meet `kind`.

    `method` is a full method name, its last part, or a glob; deliveries are called
    `delivery.push`, `delivery.pull` and `logging.export`.
    """

    method: str
    kind: str
    count: int = 1
    skip: int = 0
    status: str = "UNAVAILABLE"
    reason: str = "backendError"
    message: str = "Injected by the local cloud."
    seconds: float = 0.0

    def matches(self, method: str) -> bool:
        """Whether the order names this method."""
        return fnmatch.fnmatchcase(method, self.method) or method.endswith(f".{self.method}")

    def error(self) -> ServiceError:
        """The error that the caller is to see."""
        return ServiceError(self.status, self.message, self.reason)


class Faults:
    """The orders still open."""

    def __init__(self) -> None:
        self._open: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, order: dict[str, Any]) -> None:
        """Accept an order, or say what is wrong with it."""
        known = {f.name for f in fields(Fault)}
        if unknown := set(order) - known:
            raise invalid(f"A fault has no {sorted(unknown)}; it has {sorted(known)}.")
        if not {"method", "kind"} <= set(order):
            raise invalid("A fault needs `method` and `kind`.")
        fault = Fault(**order)
        if fault.kind not in CALL_KINDS + DELIVERY_KINDS:
            raise invalid(f"kind is one of {CALL_KINDS + DELIVERY_KINDS}, not {fault.kind!r}.")
        if fault.status not in HTTP_STATUS:
            raise invalid(f"status is one of {sorted(HTTP_STATUS)}, not {fault.status!r}.")
        with self._lock:
            self._open.append(fault)

    def take(self, method: str, *kinds: str) -> Fault | None:
        """Use up one match of an open order of these kinds, first come first served."""
        with self._lock:
            for index, fault in enumerate(self._open):
                if fault.kind in kinds and fault.matches(method):
                    if fault.skip:
                        self._open[index] = replace(fault, skip=fault.skip - 1)
                        continue
                    if fault.count > 1:
                        self._open[index] = replace(fault, count=fault.count - 1)
                    else:
                        del self._open[index]
                    return fault
        return None

    def dump(self) -> list[dict[str, Any]]:
        """The open orders as JSON."""
        with self._lock:
            return [asdict(fault) for fault in self._open]

    def reset(self) -> None:
        """Forget all orders."""
        with self._lock:
            self._open.clear()
