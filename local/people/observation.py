"""Looks at what came of an act, once nothing is under way any more."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from local.cloud.control import Control
from local.cloud.process import Process
from local.cloud.rollout import Rollout
from local.cloud.topics import DEAD_LETTER_TOPICS, TIMELINE_SUBSCRIPTION, subscription
from local.people.endpoints import Endpoints
from local.people.expectations import Account, Serving, Told, Version
from local.people.function_log import Decision, decisions, settled
from local.people.registry import Registry
from local.people.subscriber import Event, Subscriber

# Which function tells of what, by the first word of an event's type.
_TELLERS = {"model": 0, "alias": 0, "deletion": 1, "deployment": 1, "reconcile": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What was seen since the last look; the registry as a whole."""

    refusals: tuple[str, ...]
    decisions: Counter[Decision]
    registry: tuple[Version, ...]
    registry_before: tuple[Version, ...]
    endpoints: tuple[Serving, ...]
    endpoints_before: tuple[Serving, ...]
    events: tuple[Event, ...]
    dead_letters: int
    seconds: float

    def account(self) -> Account:
        """As what was expected is put: without what differs from run to run.

        That is deliveries that were retried, repeated ids, which model and which function told of it
        first, and which endpoint was done with first.
        """
        told = [event.told for event in {event.id: event for event in self.events}.values()]
        return Account(
            refusals=self.refusals,
            decisions=frozenset(
                (each.model, each.reason, *(["dry run"] if each.dry_run else []))
                for each in self.decisions
                if each.outcome != "retried"
            ),
            registry=self.registry,
            endpoints=self.endpoints,
            events=in_order(told),
            dead_letters=self.dead_letters,
        )


class _Log:
    """A function's log, and how far it was read."""

    def __init__(self, process: Process, *, dry_run: bool) -> None:
        self._process = process
        self._dry_run = dry_run
        self._read = 0

    def news(self) -> Counter[Decision]:
        """The decisions since the last time."""
        self._process.catch_up()
        lines = self._process.lines[self._read :]
        self._read += len(lines)
        return decisions(lines, dry_run=self._dry_run)


class Observer:
    """Remembers how far it has looked."""

    def __init__(self, rollout: Rollout, subscriber: Subscriber) -> None:
        self._rollout = rollout
        self._subscriber = subscriber
        self._registry = Registry(rollout.addresses.vertex_grpc)
        self._logs = [_Log(process, dry_run=False) for process in rollout.processes.values()]
        self._endpoints = Endpoints(rollout.addresses.vertex_grpc)
        self._versions: tuple[Version, ...] = ()
        self._serving: tuple[Serving, ...] = ()
        self._events = 0

    def follow_dry_run(self, process: Process) -> None:
        """Read another function's log as well, which only tells what it would do."""
        self._logs.append(_Log(process, dry_run=True))

    def rest(self, deadline: float) -> None:
        """Wait for rest."""
        come_to_rest(self._rollout, self._subscriber, deadline)

    def look(self, refusals: tuple[str, ...], deadline: float) -> Observation:
        """Wait for rest, then look; RuntimeError if there is none before the deadline."""
        began = time.monotonic()
        self.rest(deadline)
        events = self._subscriber.events
        observation = Observation(
            refusals=refusals,
            decisions=settled(sum((log.news() for log in self._logs), Counter[Decision]())),
            registry=self._registry.versions(),
            registry_before=self._versions,
            endpoints=self._endpoints.serving(),
            endpoints_before=self._serving,
            events=tuple(events[self._events :]),
            dead_letters=dead_letters(self._rollout.control),
            seconds=time.monotonic() - began,
        )
        self._versions, self._serving = observation.registry, observation.endpoints
        self._events = len(events)
        return observation


def in_order(told: Iterable[Told]) -> tuple[Told, ...]:
    """By model and by function that told it, each in order of arrival; endpoints side by side by name."""
    by_teller = sorted(
        told, key=lambda event: (event.model, _TELLERS.get(event.type.partition(".")[0], 0))
    )
    alike = groupby(by_teller, key=lambda event: (event.model, event.type))
    return tuple(
        event for _, events in alike for event in sorted(events, key=lambda event: event.about)
    )


def come_to_rest(rollout: Rollout, subscriber: Subscriber, deadline: float) -> None:
    """Wait until all is delivered and told; RuntimeError if it is not before the deadline."""
    control = rollout.control
    control.wait_idle(max(deadline - time.monotonic(), 0.1))
    while control.unacknowledged(subscription(TIMELINE_SUBSCRIPTION)):
        if time.monotonic() > deadline:
            raise RuntimeError("the subscriber does not acknowledge its events")
        subscriber.wait_for_arrival(0.05)
    for process in rollout.processes.values():
        process.catch_up()


def dead_letters(control: Control) -> int:
    """How many dead letters of all functions nobody has taken yet."""
    return sum(control.unacknowledged(subscription(name)) for name in DEAD_LETTER_TOPICS.values())
