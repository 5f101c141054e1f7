"""Faults on order: what the next calls or deliveries of a method meet."""

from __future__ import annotations

import fnmatch
import math
import threading
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from emulator.errors import HTTP_STATUS, ServiceError, invalid

CALL_KINDS = ("error_before", "error_after", "latency")
DELIVERY_KINDS = ("duplicate", "reorder", "drop")
DELIVERIES = ("delivery.push", "delivery.pull", "logging.export")
# The fields of an order that are numbers, with the least that each may be.
_LEAST: dict[str, float] = {"count": 1, "skip": 0, "seconds": 0.0}


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


def read_order(order: dict[str, Any]) -> Fault:
    """The fault that an order asks for, or what is wrong with the order."""
    known = {item.name for item in fields(Fault)}
    if unknown := set(order) - known:
        raise invalid(f"A fault has no {sorted(unknown)}; it has {sorted(known)}.")
    if not {"method", "kind"} <= set(order):
        raise invalid("A fault needs `method` and `kind`.")
    for name, value in order.items():
        _check_type(name, value)
    fault = Fault(**order)
    if fault.kind not in CALL_KINDS + DELIVERY_KINDS:
        raise invalid(f"kind is one of {CALL_KINDS + DELIVERY_KINDS}, not {fault.kind!r}.")
    if fault.status not in HTTP_STATUS:
        raise invalid(f"status is one of {sorted(HTTP_STATUS)}, not {fault.status!r}.")
    if fault.kind in DELIVERY_KINDS and not any(map(fault.matches, DELIVERIES)):
        raise invalid(f"{fault.kind} happens to {DELIVERIES}, not to {fault.method!r}.")
    return fault


def _check_type(name: str, value: Any) -> None:
    if name not in _LEAST:
        if not isinstance(value, str):
            raise invalid(f"{name} is a string, not {value!r}.")
        return
    least = _LEAST[name]
    kinds = (int,) if isinstance(least, int) else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds) or not least <= value < math.inf:
        whole = "whole " if kinds == (int,) else ""
        raise invalid(f"{name} is a {whole}number from {least:g} on, not {value!r}.")


class Faults:
    """The orders still open."""

    def __init__(self) -> None:
        self._open: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, order: dict[str, Any]) -> None:
        """Accept an order, or say what is wrong with it."""
        fault = read_order(order)
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
