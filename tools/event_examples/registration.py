"""An example of each event of the registration."""

from __future__ import annotations

from typing import Any

from bqml_registrar.delivery.failure_event import failure
from bqml_registrar.errors import PermanentError
from bqml_registrar.events.payloads import Alias, GoneVersion, Model, Payload, Verdict, Version
from bqml_registrar.events.registry_events import EventType, RegistryEvent
from bqml_registrar.policy.decisions import Register, Reject
from bqml_registrar.reasons import Reason
from bqml_registrar.registration.events import RegistrationEvents, rejection
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
# Version 1, which a person gave the alias `champion`, and version 2, which replaces it.
_GONE = GoneVersion(name=str(VERSION.name), generation=MODEL.generation, aliases=("champion",))
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
    events = RegistrationEvents(MODEL, _DECISION, VERSION, dry_run=False)
    refusal = Reject(Reason.REMOTE_MODEL, RULE)
    denied = PermanentError(
        Reason.PERMISSION_DENIED,
        "Forbidden: Permission 'aiplatform.models.upload' denied on resource "
        "'//aiplatform.googleapis.com/projects/analytics-prod/locations/us-central1'",
    ).about(rule=RULE)
    return {
        EventType.MODEL_REGISTERED: events.registered(),
        EventType.MODEL_REJECTED: rejection(MODEL, refusal, target="4d6f1c0b9a27e385", number=1),
        EventType.MODEL_FAILED: failure(MODEL.name, MODEL, denied),
        EventType.MODEL_REPLACED: _replacing(
            EventType.MODEL_REPLACED, _GONE.generation, gone=_GONE
        ),
        EventType.MODEL_DELETED: _deleted(),
        EventType.ALIAS_ASSIGNED: events.assigned("prod", 1),
        EventType.ALIAS_REMOVED: _about_alias(
            EventType.ALIAS_REMOVED, "candidate", Reason.ALIAS_WITHDRAWN, revision=2
        ),
        EventType.ALIAS_CARRIEDOVER: _about_alias(EventType.ALIAS_CARRIEDOVER, "champion"),
        EventType.ALIAS_REJECTED: _about_alias(
            EventType.ALIAS_REJECTED,
            "champion",
            Reason.ALIAS_MOVED,
            detail=f"now on {VERSION.name.at('3')}",
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
    return _replacing(kind, alias, reason, detail=detail, number=revision, alias=section)


def _replacing(
    kind: EventType,
    target: str,
    reason: Reason = Reason.RULE_MATCHED,
    *,
    detail: str = "",
    number: int = 0,
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
        number=number,
    )


def _deleted() -> RegistryEvent:
    """What is left to say of a model that is gone."""
    payload = Payload(
        model=Model(name=str(MODEL.name)),
        verdict=Verdict(rule="", reason=Reason.MODEL_DELETED.name),
        gone=_GONE,
    )
    return RegistryEvent(
        type=EventType.MODEL_DELETED,
        name=MODEL.name,
        payload=payload,
        target="2026-11-09T02:00:00+00:00",
    )
