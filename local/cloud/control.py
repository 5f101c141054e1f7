"""A client of the local cloud's control API."""

from __future__ import annotations

from typing import Any

import requests


class Control:
    """The control API at an address, as the emulator prints it."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._session = requests.Session()
        # Proxies of the surroundings are not for the local cloud.
        self._session.trust_env = False

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        answer = self._session.request(method, f"{self._address}{path}", json=body, timeout=70)
        if not answer.ok:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json()

    def reset(self) -> None:
        """Forget all state."""
        self._ask("POST", "/reset", {})

    def state(self) -> Any:
        """The state of all services."""
        return self._ask("GET", "/state")

    def put_state(self, **services: Any) -> None:
        """Replace the state of services, `vertex` for example."""
        self._ask("PUT", "/state", services)

    def calls(self) -> list[dict[str, Any]]:
        """The API calls seen, in order."""
        return list(self._ask("GET", "/calls")["calls"])

    def settings(self, **changes: Any) -> None:
        """Change settings."""
        self._ask("PUT", "/settings", changes)

    def fault(self, method: str, kind: str, **details: Any) -> None:
        """Order a fault."""
        self._ask("POST", "/faults", {"method": method, "kind": kind, **details})

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._ask("POST", "/clock", {"advance_seconds": seconds})

    def create_sink(self, name: str, topic: str, filter_text: str) -> None:
        """Route log entries to a topic."""
        self._ask("POST", "/sinks", {"name": name, "topic": topic, "filter": filter_text})

    def create_trigger(self, trigger: dict[str, Any]) -> dict[str, Any]:
        """Deliver events to an address; the trigger as Eventarc's API writes it."""
        return dict(self._ask("POST", "/triggers", trigger))

    def unacknowledged(self, subscription: str) -> int:
        """How many messages a subscription still holds."""
        for known in self.state()["pubsub"]["subscriptions"]:
            if known["config"]["name"] == subscription:
                return len(known["messages"])
        raise KeyError(subscription)

    def wait_idle(self, seconds: float = 30) -> None:
        """Wait until nothing is under way; RuntimeError that says what still is."""
        answer = self._ask("GET", f"/idle?timeout={seconds}")
        if not answer["idle"]:
            raise RuntimeError(f"not idle after {seconds} s: {answer['pending'][:10]}")
