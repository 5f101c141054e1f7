"""All three functions in the framework's own server, and Pub/Sub's pushes to them played by a loop.

Real: functions-framework, each main.py and all of `bqml_registrar`, the official clients, the local cloud with
its audit entries and sinks. Faked: the push, which comes again while it is answered 503, as Pub/Sub's
would, but at once. Observed: answers, log lines, events, dead letters, and state by official clients.
"""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from functions_framework import create_app
from google.cloud import pubsub_v1

from local.cloud.control import Control
from tests.functional.topics import Topics

ROOT = Path(__file__).resolve().parents[2]
REQUESTS, SWEEPS = "bqml-deletion-requests", "bqml-reconcile"
CHANGES, REFUSALS = "model-changes", "refused-deletes"
# Which function hears of which topic.
ROUTES = {
    CHANGES: "register_model",
    REFUSALS: "cleanup_endpoints",
    REQUESTS: "cleanup_endpoints",
    SWEEPS: "reconcile",
}
SINKS = {CHANGES: "model_changes.txt", REFUSALS: "refused_deletes.txt"}
ATTEMPTS = 60


class Running:
    """The functions, and what is on its way to them."""

    def __init__(
        self, control: Control, topics: Topics, logged: Callable[[], list[dict[str, Any]]]
    ) -> None:
        self.control = control
        self._topics = topics
        self._logged = logged
        self._functions: dict[str, FlaskClient] = {}
        self._publisher = pubsub_v1.PublisherClient()
        for name in ROUTES:
            topics.add(name)
        for name, text in SINKS.items():
            filter_text = (ROOT / "terraform" / "filters" / text).read_text()
            control.create_sink(name, f"projects/analytics-dev/topics/{name}", filter_text)
        self.lines: list[dict[str, Any]] = []
        self.failures: list[dict[str, Any]] = []
        self.passed_on: list[bytes] = []
        self._told: list[Any] = []

    def restarted(self) -> Running:
        """With new instances of the functions, which read policy and settings anew."""
        self._functions.clear()
        return self

    # To the functions.

    def publish(self, topic: str, content: Mapping[str, Any] | bytes) -> None:
        """What a person or a scheduler publishes, without attributes."""
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        name = f"projects/analytics-dev/topics/{topic}"
        self._publisher.publish(name, data).result(timeout=10)

    def take(self, topic: str) -> list[bytes]:
        """The pushes that wait for a function, none of which comes by itself any more."""
        self.control.wait_idle()
        return [_push(message) for message in self._topics.pull(topic)]

    def post(
        self, function: str, body: bytes, headers: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """One delivery: the answer's status, and its log line; what it was finished without is told before."""
        self._logged()
        client = self._function(function)
        answer = client.post("/", data=body, headers=headers, content_type="application/json")
        *failures, line = self._logged()
        self.failures += [{"function": function, **failure} for failure in failures]
        self.lines.append({"function": function, **line})
        return answer.status_code, line

    def settle(self) -> list[str]:
        """Deliver all that waits, and what follows from it; the reasons of the deletions' and sweeps'."""
        seen = len(self.lines)
        queue = self._waiting()
        for _ in range(ATTEMPTS):
            if not queue:
                break
            topic, body = queue.pop(0)
            status, _ = self.post(ROUTES[topic], body)
            if status != 200:
                queue.append((topic, body))
            queue += self._waiting()
        assert not queue, "it goes on and on"
        return [line["reason"] for line in self.lines[seen:] if line["function"] != ROUTES[CHANGES]]

    def drop_all(self) -> None:
        """All that waits is lost, as if no sink had caught it."""
        self._waiting()

    def _waiting(self) -> list[tuple[str, bytes]]:
        self.control.wait_idle()
        waiting = [(topic, message) for topic in ROUTES for message in self._topics.pull(topic)]
        self.passed_on += [m.data for topic, m in waiting if topic in (REQUESTS, SWEEPS)]
        return [(topic, _push(message)) for topic, message in waiting]

    def _function(self, name: str) -> FlaskClient:
        if name not in self._functions:
            main = ROOT / "functions" / name / "main.py"
            self._functions[name] = create_app(name, str(main), "http").test_client()
            sys.modules.pop("main", None)
        return self._functions[name]

    # From the functions.

    def events(self) -> list[tuple[str, str]]:
        """Type and reason of every event since they were told last, each id once."""
        return [(kind, reason) for kind, reason, _ in self.told()]

    def told(self) -> list[tuple[str, str, dict[str, Any]]]:
        """The same with their data."""
        self.look()
        told, self._told = self._told, []
        return list({data["id"]: (kind, reason, data) for kind, reason, data in told}.values())

    def look(self) -> list[tuple[str, str, dict[str, Any]]]:
        """All of them that have come, copies and all, which `told` still tells."""
        came = [_event(message) for message in self._topics.pull("events")]
        self._told += came
        return came

    def letters(self) -> list[Any]:
        """The dead letters since the last look."""
        return self._topics.pull("dead-letters")


def _event(message: Any) -> tuple[str, str, dict[str, Any]]:
    attributes = message.attributes
    kind = attributes["ce-type"].removeprefix("bqml.registrar.")
    more = {"id": attributes["ce-id"], "dryrun": attributes.get("ce-dryrun", "false")}
    return kind, attributes["ce-reason"], {**json.loads(message.data), **more}


def redriven(letter: Any) -> bytes:
    """The push of a dead letter that a person publishes again."""
    return _push(letter)


def _push(message: Any) -> bytes:
    wrapped = {
        "data": base64.b64encode(message.data).decode(),
        "attributes": dict(message.attributes),
        "messageId": message.message_id,
        "publishTime": message.publish_time.isoformat(),
    }
    subscription = "projects/analytics-dev/subscriptions/pushed"
    return json.dumps({"message": wrapped, "subscription": subscription}).encode()
