"""Plays Pub/Sub: delivers messages until all are answered 200, in spite of one fault."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable

from msgspec import Struct

from tests.faults.kinds import Kind
from tests.faults.product import Instance, Message
from tests.faults.saboteur import Saboteur
from tests.faults.world import World

ATTEMPTS = 12
BACKOFF = 10.0


class Delivery(Struct, frozen=True):
    """One delivery of an undisturbed run: its first call, and how many it makes."""

    first: int
    calls: int


class Fault(Struct, frozen=True):
    """A kind, the call that it is about, and the delivery in which that is, both in one round."""

    kind: Kind
    call: int
    delivery: int


class Settling:
    """The deliveries of one round."""

    def __init__(
        self, world: World, saboteur: Saboteur, messages: Iterable[Message], fault: Fault | None
    ) -> None:
        self._world = world
        self._saboteur = saboteur
        self._queue = deque(messages)
        self._fault = fault
        self._kind = fault.kind.name if fault and not fault.kind.strike else ""
        self._attempts: Counter[str] = Counter()
        self._instance = Instance(world.product)
        self._logs = [self._instance.log]
        self._late: list[Message] = []
        self.deliveries: list[Delivery] = []
        self.redeliveries = 0
        self.given_up: list[str] = []
        # Whether there was a place for the fault.
        self.happened = fault is None

    def run(self) -> None:
        """Until nothing is left to deliver."""
        fault, saboteur = self._fault, self._saboteur
        if fault and fault.kind.strike:
            saboteur.arm(fault.call, fault.kind.strike)
        else:
            saboteur.arm()
        saboteur.meanwhile = lambda: self._on_another_instance(self._current)
        saboteur.meanwhile_next = self._next_meanwhile
        while self._queue or self._late or saboteur.take_effect():
            self._queue.extend(self._world.deliverable())
            if self._queue or self._late:
                self._next()

    @property
    def log(self) -> list[str]:
        """The log lines of all instances."""
        return [line for log in self._logs for line in log.getvalue().splitlines()]

    def _next(self) -> None:
        here = self._fault is not None and self._fault.delivery == len(self.deliveries)
        kind = self._kind if here else ""
        if kind == "reorder" and len(self._queue) > 1:
            self._queue.rotate(-1)
            second = self._queue.popleft()
            first = self._queue.pop()
            self._queue.extendleft([first, second])
            self.happened = True
        message = self._queue.popleft() if self._queue else self._late.pop()
        self._current = message
        first = len(self._saboteur.calls)
        self._settle(message, self._answer(message, self._instance))
        self.deliveries.append(Delivery(first, len(self._saboteur.calls) - first))
        if kind == "duplicate":
            self.happened = True
            self._on_another_instance(message)
        if kind == "duplicate-late":
            self.happened = True
            self._late.append(message)

    def _on_another_instance(self, message: Message) -> None:
        self.happened = True
        instance = Instance(self._world.product)
        self._logs.append(instance.log)
        self._settle(message, self._answer(message, instance))

    def _next_meanwhile(self) -> None:
        self._queue.extend(self._world.deliverable())
        if self._queue:
            self._on_another_instance(self._queue.popleft())

    def _answer(self, message: Message, instance: Instance) -> int:
        self._attempts[message.id] += 1
        status = instance.answer(message, self._attempts[message.id])
        if self._saboteur.instance_ended:
            self._saboteur.instance_replaced()
            self._instance = Instance(self._world.product)
            self._logs.append(self._instance.log)
            status = 0
        if self._saboteur.struck:
            self.happened = True
        return status

    def _settle(self, message: Message, status: int) -> None:
        self._queue.extend(self._world.deliverable())
        if status == 200:
            return
        if self._attempts[message.id] >= ATTEMPTS:
            self.given_up.append(f"{message.id} is answered {status} for ever")
            return
        self.redeliveries += 1
        self._world.clock.advance(BACKOFF)
        self._queue.append(message)
