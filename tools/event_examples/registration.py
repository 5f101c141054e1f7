"""An example of each event of the registration."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bqml_registrar.bookkeeping.model_document import PastGeneration
from bqml_registrar.bookkeeping.transitions import Transition
from bqml_registrar.delivery.failure_event import failure
from bqml_registrar.errors import PermanentError
from bqml_registrar.events.payloads import Alias, GoneVersion, Model, Payload, Verdict, Version
from bqml_registrar.events.registry_events import EventType, RegistryEvent
from bqml_registrar.policy.decisions import Register, Reject
from bqml_registrar.reasons import Reason
from bqml_registrar.registration.events import RegistrationEvents, deletion, rejection
from tools.event_examples.subjects import MODEL, RULE, VERSION

_DECISION = Register(
    reason=Reason.RULE_MATCHED,
    rule=RULE,
    model_id="prod_sales-churn",
    shares_id=False,
    aliases=("prod",),
    labels={"team": "growth"},
    description="",
)
# Version 1, to which people gave two aliases, and version 2, which replaces it.
_GONE = GoneVersion(
    name=str(VERSION.name), generation=MODEL.generation, aliases=("champion", "eu-test")
)
_NEXT = Version(
    name=str(VERSION.name.at("2")),
    model_id="prod_sales-churn",
    version_id="2",
    region="us-central1",
    aliases=("prod",),
    labels={"team": "growth"},
    deployable=True,
)


def registration_examples() -> dict[EventType, RegistryEvent]:
    """An event of every type about models and aliases."""
    events = RegistrationEvents(MODEL, _DECISION, VERSION)
    refusal = Reject(Reason.REMOTE_MODEL, RULE)
    denied = PermanentError(
        Reason.PERMISSION_DENIED,
        "Forbidden: Permission 'aiplatform.models.upload' denied on resource "
        "'//aiplatform.googleapis.com/projects/analytics-prod/locations/us-central1'",
    ).about(rule=RULE)
    return {
        EventType.MODEL_REGISTERED: events.of(_transition(EventType.MODEL_REGISTERED, 1)),
        EventType.MODEL_REJECTED: rejection(MODEL, refusal, key="4d6f1c0b9a27e385"),
        EventType.MODEL_FAILED: failure(MODEL.name, MODEL, denied),
        EventType.MODEL_REPLACED: _replacing(
            EventType.MODEL_REPLACED, _GONE.generation, gone=_GONE
        ),
        EventType.MODEL_DELETED: _deleted(),
        EventType.ALIAS_ASSIGNED: events.of(
            _transition(EventType.ALIAS_ASSIGNED, 2, target="prod")
        ),
        EventType.ALIAS_REMOVED: _about_alias(
            EventType.ALIAS_REMOVED, "candidate", Reason.ALIAS_WITHDRAWN, revision=7
        ),
        EventType.ALIAS_CARRIEDOVER: _about_alias(
            EventType.ALIAS_CARRIEDOVER, "champion", revision=5
        ),
        EventType.ALIAS_REJECTED: _about_alias(
            EventType.ALIAS_REJECTED,
            "eu-test",
            Reason.ALIAS_MOVED,
            detail=f"now on {VERSION.name.at('3')}",
            revision=6,
        ),
    }


def _about_alias(
    kind: EventType,
    alias: str,
    reason: Reason = Reason.RULE_MATCHED,
    *,
    detail: str = "",
    revision: int = 0,
) -> RegistryEvent:
    section = Alias(name=alias, revision=revision)
    return _replacing(kind, alias, reason, detail=detail, alias=section)


def _transition(kind: EventType, number: int, target: str = "") -> Transition:
    """A transition of the first version."""
    return Transition(
        id=f"{number}f0c6f2a9d5b47e38a1d64c2b7e93f05",
        kind=kind,
        generation=MODEL.generation,
        number=number,
        target=target,
    )


def _replacing(
    kind: EventType,
    target: str,
    reason: Reason = Reason.RULE_MATCHED,
    *,
    detail: str = "",
    **sections: Any,
) -> RegistryEvent:
    """An event about the version that takes the place of the first."""
    model = Model(
        name=str(MODEL.name),
        generation="1794189600000",
        location=MODEL.location,
        model_type=MODEL.model_type,
    )
    verdict = Verdict(rule=_DECISION.rule, reason=reason.name, detail=detail)
    return RegistryEvent(
        type=kind,
        name=MODEL.name,
        payload=Payload(model=model, verdict=verdict, version=_NEXT, **sections),
        vertex=VERSION.name.at("2"),
        target=target,
    )


def _deleted() -> RegistryEvent:
    """What is remembered of a model that is gone."""
    ended = datetime(2026, 11, 9, 2, 0, tzinfo=UTC)
    gone = PastGeneration(
        generation=MODEL.generation, ended=ended, vertex=VERSION.name, aliases=_GONE.aliases
    )
    return deletion(MODEL.name, gone, key=f"{MODEL.generation}>#8@5b0c1d7e9a3f4c26")
