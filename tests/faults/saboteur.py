"""What stands at the gate of the local cloud: it counts the product's calls, and strikes at one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from emulator.errors import ServiceError
from emulator.gate import Gate
from tests.faults.people import People
from tests.faults.persons import Deed, Person

Effect = Callable[[], Any]


class Saboteur:
    """Strikes at most once between `arm` and `arm`.

    An instance that has ended reaches nobody any more: whatever it still does, it does for itself.
    """

    def __init__(self, gate: Gate, people: People) -> None:
        self._gate = gate
        self._people = people
        self._through = gate._run
        gate._run = self._run  # type: ignore[method-assign]
        gate.guards.append(self)
        self.arm()

    def arm(self, at: int = -1, strike: Callable[[Saboteur, str], None] | None = None) -> None:
        """Begin to count anew; strike at a call, if any."""
        self._at, self._strike = at, strike
        self._is_person = self._postpones = False
        self._late: Effect | None = None
        self.calls: list[str] = []
        self.struck = self.instance_ended = False
        self.deeds: list[Deed] = []
        self.meanwhile: Callable[[], None] = lambda: None
        self.meanwhile_next: Callable[[], None] = lambda: None
        self.afterwards: Person | None = None

    def __call__(self, method: str, _resource: str) -> None:
        if self._is_person:
            return
        number = len(self.calls)
        self.calls.append(method)
        # One that the call before had to leave, as it failed by itself.
        self._gate.faults.reset()
        if self.instance_ended:
            raise ServiceError("UNAVAILABLE", "The instance that calls has ended.")
        if number == self._at and self._strike:
            self.struck = True
            self._strike(self, method)

    def fail_after(self, method: str, status: str) -> None:
        """Let this call have its effect, and the caller not know."""
        self._gate.faults.add({"method": method, "kind": "error_after", "status": status})

    def postpone(self) -> None:
        """Let the caller of this call give up, and the call have its effect after the next one."""
        self._postpones = True

    def let(self, person: Person) -> None:
        """A person acts; nothing has struck if there is nothing for them to do."""
        self._is_person = True
        self.deeds = person(self._people)
        self._is_person = False
        self.struck = bool(self.deeds)

    def instance_replaced(self) -> None:
        """Another instance goes on, once that person has acted who waited for the end of this one."""
        self.instance_ended = False
        if self.afterwards:
            self.let(self.afterwards)

    def take_effect(self) -> bool:
        """What is postponed happens now; whether anything was."""
        late, self._late = self._late, None
        if late:
            with suppress(ServiceError):  # refused by now, and nobody listens
                late()
        return bool(late)

    def _run(self, method: str, resource: str, effect: Effect) -> Any:
        if self._is_person:
            return self._through(method, resource, effect)
        is_due = bool(self._late)
        try:
            return self._through(method, resource, lambda: self._now_or_later(effect))
        finally:
            if is_due:
                self.take_effect()

    def _now_or_later(self, effect: Effect) -> Any:
        if not self._postpones:
            return effect()
        self._postpones, self._late = False, effect
        raise ServiceError("DEADLINE_EXCEEDED", "No answer in time.")
