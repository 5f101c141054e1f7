"""Looks at what came of an act, once nothing is under way any more."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass

from local.expectations import Account, Version
from local.function_log import Decision, decisions
from local.registry import Registry
from local.rollout import DEAD_LETTER_TOPIC, TIMELINE_SUBSCRIPTION, Rollout, subscription
from local.subscriber import Event, Subscriber


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What was seen since the last look; the registry as a whole."""

    refusals: tuple[str, ...]
    decisions: Counter[Decision]
    registry: tuple[Version, ...]
    events: tuple[Event, ...]
    dead_letters: int
    seconds: float

    def account(self) -> Account:
        """As what was expected is put: without deliveries that were retried, and repeated ids."""
        once = {event.id: event for event in reversed(self.events)}
        return Account(
            refusals=self.refusals,
            decisions=frozenset(
                (decision.model, decision.reason)
                for decision in self.decisions
                if decision.outcome != "retried"
            ),
            registry=self.registry,
            events=tuple(
                (event.type, event.model, event.alias) for event in reversed(once.values())
            ),
            dead_letters=self.dead_letters,
        )


class Observer:
    """Remembers how far it has looked."""

    def __init__(self, rollout: Rollout, subscriber: Subscriber) -> None:
        self._rollout = rollout
        self._subscriber = subscriber
        self._registry = Registry(rollout.addresses.vertex_grpc)
        self._lines = 0
        self._events = 0

    def look(self, refusals: tuple[str, ...], deadline: float) -> Observation:
        """Wait for rest, then look; RuntimeError if there is none before the deadline."""
        began = time.monotonic()
        come_to_rest(self._rollout, self._subscriber, deadline)
        lines, events = self._rollout.process.lines, self._subscriber.events
        observation = Observation(
            refusals=refusals,
            decisions=decisions(lines[self._lines :]),
            registry=self._registry.versions(),
            events=tuple(events[self._events :]),
            dead_letters=self._rollout.control.unacknowledged(subscription(DEAD_LETTER_TOPIC)),
            seconds=time.monotonic() - began,
        )
        self._lines, self._events = len(lines), len(events)
        return observation


def come_to_rest(rollout: Rollout, subscriber: Subscriber, deadline: float) -> None:
    """Wait until all is delivered and told; RuntimeError if it is not before the deadline."""
    control = rollout.control
    control.wait_idle(max(deadline - time.monotonic(), 0.1))
    while control.unacknowledged(subscription(TIMELINE_SUBSCRIPTION)):
        if time.monotonic() > deadline:
            raise RuntimeError("the subscriber does not acknowledge its events")
        subscriber.wait_for_arrival(0.05)
    rollout.process.catch_up()
