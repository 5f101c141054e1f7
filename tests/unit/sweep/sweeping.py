"""A world with the function `reconcile` in it, on the fakes."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from bqml_registrar.bookkeeping.ownership import version_labels
from bqml_registrar.cleanup.intent.requests import read_request
from bqml_registrar.delivery.cloud_events import Announcer
from bqml_registrar.delivery.context import Context
from bqml_registrar.delivery.outcome import Outcome
from bqml_registrar.errors import DeliveryError, PermanentError, RetryableError, StaleError
from bqml_registrar.messages.received import ReceivedMessage
from bqml_registrar.names import ModelName
from bqml_registrar.policy.cleanup_rules import CleanupRules, Retirement
from bqml_registrar.policy.rules import LabelPolicy
from bqml_registrar.reasons import Reason
from bqml_registrar.sweep.settings import SweepSettings
from bqml_registrar.sweep.use_case import sweeper
from tests.builders import CHURN, a_model, a_policy, a_rule, a_version
from tests.fakes.google import FakeGoogle

EVENTS = "projects/analytics-dev/topics/events"
SWEEPS = "projects/analytics-dev/topics/bqml-reconcile"
REQUESTS = "projects/analytics-dev/topics/bqml-deletion-requests"
DATASET = {"project": CHURN.project, "dataset": CHURN.dataset}
LABELLED = {"vertex": "register", "stage": "prod"}
# What a sweep costs whatever it finds: lists, and the documents of a page in one call.
PUBLISH_AND_LISTS = (
    "datasets.get",
    "models.list",
    "ListModels",
    "Publish",
    "datasets.list",
    "BatchGetDocuments",
    "RunQuery",
)


DENIED = PermanentError(Reason.PERMISSION_DENIED, "403")
BUSY = RetryableError(Reason.SERVICE_UNAVAILABLE, "503")
UPPER = replace(CHURN, model="Churn")
RETIRING = a_policy(a_rule(cleanup=CleanupRules(retirement=Retirement(grace_days=7))))


class Sweeping:
    """A world with the function `reconcile` in it."""

    def __init__(
        self,
        *models: Any,
        policy: LabelPolicy | None = None,
        settle: int = 0,
        projects: tuple[str, ...] = (CHURN.project,),
        **context: Any,
    ) -> None:
        self.google = FakeGoogle(*models)
        self.policy = policy or a_policy()
        self._context = {
            "ports": self.google,
            "announcer": Announcer(prefix="bqml.registrar", source="//test"),
            "events_topic": EVENTS,
            "deletion_topic": REQUESTS,
            "workers": 1,
            **context,
        }
        self._settings = SweepSettings(projects=projects, topic=SWEEPS, settle_seconds=settle)
        self._instances: dict[str, Context] = {}
        self._sweeps = 0

    def deliver(
        self, content: bytes | dict[str, Any], instance: str = ""
    ) -> Outcome | DeliveryError:
        """One delivery, to an instance of that name, or to one of its own."""
        self._sweeps += 1
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        message = ReceivedMessage(data=data, message_id=f"s{self._sweeps}")
        fresh = Context(policy=self.policy, **self._context)
        context = self._instances.setdefault(instance, fresh) if instance else fresh
        try:
            return sweeper(context, self._settings)(message, "")[0]
        except DeliveryError as error:
            return error

    def sweep(self) -> Outcome:
        """A sweep of the one dataset, with the messages by which it goes on."""
        outcome = self.deliver(DATASET)
        for _ in range(50):
            messages = self.google.published.pop(SWEEPS, [])
            if not messages:
                break
            outcome = self.deliver(messages[0].data)
        assert isinstance(outcome, Outcome)
        return outcome

    def told(self) -> list[tuple[str, str]]:
        """Types and reasons since the last look."""
        return [
            (m.attributes["ce-type"].removeprefix("bqml.registrar."), m.attributes["ce-reason"])
            for m in self.google.published.pop(EVENTS, [])
        ]

    def counts(self) -> dict[str, int]:
        """What the last `reconcile.v1.completed` counted, without zeros."""
        last = self.google.published[EVENTS][-1]
        assert last.attributes["ce-type"] == "bqml.registrar.reconcile.v1.completed"
        sweep = json.loads(last.data)["sweep"]
        return {key: value for key, value in sweep.items() if value and isinstance(value, int)}

    def own_calls(self) -> list[str]:
        """The calls that single models cost."""
        # The last Commit is that of the dataset's document.
        own = [call for call in self.google.calls if call not in PUBLISH_AND_LISTS]
        return own[:-1] if own and own[-1] == "Commit" else own

    def rest(self) -> None:
        """Time passes, and nobody looks at what was."""
        self.google.clock.time += timedelta(hours=1)
        self.google.calls.clear()
        self.google.published.clear()


def drift_ids(world: Sweeping) -> list[str]:
    """The ids of the drifts told since the last rest."""
    told = world.google.published.get(EVENTS, [])
    return [m.attributes["ce-id"] for m in told if "drift" in m.attributes["ce-type"]]


def some(count: int, **changes: Any) -> list[Any]:
    return [
        a_model(name=replace(CHURN, model=f"m{n:03}"), labels=LABELLED, **changes)
        for n in range(count)
    ]


def settled(*models: Any, **given: Any) -> Sweeping:
    """A world that two sweeps have found in order."""
    world = Sweeping(*models, **given)
    for _ in range(2):
        world.sweep()
        world.rest()
    documents = [world.google.documents[name].document for name in world.google.models]
    assert all(document and document.look for document in documents)
    return world


def relabelled(world: Sweeping, **labels: str) -> None:
    model = world.google.models[CHURN]
    world.google.models[CHURN] = replace(
        model,
        labels={**model.labels, **labels},
        etag=world.google.etag(),
        modified=world.google.clock.now(),
    )


def requests(world: Sweeping) -> list[Any]:
    published = world.google.published.pop(REQUESTS, [])
    return [read_request(message.data, {}, "") for message in published]


def failing(error: DeliveryError | StaleError) -> Any:
    """What happens before a call that fails with a copy of the error."""

    def happening() -> None:
        if isinstance(error, StaleError):
            raise StaleError(str(error))
        raise type(error)(error.reason, error.detail)

    return happening


def left_over(world: Sweeping, name: ModelName, **labels: str) -> None:
    """A version that says it was made of that model."""
    version = a_version("1", labels={**version_labels(name), **labels})
    world.google.versions[version.name] = version
