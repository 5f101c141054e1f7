"""Renders registry events about registrations, rejections and deletions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from bqml_registrar.bookkeeping.model_document import PastGeneration
from bqml_registrar.bookkeeping.transitions import Transition
from bqml_registrar.delivery.model_section import model_section
from bqml_registrar.events.payloads import Alias, GoneVersion, Model, Payload, Verdict, Version
from bqml_registrar.events.registry_events import EventType, RegistryEvent
from bqml_registrar.names import ModelName
from bqml_registrar.policy.decisions import Register, Reject
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.capabilities import capability
from bqml_registrar.resources.models import BigQueryModel, ModelVersion


class RegistrationEvents(Struct, frozen=True):
    """Renders the events of one decision about one version; `past` are the model's generations before."""

    model: BigQueryModel
    decision: Register
    version: ModelVersion
    past: Sequence[PastGeneration] = ()
    dry_run: bool = False

    def of(self, transition: Transition) -> RegistryEvent:
        """The event of a transition."""
        match transition.kind:
            case EventType.MODEL_REGISTERED:
                return self._event(transition)
            case EventType.MODEL_REPLACED:
                before = next((p for p in self.past if p.generation == transition.target), None)
                return self._event(transition, gone=gone_version(before))
        return self._about_alias(transition, *self._why(transition))

    def _why(self, transition: Transition) -> tuple[Reason, str]:
        """The reason of an event about an alias, and a detail."""
        if transition.kind == EventType.ALIAS_REMOVED:
            reason = Reason.ALIAS_WITHDRAWN if transition.before else Reason.ALIASES_FORGOTTEN
            return reason, ""
        if transition.kind == EventType.ALIAS_REJECTED and not transition.wanted:
            return Reason.ALIAS_NOT_ALLOWED, _ALLOWED
        if transition.kind == EventType.ALIAS_REJECTED:
            return Reason.ALIAS_MOVED, f"now on {self.version.name.at(transition.wanted)}"
        return self.decision.reason, ""

    def _about_alias(self, transition: Transition, reason: Reason, detail: str) -> RegistryEvent:
        alias = Alias(name=transition.target, revision=transition.number)
        return self._event(transition, reason=reason, detail=detail, alias=alias)

    def _event(
        self,
        transition: Transition,
        *,
        reason: Reason | None = None,
        detail: str = "",
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
            type=EventType(transition.kind),
            name=self.model.name,
            vertex=self.version.name,
            payload=Payload(
                model=model_section(self.model),
                verdict=verdict,
                version=self._version_section(),
                **sections,
            ),
            target=transition.id,
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


def gone_version(past: PastGeneration | None) -> GoneVersion:
    """What is remembered of an earlier version; all of it is empty if nothing is."""
    if past is None:
        return GoneVersion()
    name = str(past.vertex) if past.vertex else ""
    return GoneVersion(name=name, generation=past.generation, aliases=past.aliases)


def rejection(
    model: BigQueryModel, decision: Reject, *, key: str, dry_run: bool = False
) -> RegistryEvent:
    """The event that announces a rejection."""
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
        target=key,
    )


_ALLOWED = "MergeVersionAliases takes [a-z][a-z0-9-]{0,126}[a-z0-9]"
# Rejections of a model that is in the registry already.
_OF_REGISTERED = {Reason.LABEL_REMOVED, Reason.ID_COLLISION}


def deletion(
    name: ModelName, gone: PastGeneration, *, key: str, dry_run: bool = False
) -> RegistryEvent:
    """The event that announces that a model is gone."""
    verdict = Verdict(rule="", reason=Reason.MODEL_DELETED.name, dry_run=dry_run)
    model = Model(name=str(name), generation=gone.generation)
    return RegistryEvent(
        type=EventType.MODEL_DELETED,
        name=name,
        payload=Payload(model=model, verdict=verdict, gone=gone_version(gone)),
        vertex=gone.vertex,
        target=key,
    )
