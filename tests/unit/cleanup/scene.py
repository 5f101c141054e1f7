"""A scene for the clean-up's tests: a registered model, endpoints, and Pub/Sub played by a loop.

Faked: all of Google (tests/fakes). Observed: events, outcomes, state, calls. Messages
on the deletion-request topic are delivered until there are none.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from bqml_registrar.cleanup.use_case import cleaner
from bqml_registrar.delivery.cloud_events import Announcer
from bqml_registrar.delivery.context import Context
from bqml_registrar.delivery.outcome import Outcome
from bqml_registrar.errors import DeliveryError
from bqml_registrar.messages.outgoing import OutgoingMessage
from bqml_registrar.messages.received import ReceivedMessage
from bqml_registrar.names import ModelName, VertexName
from bqml_registrar.policy.cleanup_rules import CleanupRules
from bqml_registrar.resources.endpoints import DeployedModel, Endpoint
from tests.builders import CHURN, a_model, a_policy, a_rule, a_version
from tests.fakes.google import FakeGoogle

# What a request with one deployed model leads to.
COMPLETE = [
    "deletion.v1.requested",
    "deployment.v1.undeployplanned",
    "deployment.v1.undeployed",
    "deletion.v1.completed",
]
REQUESTS = "projects/analytics-dev/topics/bqml-deletion-requests"
EVENTS = "projects/analytics-dev/topics/events"
VERSION = VertexName(
    project=CHURN.project, region="us-central1", model_id="prod_sales-churn", version="1"
)
OTHER = VertexName(project=CHURN.project, region="us-central1", model_id="neighbour", version="4")
ATTEMPTS = 8


class Scene:
    """One world with the clean-up function in it."""

    def __init__(self, rules: CleanupRules | None = None, **context: Any) -> None:
        labels = {"vertex": "register", **context.pop("labels", {})}
        self.google = FakeGoogle(
            a_model(
                labels=labels,
                vertex_model_id=str(VERSION.at("")),
                vertex_version="1",
                etag="m1",
            )
        )
        self.google.versions[VERSION] = a_version("1", **context.pop("version", {}))
        self.at = self.google.at
        self._context = {
            "policy": a_policy(a_rule(cleanup=rules or CleanupRules())),
            "ports": self.google,
            "announcer": Announcer(prefix="bqml.registrar", source="//test"),
            "events_topic": EVENTS,
            "deletion_topic": REQUESTS,
            "workers": 1,
            **context,
        }
        self.context = Context(**self._context)
        self.outcomes: list[Outcome | DeliveryError] = []
        self._messages = 0

    def instance(self) -> None:
        """Another instance of the function takes over."""
        self.context = Context(**self._context)

    def deploy(self, endpoint: str = "7", share: int = 100, **changes: Any) -> DeployedModel:
        return self.at.deploy(VERSION, endpoint, share, **changes)

    def deploy_other(self, endpoint: str = "7", share: int = 0) -> DeployedModel:
        return self.at.deploy(OTHER, endpoint, share)

    def endpoint(self, id_: str = "7") -> Endpoint | None:
        return next((e for name, e in self.at.endpoints.items() if name.endpoint == id_), None)

    def now(self) -> datetime:
        return self.google.clock.now()

    def later(self, **duration: float) -> None:
        self.google.clock.time += timedelta(**duration)

    def message(
        self, content: Mapping[str, Any] | bytes, published: datetime | None = None
    ) -> ReceivedMessage:
        """What somebody publishes now."""
        self._messages += 1
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        return ReceivedMessage(
            data=data,
            message_id=f"m{self._messages}",
            publish_time=(published or self.now()).isoformat().replace("+00:00", "Z"),
        )

    def request(self, name: ModelName = CHURN, **content: Any) -> ReceivedMessage:
        return self.message({"model": str(name), **content})

    def deliver(self, message: ReceivedMessage) -> Outcome | DeliveryError:
        """One delivery; its outcome, or the error that it is answered with."""
        try:
            outcome: Outcome | DeliveryError = cleaner(self.context)(message, "")[0]
        except DeliveryError as error:
            outcome = error
        self.outcomes.append(outcome)
        return outcome

    def taken(self) -> list[ReceivedMessage]:
        """The messages that were published to the function since the last look."""
        letters = self.google.published.pop(REQUESTS, [])
        return [self.message(letter.data) for letter in letters]

    def settle(self, *messages: ReceivedMessage) -> Outcome | DeliveryError:
        """Deliver, and what follows from it, until nothing is left; the last outcome."""
        queue = list(messages)
        for _ in range(ATTEMPTS):
            queue += self.taken()
            if not queue:
                break
            self.deliver(queue.pop(0))
        assert not queue, "the clean-up goes on and on"
        return self.outcomes[-1]

    @property
    def reasons(self) -> list[str]:
        return [outcome.reason.name for outcome in self.outcomes]

    @property
    def events(self) -> list[tuple[str, str]]:
        """Type and reason of every event, without copies."""
        ids = dict.fromkeys(
            (e["ce-id"], e["ce-type"].removeprefix("bqml.registrar."), e["ce-reason"])
            for e in (message.attributes for message in self.google.published.get(EVENTS, []))
        )
        return [(kind, reason) for _, kind, reason in ids]

    @property
    def told(self) -> list[str]:
        """The types of the events."""
        return [kind for kind, _ in self.events]

    def data(self, kind: str) -> list[dict[str, Any]]:
        """The data of the events of a type."""
        return [
            json.loads(message.data)
            for message in self.google.published.get(EVENTS, [])
            if message.attributes["ce-type"].endswith(kind)
        ]

    def calls(self, *of: str) -> list[str]:
        """The calls that change something, or those named."""
        writes = of or (
            "UpdateEndpoint", "UndeployModel", "DeleteEndpoint", "models.delete", "models.patch",
        )  # fmt: skip
        return [call for call in self.google.calls if call in writes]

    def relabel(self, **labels: str | None) -> None:
        """A person changes labels of the model."""
        model = self.google.models[CHURN]
        merged = {**model.labels, **labels}
        kept = {key: value for key, value in merged.items() if value is not None}
        self.google.models[CHURN] = replace(model, labels=kept, etag=self.google.etag())


def planned(scene: Scene) -> OutgoingMessage:
    """The message by which the planned clean-up goes on."""
    scene.deliver(scene.request())
    (message,) = scene.taken()
    return message


def once(scene: Scene, call: str, act: Callable[[], Any]) -> None:
    """Somebody does something before the first such call."""

    def happens() -> None:
        scene.google.before.pop(call)
        act()

    scene.google.before[call] = happens
