"""One flow undisturbed, then once for every API call and every kind of fault.

Each round of a flow begins from the same state of the local cloud, in the undisturbed run and with
a fault. Where the end of the round is the same, so is all that follows: it is not run again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from tests.faults.differences import differences
from tests.faults.flows import Flow
from tests.faults.kinds import KINDS, Kind, Saboteur
from tests.faults.people import People
from tests.faults.product import DEAD_LETTERS, EVENTS, Message
from tests.faults.settling import Delivery, Fault, Settling
from tests.faults.world import AUDIT, Snapshot, World


class Played(Struct, frozen=True, kw_only=True):
    """One round that was played."""

    end: dict[str, Any]
    calls: list[str]
    deliveries: list[Delivery]
    redeliveries: int
    happened: bool
    log: list[str]


class Undisturbed(Struct, frozen=True, kw_only=True):
    """A round without a fault: where it begins, what is to be delivered, how it ends."""

    before: Snapshot
    messages: list[Message]
    played: Played
    # How many calls the rounds before it made.
    offset: int


class Case(Struct, frozen=True, kw_only=True):
    """One fault in one round of a flow."""

    flow: Flow
    round: Undisturbed
    fault: Fault

    @property
    def name(self) -> str:
        """What reruns it: FLOW:CALL:FAULT."""
        return f"{self.flow.name}:{self.round.offset + self.fault.call}:{self.fault.kind.name}"


class Result(Struct, frozen=True, kw_only=True):
    """One run with a fault; `name` reruns it."""

    name: str
    kind: str
    method: str
    redeliveries: int
    differences: list[str]
    log: list[str]


class Harness:
    """Plays flows in one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._people = People(world)
        self._saboteur = Saboteur(world.gate)

    def undisturbed(self, flow: Flow) -> list[Undisturbed]:
        """Every round of the flow, without a fault."""
        world, rounds, hour, offset = self._world, [], 0, 0
        world.begin(**flow.settings)
        for actions in flow.rounds:
            self._saboteur.arm()
            for action in actions:
                # At a time of its own, whatever time the deliveries before took.
                hour += 1
                world.at_hour(hour)
                action(self._people)
            before, messages = world.snapshot(), world.take(AUDIT)
            messages = messages[:1] if flow.told_once else messages
            played = self._play(before, messages, None)
            rounds.append(
                Undisturbed(before=before, messages=messages, played=played, offset=offset)
            )
            offset += len(played.calls)
        return rounds

    def cases(
        self, flow: Flow, rounds: list[Undisturbed], *, all_kinds: bool = False
    ) -> Iterator[Case]:
        """Every fault of every round that is not given."""
        for played in rounds[flow.given :]:
            for kind in KINDS:
                for fault in _faults(played.played, kind, all_kinds=all_kinds):
                    yield Case(flow=flow, round=played, fault=fault)

    def run(self, case: Case) -> Result | None:
        """One round with a fault; None if there is no place for it."""
        wanted, observe = case.round.played, case.flow.observe
        played = self._play(case.round.before, case.round.messages, case.fault)
        if not played.happened:
            return None
        return Result(
            name=case.name,
            kind=case.fault.kind.name,
            method=wanted.calls[case.fault.call],
            redeliveries=played.redeliveries,
            differences=differences(observe(wanted.end), observe(played.end)),
            log=played.log,
        )

    def _play(self, before: Snapshot, messages: list[Message], fault: Fault | None) -> Played:
        world = self._world
        world.restore(before)
        settling = Settling(world, self._saboteur, messages, fault)
        settling.run()
        calls = list(self._saboteur.calls)
        self._saboteur.arm()
        world.clock.advance(60)  # what is still under way comes to its end
        return Played(
            end=self._end(settling),
            calls=calls,
            deliveries=settling.deliveries,
            redeliveries=settling.redeliveries,
            happened=settling.happened,
            log=settling.log,
        )

    def _end(self, settling: Settling) -> dict[str, Any]:
        """What is to be equal: the state, what was announced; and what nobody wants."""
        letters = self._world.take(DEAD_LETTERS)
        return {
            "state": self._world.state(),
            "announced": {_change(message): True for message in self._world.take(EVENTS)},
            "dead_letters": [letter.attributes.get("dl-detail", "") for letter in letters],
            "given_up": settling.given_up,
        }


def _faults(played: Played, kind: Kind, *, all_kinds: bool) -> Iterator[Fault]:
    for number, delivery in enumerate(played.deliveries):
        calls = range(delivery.first, delivery.first + delivery.calls)
        for call in calls if kind.strike else calls[:1]:
            if kind.strikes(played.calls[call], call, all_kinds=all_kinds or not kind.strike):
                yield Fault(kind, call, number)


def _change(message: Message) -> str:
    """Type and id of the event."""
    kind = message.attributes["ce-type"].removeprefix("bqml.registrar.")
    return f"{kind} {message.attributes['ce-id']}"


def announced(rounds: list[Undisturbed]) -> dict[str, int]:
    """How many changes of each type the rounds announced."""
    changes = {change for played in rounds for change in played.played.end["announced"]}
    return dict(Counter(change.split()[0] for change in changes))
