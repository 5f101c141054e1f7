"""The state machine of Eventarc: triggers, and what they make of log entries."""

from __future__ import annotations

from typing import Any

from emulator.cloud import Environment
from emulator.errors import already_exists, invalid, not_found
from emulator.eventarc.audit_event import audit_event
from emulator.eventarc.matching import Entry, matcher, seen_from
from emulator.eventarc.transport import attach, detach
from emulator.eventarc.triggers import AUDIT_LOG_WRITTEN, Trigger, read_trigger
from emulator.pubsub.broker import Broker


class Eventarc:
    """Triggers by name; their events travel over Pub/Sub, which pushes, retries and keeps them."""

    def __init__(self, env: Environment, broker: Broker) -> None:
        self._env = env
        self._broker = broker
        self._triggers: dict[str, Trigger] = {}

    def create(self, body: dict[str, Any]) -> dict[str, Any]:
        """A new trigger; it hears of what happens from now on."""
        with self._env.lock:
            trigger = read_trigger(body)
            matcher(trigger)  # refuses a pattern that cannot be read
            if trigger.name in self._triggers:
                raise already_exists(f"Resource '{trigger.name}' already exists")
            trigger = self._triggers[trigger.name] = attach(self._broker, trigger)
            return trigger.to_json()

    def delete(self, name: str) -> None:
        """Forget a trigger, and what it has not delivered."""
        with self._env.lock:
            if name not in self._triggers:
                raise not_found(f"Resource '{name}' was not found")
            detach(self._broker, self._triggers.pop(name))

    def written(self, entry: Entry) -> None:
        """A log entry was written: its event sets out from each trigger that it matches."""
        settings = self._env.settings
        unlocated = settings.eventarc_regional_hears_unlocated
        with self._env.lock:
            hearing = [
                trigger
                for trigger in self._triggers.values()
                if trigger.event_type == AUDIT_LOG_WRITTEN
                and seen_from(trigger.part("location"), entry, unlocated=unlocated)
                and matcher(trigger)(entry)
            ]
        for trigger in hearing:
            for copy in range(1, settings.eventarc_duplicates + 2):
                self._later(copy * settings.export_latency, trigger, entry)

    def _later(self, seconds: float, trigger: Trigger, entry: Entry) -> None:
        label = f"eventarc {trigger.part('id')} {entry['insertId']}"
        self._env.clock.call_later(seconds, lambda: self._publish(trigger, entry), label)

    def _publish(self, trigger: Trigger, entry: Entry) -> None:
        attributes, data = audit_event(entry)
        self._broker.publish_from_service(trigger.transport.pubsub.topic, data, attributes)

    def dump(self) -> dict[str, Any]:
        """The triggers as JSON."""
        with self._env.lock:
            return {"triggers": [trigger.to_json() for trigger in self._triggers.values()]}

    def load(self, state: dict[str, Any]) -> None:
        """Replace the triggers; what carries them is made where it is not there."""
        if unknown := set(state) - {"triggers"}:
            raise invalid(f"Eventarc has triggers, no {sorted(unknown)}.")
        if "triggers" not in state:
            return
        wanted = [read_trigger(body) for body in state["triggers"]]
        for trigger in wanted:
            matcher(trigger)  # refuses a path pattern that is none, as when one is made
        kept = {trigger.name for trigger in wanted}
        with self._env.lock:
            for name in set(self._triggers) - kept:
                self.delete(name)
            self._triggers = {each.name: attach(self._broker, each) for each in wanted}

    def reset(self) -> None:
        """Forget the triggers."""
        self.load({"triggers": []})

    def pending(self) -> list[str]:
        """Nothing: events are tasks of the clock at first, messages of Pub/Sub then."""
        return []
