"""One flow undisturbed, then once for every API call and every kind of fault.

Each round of a flow begins from the same state of the local cloud, in the undisturbed run and with
a fault. Where the end of the round is the same, so is all that follows: it is not run again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from tests.faults.differences import differences
from tests.faults.flow import Flow
from tests.faults.people import Action, People
from tests.faults.persons import shown, with_deeds, without_moved
from tests.faults.product import Message
from tests.faults.records import Case, Played, Result, Undisturbed
from tests.faults.saboteur import Saboteur
from tests.faults.settling import Fault, Settling
from tests.faults.telling import told_once_each
from tests.faults.topic_names import DEAD_LETTERS, EVENTS
from tests.faults.world import HOUR, Snapshot, World


class Harness:
    """Plays flows in one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._people = People(world)
        self._saboteur = Saboteur(world.gate, self._people)
        self._ends: dict[str, dict[str, Any]] = {}

    def undisturbed(self, flow: Flow) -> list[Undisturbed]:
        """Every round of the flow, without a fault."""
        world, rounds, hour, offset = self._world, [], 0, 0
        world.begin(**flow.settings)
        for number, actions in enumerate(flow.rounds):
            self._saboteur.arm()
            for action in actions:
                # At a time of its own, whatever time the deliveries before took.
                hour += 1
                world.at_hour(hour)
                action(self._people)
            before, messages = world.snapshot(), world.deliverable()
            messages = messages[:1] if flow.told_once else messages
            afterwards = flow.afterwards if number >= flow.given else ()
            played = self._play(before, messages, None, afterwards)
            rounds.append(
                Undisturbed(before=before, messages=messages, played=played, offset=offset)
            )
            offset += len(played.calls)
        return rounds

    def run(self, case: Case) -> Result | None:
        """One round with a fault; None if there is no place for it."""
        played = self._replay(case, case.fault)
        if not played.happened:
            return None
        return Result(
            name=case.name,
            kind=case.fault.kind.name,
            method=case.round.played.calls[case.fault.call],
            redeliveries=played.redeliveries,
            differences=self._differences(case, played),
            log=played.log,
        )

    def _differences(self, case: Case, played: Played) -> list[str]:
        kind, observe, end = case.fault.kind, case.flow.observe, case.round.played.end
        if kind.wrong:
            return kind.wrong(case.round.before.state, end, played.end)
        if kind.counts:
            return differences(observe(kind.counts(end)), observe(kind.counts(played.end)))
        wanted, got = self._wanted(case, played), played.end
        if played.deeds:
            wanted, got = (without_moved(e, played.deeds) for e in (wanted, shown(got)))
        return differences(observe(wanted), observe(got))

    def _wanted(self, case: Case, played: Played) -> dict[str, Any]:
        """The end that a run is to have: the undisturbed one, and what a person did besides."""
        end = case.round.played.end
        if case.fault.kind.as_if_first:
            return self._end_as_if_first(case)
        return with_deeds(shown(end), played.deeds) if played.deeds else end

    def _end_as_if_first(self, case: Case) -> dict[str, Any]:
        key = f"{case.flow.name}:{case.round.offset}:{case.fault.kind.name}"
        if key not in self._ends:
            played = self._replay(case, Fault(case.fault.kind, 0, 0))
            self._ends[key] = shown(played.end)
        return self._ends[key]

    def _replay(self, case: Case, fault: Fault) -> Played:
        played = case.round
        return self._play(played.before, played.messages, fault, case.flow.afterwards)

    def _play(
        self,
        before: Snapshot,
        messages: list[Message],
        fault: Fault | None,
        afterwards: Sequence[Action],
    ) -> Played:
        world = self._world
        world.restore(before)
        settling = Settling(world, self._saboteur, messages, fault)
        settling.run()
        calls, deeds = list(self._saboteur.calls), list(self._saboteur.deeds)
        self._saboteur.arm()
        given_up = settling.given_up + self._go_on(afterwards)
        world.clock.advance(60)  # what is still under way comes to its end
        return Played(
            end=self._end(given_up),
            calls=calls,
            deliveries=settling.deliveries,
            redeliveries=settling.redeliveries,
            happened=settling.happened,
            deeds=deeds,
            log=settling.log,
        )

    def _go_on(self, actions: Sequence[Action]) -> list[str]:
        """Do and deliver what comes an hour later; what was given up of it."""
        if not actions:
            return []
        self._world.clock.advance(HOUR)
        for action in actions:
            action(self._people)
        settling = Settling(self._world, self._saboteur, self._world.deliverable(), None)
        settling.run()
        self._saboteur.arm()
        return settling.given_up

    def _end(self, given_up: list[str]) -> dict[str, Any]:
        """What is to be equal: the state, what was announced; and what nobody wants."""
        letters = self._world.take(DEAD_LETTERS)
        return {
            "state": self._world.state(),
            "announced": told_once_each(self._world.take(EVENTS)),
            "dead_letters": [letter.attributes.get("dl-detail", "") for letter in letters],
            "given_up": given_up,
        }


def announced(rounds: list[Undisturbed]) -> dict[str, int]:
    """How many changes of each type the rounds announced."""
    changes = [change for played in rounds for change in played.played.end["announced"]]
    return dict(Counter(change.split()[0] for change in changes))
