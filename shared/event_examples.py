"""One example of each registry event: for schemas, docs and tests. Not used by a delivery."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from shared.announcements import RegistrationEvents, failure, rejection
from shared.cloud_events import Announcer, Message
from shared.errors import PermanentError
from shared.facts import BigQueryModel, ModelVersion
from shared.names import ModelName, VertexName
from shared.payloads import Alias, GoneVersion, Model, Payload, Verdict, Version
from shared.policy import Register, Reject
from shared.reasons import Reason
from shared.registry_events import DEFAULT_PREFIX, Cause, EventType, RegistryEvent

_MODEL = BigQueryModel(
    name=ModelName(project="analytics-prod", dataset="prod_sales", model="churn"),
    etag="",
    created=datetime(2026, 11, 2, 9, 30, tzinfo=UTC),
    location="US",
    model_type="LOGISTIC_REGRESSION",
    labels={},
)
_VERSION = ModelVersion(
    name=VertexName(
        project="analytics-prod", region="us-central1", model_id="prod_sales-churn", version="1"
    ),
    etag="",
)
_DECISION = Register(
    reason=Reason.RULE_MATCHED,
    rule="production-models",
    model_id="prod_sales-churn",
    shares_id=False,
    aliases=("prod",),
    labels={"team": "growth"},
    description="",
)
# Version 1, which a person gave the alias `champion`, and version 2, which replaces it.
_GONE = GoneVersion(name=str(_VERSION.name), generation=_MODEL.generation, aliases=("champion",))
_NEXT = Version(
    name=str(_VERSION.name.at("2")),
    model_id="prod_sales-churn",
    version_id="2",
    region="us-central1",
    aliases=("prod",),
    labels={"team": "growth"},
    deployable=True,
)
_CAUSE = Cause(
    id="projects/analytics-prod/logs/cloudaudit.googleapis.com%2Factivitydlqzgme4yiel1793611805140400"
)


def examples() -> dict[EventType, RegistryEvent]:
    """An event of every type."""
    events = RegistrationEvents(_MODEL, _DECISION, _VERSION, dry_run=False)
    refusal = Reject(Reason.REMOTE_MODEL, "production-models")
    denied = PermanentError(
        Reason.PERMISSION_DENIED,
        "Forbidden: Permission 'aiplatform.models.upload' denied on resource "
        "'//aiplatform.googleapis.com/projects/analytics-prod/locations/us-central1'",
    )
    denied.rule = "production-models"
    return {
        EventType.MODEL_REGISTERED: events.registered(),
        EventType.MODEL_REJECTED: rejection(_MODEL, refusal, target="4d6f1c0b9a27e385", mark=1),
        EventType.MODEL_FAILED: failure(_MODEL.name, _MODEL, denied),
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
            detail=f"now on {_VERSION.name.at('3')}",
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
    return _replacing(kind, alias, reason, detail=detail, mark=revision, alias=section)


def _replacing(
    kind: EventType,
    target: str,
    reason: Reason = Reason.RULE_MATCHED,
    *,
    detail: str = "",
    mark: int = 0,
    **sections: Any,
) -> RegistryEvent:
    """An event about the version that takes the place of the first."""
    model = Model(
        name=str(_MODEL.name),
        generation="1794189600000",
        location=_MODEL.location,
        model_type=_MODEL.model_type,
    )
    verdict = Verdict(rule=_DECISION.rule, reason=reason.name, detail=detail)
    return RegistryEvent(
        type=kind,
        name=_MODEL.name,
        reason=reason,
        payload=Payload(model=model, verdict=verdict, version=_NEXT, **sections),
        vertex=_VERSION.name.at("2"),
        target=target,
        mark=mark,
    )


def _deleted() -> RegistryEvent:
    """What is left to say of a model that is gone."""
    payload = Payload(
        model=Model(name=str(_MODEL.name)),
        verdict=Verdict(rule="", reason=Reason.MODEL_DELETED.name),
        gone=_GONE,
    )
    return RegistryEvent(
        type=EventType.MODEL_DELETED,
        name=_MODEL.name,
        reason=Reason.MODEL_DELETED,
        payload=payload,
        target="2026-11-09T02:00:00+00:00",
    )


def example_message(event_type: EventType) -> Message:
    """The example as it is published."""
    announcer = Announcer(
        prefix=DEFAULT_PREFIX, source=f"//{DEFAULT_PREFIX}/projects/analytics-prod"
    )
    at = datetime(2026, 11, 2, 9, 30, 9, tzinfo=UTC)
    return announcer.message(examples()[event_type], _CAUSE, at)
