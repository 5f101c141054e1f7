"""The local cloud without its wires: one clock, one gate, one lock, and the services' state."""

from __future__ import annotations

import threading
import time
from typing import Any, Protocol

from emulator.clock import Clock
from emulator.errors import invalid
from emulator.gate import Gate
from emulator.settings import Settings


class Service(Protocol):
    """What the control API asks of each service's state."""

    def dump(self) -> dict[str, Any]:
        """The whole state as JSON."""

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `dump` once gave, or by a part of it."""

    def reset(self) -> None:
        """Forget everything."""

    def pending(self) -> list[str]:
        """What is still under way and will end by itself, in words."""


class Environment:
    """What every service is given: time, settings, the gate and the lock that guards all state."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.settings = Settings()
        self.lock = threading.RLock()
        self.gate = Gate(self.clock, lambda: self.settings)

    def set(self, changes: dict[str, Any]) -> None:
        """Change settings by name."""
        self.settings = self.settings.changed(changes)


class LocalCloud:
    """The services by name (`bigquery`, `vertex`, `pubsub`, `logging`), and the environment."""

    def __init__(self, environment: Environment, services: dict[str, Service]) -> None:
        self.environment = environment
        self.services = services

    def reset(self) -> None:
        """Back to the state of a fresh start: no resources, faults, calls; default settings."""
        self.environment.clock.reset()
        self.environment.settings = Settings()
        self.environment.gate.faults.reset()
        for service in self.services.values():
            service.reset()
        self.environment.gate.calls.reset()

    def dump(self) -> dict[str, Any]:
        """The state of all services."""
        with self.environment.lock:
            return {name: service.dump() for name, service in self.services.items()}

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state of the services that `state` names."""
        if unknown := set(state) - set(self.services):
            raise invalid(f"No service {sorted(unknown)}; services: {sorted(self.services)}.")
        with self.environment.lock:
            for name, part in state.items():
                self.services[name].load(part)

    def pending(self) -> list[str]:
        """What is still under way and will end by itself."""
        waiting = [item for service in self.services.values() for item in service.pending()]
        return sorted(waiting + self.environment.clock.pending())

    def wait_idle(self, timeout: float) -> list[str]:
        """Wait until nothing is under way; what still is when the time is up."""
        deadline = time.monotonic() + timeout
        while pending := self.pending():
            if time.monotonic() > deadline:
                return pending
            time.sleep(0.01)
        return []
