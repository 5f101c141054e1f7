"""Renders registry events about registrations, rejections and deletions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from bqml_registrar.bookkeeping.predecessor import Predecessor
from bqml_registrar.delivery.model_section import model_section
from bqml_registrar.events.payloads import Alias, GoneVersion, Model, Payload, Verdict, Version
from bqml_registrar.events.registry_events import EventType, RegistryEvent
from bqml_registrar.names import ModelName, VertexName
from bqml_registrar.policy.decisions import Register, Reject
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.capabilities import capability
from bqml_registrar.resources.models import BigQueryModel, ModelVersion

# The alias name in an event about all aliases that are not recorded.
ANY_ALIAS = "*"


class RegistrationEvents(Struct, frozen=True):
    """Renders the events of one decision about one version."""

    model: BigQueryModel
    decision: Register
    version: ModelVersion
    dry_run: bool

    def registered(self) -> RegistryEvent:
        """The version is in the registry."""
        return self._event(EventType.MODEL_REGISTERED)

    def replaced(self, before: Predecessor) -> RegistryEvent:
        """The version replaced another one; `before` is empty if there is no record of that one."""
        gone = gone_version(before, self.version.name)
        return self._event(EventType.MODEL_REPLACED, target=before.generation, gone=gone)

    def assigned(self, alias: str, revision: int) -> RegistryEvent:
        """The version got an alias that the rule gives."""
        return self._about_alias(EventType.ALIAS_ASSIGNED, alias, revision)

    def withdrawn(self, alias: str, revision: int) -> RegistryEvent:
        """The version lost an alias that the rule no longer gives."""
        reason = Reason.ALIAS_WITHDRAWN
        return self._about_alias(EventType.ALIAS_REMOVED, alias, revision, reason)

    def forgotten(self) -> RegistryEvent:
        """The replaced version had aliases that are not recorded, or none."""
        reason = Reason.ALIASES_FORGOTTEN
        return self._about_alias(EventType.ALIAS_REMOVED, ANY_ALIAS, 0, reason)

    def carried_over(self, alias: str) -> RegistryEvent:
        """The version got an alias of the version that it replaces."""
        return self._about_alias(EventType.ALIAS_CARRIEDOVER, alias, 0)

    def not_carried_over(self, alias: str, holder: VertexName) -> RegistryEvent:
        """An alias of the replaced version is on another version by now."""
        return self._about_alias(
            EventType.ALIAS_REJECTED, alias, 0, Reason.ALIAS_MOVED, f"now on {holder}"
        )

    def not_allowed(self, alias: str) -> RegistryEvent:
        """An alias of the replaced version has a form that the registry's API refuses."""
        return self._about_alias(
            EventType.ALIAS_REJECTED,
            alias,
            0,
            Reason.ALIAS_NOT_ALLOWED,
            "MergeVersionAliases takes [a-z][a-z0-9-]{0,126}[a-z0-9]",
        )

    def _about_alias(
        self,
        event_type: EventType,
        alias: str,
        revision: int,
        reason: Reason | None = None,
        detail: str = "",
    ) -> RegistryEvent:
        return self._event(
            event_type,
            reason=reason,
            detail=detail,
            target=alias,
            number=revision,
            alias=Alias(name=alias, revision=revision),
        )

    def _event(
        self,
        event_type: EventType,
        *,
        reason: Reason | None = None,
        detail: str = "",
        target: str = "",
        number: int = 0,
        **sections: Any,
    ) -> RegistryEvent:
        reason = reason or self.decision.reason
        verdict = Verdict(
            rule=self.decision.rule,
            reason=reason.name,
            detail=detail or missing_detail(self.decision),
            dry_run=self.dry_run,
        )
        return RegistryEvent(
            type=event_type,
            name=self.model.name,
            vertex=self.version.name,
            payload=Payload(
                model=model_section(self.model),
                verdict=verdict,
                version=self._version_section(),
                **sections,
            ),
            target=target,
            number=number,
        )

    def _version_section(self) -> Version:
        name, able = self.version.name, capability(self.model.model_type)
        return Version(
            name=str(name),
            model_id=name.model_id,
            version_id=name.version,
            region=name.region,
            aliases=self.decision.aliases,
            labels=dict(self.decision.labels),
            deployable=able.deployable,
            note=able.note,
        )


def missing_detail(decision: Register) -> str:
    """Which templates had no value and were left out, and why; empty if none was."""
    left_out = [f"{text} ({reason.name})" for text, reason in decision.missing.items()]
    return f"left out: {', '.join(left_out)}" if left_out else ""


def gone_version(predecessor: Predecessor, model: VertexName) -> GoneVersion:
    """A recorded version of the registry's `model`; its name is empty if it is not known."""
    name = str(model.at(predecessor.version)) if predecessor.version else ""
    return GoneVersion(name=name, generation=predecessor.generation, aliases=predecessor.aliases)


def rejection(
    model: BigQueryModel, decision: Reject, *, target: str, number: int, dry_run: bool = False
) -> RegistryEvent:
    """The event that announces a rejection; `target` is its digest, `number` its number."""
    verdict = Verdict(
        rule=decision.rule,
        reason=decision.reason.name,
        detail=decision.detail or decision.reason.meaning,
        dry_run=dry_run,
    )
    return RegistryEvent(
        type=EventType.MODEL_REJECTED,
        name=model.name,
        payload=Payload(model=model_section(model), verdict=verdict),
        vertex=model.vertex.at(model.vertex_version) if decision.reason in _OF_REGISTERED else None,
        target=target,
        number=number,
    )


# Rejections of a model that is in the registry already.
_OF_REGISTERED = {Reason.LABEL_REMOVED, Reason.ID_COLLISION}


def deletion(
    name: ModelName, at: datetime, gone: GoneVersion | None, *, dry_run: bool = False
) -> RegistryEvent:
    """The event that announces that a model is gone; `at` is when."""
    verdict = Verdict(rule="", reason=Reason.MODEL_DELETED.name, dry_run=dry_run)
    payload = Payload(model=Model(name=str(name)), verdict=verdict)
    if gone:
        payload = Payload(model=payload.model, verdict=verdict, gone=gone)
    return RegistryEvent(
        type=EventType.MODEL_DELETED,
        name=name,
        payload=payload,
        # Not the version: the next delivery may find no record of it.
        target=at.isoformat(),
    )
