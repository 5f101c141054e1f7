"""Renders what happened as registry events."""

from __future__ import annotations

from msgspec.structs import replace

from shared.capabilities import capability
from shared.errors import PermanentError
from shared.facts import BigQueryModel, ModelVersion
from shared.names import ModelName
from shared.payloads import Alias, Model, Payload, Verdict, Version
from shared.policy import Register, Reject
from shared.registry_events import EventType, RegistryEvent


class RegistrationEvents:
    """Renders the events of one decision about one version."""

    def __init__(
        self, model: BigQueryModel, decision: Register, version: ModelVersion, *, dry_run: bool
    ) -> None:
        self._model = model
        self._decision = decision
        self._version = version
        self._dry_run = dry_run

    def registered(self) -> RegistryEvent:
        """The version is in the registry."""
        return self._event(EventType.MODEL_REGISTERED)

    def assigned(self, alias: str, revision: int) -> RegistryEvent:
        """The version got an alias."""
        event = self._event(EventType.ALIAS_ASSIGNED)
        payload = Payload(
            model=event.payload.model,
            verdict=event.payload.verdict,
            version=event.payload.version,
            alias=Alias(name=alias, revision=revision),
        )
        return replace(event, target=alias, mark=revision, payload=payload)

    def _event(self, event_type: EventType) -> RegistryEvent:
        return RegistryEvent(
            type=event_type,
            name=self._model.name,
            reason=self._decision.reason,
            vertex=self._version.name,
            payload=Payload(
                model=_model_section(self._model),
                verdict=Verdict(
                    rule=self._decision.rule,
                    reason=self._decision.reason.name,
                    detail=missing_detail(self._decision),
                    dry_run=self._dry_run,
                ),
                version=self._version_section(),
            ),
        )

    def _version_section(self) -> Version:
        name, able = self._version.name, capability(self._model.model_type)
        return Version(
            name=str(name),
            model_id=name.model_id,
            version_id=name.version,
            region=name.region,
            aliases=self._decision.aliases,
            labels=dict(self._decision.labels),
            deployable=able.deployable,
            note=able.note,
        )


def missing_detail(decision: Register) -> str:
    """Which templates had no value and were left out, and why; empty where none was."""
    left_out = [f"{text} ({reason.name})" for text, reason in decision.missing.items()]
    return f"left out: {', '.join(left_out)}" if left_out else ""


def rejection(
    model: BigQueryModel, decision: Reject, *, target: str, mark: int, dry_run: bool = False
) -> RegistryEvent:
    """The event that announces a refusal; `target` is its digest, `mark` its number."""
    verdict = Verdict(
        rule=decision.rule,
        reason=decision.reason.name,
        detail=decision.detail or decision.reason.meaning,
        dry_run=dry_run,
    )
    return RegistryEvent(
        type=EventType.MODEL_REJECTED,
        name=model.name,
        reason=decision.reason,
        payload=Payload(model=_model_section(model), verdict=verdict),
        target=target,
        mark=mark,
    )


def _model_section(model: BigQueryModel) -> Model:
    """The BigQuery model's section of a payload."""
    return Model(
        name=str(model.name),
        generation=model.generation,
        location=model.location,
        model_type=model.model_type,
    )


def failure(
    name: ModelName, model: BigQueryModel | None, error: PermanentError, *, dry_run: bool = False
) -> RegistryEvent:
    """The event that announces that only a person can go on; `model` as far as it was read."""
    reason = error.reason
    verdict = Verdict(rule=error.rule, reason=reason.name, detail=error.detail, dry_run=dry_run)
    section = _model_section(model) if model else Model(name=str(name))
    return RegistryEvent(
        type=EventType.MODEL_FAILED,
        name=name,
        reason=reason,
        payload=Payload(model=section, verdict=verdict),
        target=reason.name,
    )
