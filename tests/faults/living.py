"""A world in which people act and the functions hear of it, without faults."""

from __future__ import annotations

import json
from typing import Any

from tests.faults.people import Action, People
from tests.faults.saboteur import Saboteur
from tests.faults.settling import Settling
from tests.faults.telling import told_once_each
from tests.faults.topic_names import DEAD_LETTERS, EVENTS
from tests.faults.world import HOUR, World


class Living:
    """One world, its people, and what came of the last things that they did."""

    def __init__(self, world: World, **settings: Any) -> None:
        self.world = world
        self.people = People(world)
        self._saboteur = Saboteur(world.gate, self.people)
        self.log: list[dict[str, Any]] = []
        self.calls: list[str] = []
        self.ids: set[str] = set()
        world.begin(**settings)

    def hears(self, *actions: Action) -> list[str]:
        """Let people act, an hour later, and the functions hear of it; what they announced."""
        self.world.clock.advance(HOUR)
        self._saboteur.arm()
        for action in actions:
            action(self.people)
        settling = Settling(self.world, self._saboteur, self.world.deliverable(), None)
        settling.run()
        assert settling.given_up == []
        assert self.world.take(DEAD_LETTERS) == []
        self.log = [json.loads(line) for line in settling.log]
        self.calls = list(self._saboteur.calls)
        self.world.clock.advance(60)
        messages = self.world.take(EVENTS)
        self.ids = {message.attributes["ce-id"] for message in messages}
        return sorted(told_once_each(messages))

    def kinds(self, *actions: Action) -> list[str]:
        """The types of what they announced."""
        return [event.split()[0] for event in self.hears(*actions)]

    def aliases(self) -> dict[str, list[str]]:
        """The aliases of every version but `default`."""
        return {
            f"{name}@{version['number']}": sorted({*version["aliases"]} - {"default"})
            for name, model in self.world.state()["vertex"].items()
            for version in model["versions"]
        }

    def reasons(self) -> list[str]:
        """The reasons in the log."""
        return [line["reason"] for line in self.log if "reason" in line]
