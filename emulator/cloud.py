"""The local cloud without its wires: one clock, one gate, one lock, and the services' state."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection
from typing import Any, Protocol

from google.protobuf.json_format import ParseError

from emulator.clock import Clock
from emulator.errors import ServiceError, invalid
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

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.settings = Settings()
        self.lock = threading.RLock()
        self.gate = Gate(self.clock, lambda: self.settings)

    def set(self, changes: dict[str, Any]) -> None:
        """Change settings by name."""
        with self.lock:
            self.settings = self.settings.changed(changes)


class LocalCloud:
    """The services by name (`bigquery`, `vertex`, `pubsub`, ...), and the environment."""

    def __init__(self, environment: Environment, services: dict[str, Service]) -> None:
        self.environment = environment
        self.services = services

    def reset(self) -> None:
        """Back to the state of a fresh start: no resources, faults, calls; default settings."""
        env = self.environment
        env.clock.drain()
        with env.lock:
            env.clock.reset()
            env.settings = Settings()
            env.gate.faults.reset()
            for service in self.services.values():
                service.reset()
            env.gate.calls.reset()

    def dump(self, names: Collection[str] = ()) -> dict[str, Any]:
        """The state of the named services; without names that of all."""
        self._check(names)
        with self.environment.lock:
            return {name: self.services[name].dump() for name in names or self.services}

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state of the services that `state` names, all or nothing."""
        self._check(state)
        with self.environment.lock:
            before = self.dump(state) if state else {}
            try:
                for name, part in state.items():
                    self._load(name, part)
            except ServiceError:
                for name, part in before.items():
                    self.services[name].load(part)
                raise

    def _check(self, names: Collection[str]) -> None:
        if unknown := set(names) - set(self.services):
            raise invalid(f"No service {sorted(unknown)}; services: {sorted(self.services)}.")

    def _load(self, name: str, part: Any) -> None:
        if not isinstance(part, dict):
            raise invalid(f"The state of {name} is a JSON object, as GET /state shows it.")
        try:
            self.services[name].load(part)
        except (AttributeError, LookupError, TypeError, ValueError, ParseError) as error:
            raise invalid(
                f"The state of {name} cannot be read ({type(error).__name__}: {error}); "
                "GET /state shows its form."
            ) from error

    def pending(self) -> list[str]:
        """What is still under way and will end by itself.

        All in one look: what moves on from the clock to a service, or back, needs the lock.
        """
        with self.environment.lock:
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
