"""Deliveries of the use case on fakes: what is faked and observed is said in tests/fakes/google.py."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from bqml_registrar.audit.model_changes import ModelChanged
from bqml_registrar.audit.model_prefilter import ChangeKind
from bqml_registrar.bookkeeping.model_document import ModelDocument
from bqml_registrar.delivery.cloud_events import Announcer
from bqml_registrar.delivery.context import Context
from bqml_registrar.delivery.outcome import Outcome
from bqml_registrar.events.registry_events import Cause
from bqml_registrar.names import JobName
from bqml_registrar.policy.rules import LabelPolicy
from bqml_registrar.ports import Ports
from bqml_registrar.registration.use_case import register_model
from tests.builders import CHURN, a_policy
from tests.fakes.google import FakeGoogle

TOPIC = "projects/analytics-dev/topics/events"
LABELLED = {"vertex": "register", "stage": "prod", "team": "growth"}
JOB = JobName(project="analytics-dev", job="job_1")


def a_context(
    google: Ports, policy: LabelPolicy | None = None, *, dry_run: bool = False
) -> Context:
    """What a fresh function instance has."""
    return Context(
        policy=policy or a_policy(),
        ports=google,
        announcer=Announcer(prefix="bqml.registrar", source="//test"),
        events_topic=TOPIC,
        dry_run=dry_run,
    )


def a_change(kind: ChangeKind = ChangeKind.CREATED, **changes: Any) -> ModelChanged:
    """What the log tells: that `churn` was created, by a job that it names."""
    values: dict[str, Any] = {
        "name": CHURN,
        "cause_id": "log-entry-1",
        "at": datetime(2026, 11, 2, 9, 30, 5, tzinfo=UTC),
        "created_by": JOB,
    }
    return ModelChanged(kind=kind, **{**values, **changes})


def settle(
    google: FakeGoogle,
    policy: LabelPolicy | None = None,
    *,
    dry_run: bool = False,
    change: ModelChanged | None = None,
) -> Outcome:
    """One delivery to a fresh function instance."""
    context = a_context(google, policy, dry_run=dry_run)
    return register_model(change or a_change(), Cause(id="log-entry-1"), context)


def announced(google: FakeGoogle) -> list[tuple[str, str]]:
    """(type, id) of every event published, in order."""
    return [
        (message.attributes["ce-type"].removeprefix("bqml.registrar."), message.attributes["ce-id"])
        for message in google.published.get(TOPIC, [])
    ]


def types(google: FakeGoogle) -> list[str]:
    """The type of every event published, in order."""
    return [event_type for event_type, _ in announced(google)]


def changes(google: FakeGoogle) -> dict[tuple[str, ...], int]:
    """What the events tell, and how many ids tell it: one for each time that it happened."""
    told: dict[tuple[str, ...], set[str]] = {}
    for message in google.published.get(TOPIC, []):
        data, attributes = json.loads(message.data), message.attributes
        what = (
            attributes["ce-type"].removeprefix("bqml.registrar."),
            attributes["ce-reason"],
            attributes.get("ce-vertexversion", ""),
            data["model"].get("generation", ""),
            data.get("alias", {}).get("name", ""),
            json.dumps(data.get("gone")),
        )
        told.setdefault(what, set()).add(attributes["ce-id"])
    return {what: len(ids) for what, ids in told.items()}


def document(google: FakeGoogle) -> ModelDocument:
    """What is remembered of `churn`."""
    stored = google.documents[CHURN].document
    assert stored is not None
    return stored


def relabel(google: FakeGoogle, **labels: str | None) -> None:
    """What a person does with ALTER MODEL; None takes a label away."""
    model = google.models[CHURN]
    kept = {key: value for key, value in {**model.labels, **labels}.items() if value is not None}
    google.clock.time += timedelta(seconds=1)
    google.models[CHURN] = replace(
        model, labels=kept, etag=google.etag(), modified=google.clock.time
    )


def alias_by_hand(google: FakeGoogle, *aliases: str) -> None:
    """What a person does in the registry with the only version."""
    (name,) = google.versions
    version = google.versions[name]
    google.versions[name] = replace(
        version, aliases=(*version.aliases, *aliases), etag=google.etag()
    )
