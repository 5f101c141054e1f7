"""Renders registry events about a deletion intent and about the model's deployed models."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec
from msgspec.structs import replace

from bqml_registrar.cleanup.event_sections import deletion_section, deployment_section, fitting
from bqml_registrar.cleanup.intent.guidance import how_to_name_the_model
from bqml_registrar.cleanup.intent.intents import DeletionIntent, IntentKind, PlannedUndeployment
from bqml_registrar.delivery.model_section import model_section
from bqml_registrar.errors import PermanentError
from bqml_registrar.events.payloads import Deletion, Model, Payload, Verdict
from bqml_registrar.events.registry_events import EventType, RegistryEvent
from bqml_registrar.names import DatasetName, JobName
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.models import BigQueryModel

# The registrar's own intents name the generation, and their key is unique only within it.
_OF_ONE_GENERATION = {IntentKind.RETIREMENT, IntentKind.EXPIRATION}


class CleanupEvents:
    """Renders the events of one intent; `model` is None if the model is gone.

    `due` is the date of a retirement.
    """

    def __init__(
        self,
        intent: DeletionIntent,
        model: BigQueryModel | None,
        rule: str,
        *,
        dry_run: bool,
        due: date | None = None,
    ) -> None:
        self._intent = intent
        self._model = _meant(intent, model)
        self._rule = rule
        self._dry_run = dry_run
        self._deletion = deletion_section(intent, due)

    def requested(self, plan: str, reason: Reason = Reason.CLEANUP_PLANNED) -> RegistryEvent:
        """The intent was accepted; `plan` is JSON, or empty for a retirement until it is due."""
        return self._of_intent(EventType.DELETION_REQUESTED, reason, plan=plan)

    def blocked(self, reason: Reason, detail: str, plan: str, how_to_go_on: str) -> RegistryEvent:
        """Nothing is undeployed; `plan` says as JSON what would be."""
        details = {"plan": plan, "how_to_go_on": how_to_go_on}
        return self._of_intent(EventType.DELETION_BLOCKED, reason, detail, **details)

    def ready(self) -> RegistryEvent:
        """The model is not deployed anywhere (any more), and is not deleted."""
        return self._of_intent(EventType.DELETION_READY, Reason.NOTHING_DEPLOYED)

    def completed(self, detail: str = "") -> RegistryEvent:
        """The model is gone."""
        return self._of_intent(EventType.DELETION_COMPLETED, Reason.CLEANED_UP, detail)

    def cancelled(self, reason: Reason, detail: str) -> RegistryEvent:
        """The intent is not followed."""
        return self._of_intent(EventType.DELETION_CANCELLED, reason, detail)

    def planned(
        self, planned: PlannedUndeployment, before: Mapping[str, int], after: Mapping[str, int]
    ) -> RegistryEvent:
        """A deployed model will leave an endpoint; `after` is empty if no new split is written."""
        kind, reason = EventType.DEPLOYMENT_UNDEPLOYPLANNED, Reason.CLEANUP_PLANNED
        traffic: dict[str, Any] = {"traffic_before": dict(before), "traffic_after": dict(after)}
        return self._of_deployment(kind, reason, planned, **traffic)

    def undeployed(self, planned: PlannedUndeployment, note: str = "") -> RegistryEvent:
        """A deployed model has left its endpoint; `note` says what happened to the endpoint."""
        kind, reason = EventType.DEPLOYMENT_UNDEPLOYED, Reason.UNDEPLOYED
        return self._of_deployment(kind, reason, planned, note=note)

    def undeploy_failed(self, planned: PlannedUndeployment, error: PermanentError) -> RegistryEvent:
        """A deployed model cannot leave its endpoint until a person fixes something."""
        kind = EventType.DEPLOYMENT_UNDEPLOYFAILED
        return self._of_deployment(kind, error.reason, planned, error.detail)

    def _of_intent(
        self, kind: EventType, reason: Reason, detail: str = "", **details: str
    ) -> RegistryEvent:
        intent = self._intent
        generation = intent.generation if intent.kind in _OF_ONE_GENERATION else ""
        section, left_out = fitting(replace(self._deletion, **details))
        verdict = self._verdict(reason, detail, left_out)
        return RegistryEvent(
            type=kind,
            name=intent.name,
            payload=Payload(model=self._model, verdict=verdict, deletion=section),
            target=_target(intent.key, generation, reason.name),
        )

    def _of_deployment(
        self,
        kind: EventType,
        reason: Reason,
        planned: PlannedUndeployment,
        detail: str = "",
        **details: Any,
    ) -> RegistryEvent:
        version = planned.deployed.version_in(self._intent.name.project)
        section, left_out = fitting(replace(deployment_section(planned, version), **details))
        failed = reason.name if kind is EventType.DEPLOYMENT_UNDEPLOYFAILED else ""
        return RegistryEvent(
            type=kind,
            name=self._intent.name,
            payload=Payload(
                model=self._model,
                verdict=self._verdict(reason, detail, left_out),
                deployment=section,
                deletion=self._deletion,
            ),
            vertex=version,
            # A person can choose an id and reuse it: then the creation time differs.
            target=_target(
                section.endpoint, section.deployed_model_id, section.deployed_at, failed
            ),
        )

    def _verdict(self, reason: Reason, *details: str) -> Verdict:
        detail = "; ".join(text for text in details if text)
        return Verdict(rule=self._rule, reason=reason.name, detail=detail, dry_run=self._dry_run)


def unknown_model(
    about: DatasetName | JobName, kind: IntentKind, key: str, detail: str, *, dry_run: bool = False
) -> RegistryEvent:
    """The event for a refused delete of a model that cannot be identified."""
    reason = Reason.MODEL_UNKNOWN
    verdict = Verdict(rule="", reason=reason.name, detail=detail, dry_run=dry_run)
    section = Deletion(
        intent=kind.value,
        key=key,
        deletes=kind is not IntentKind.REFUSED_REPLACE,
        how_to_go_on=how_to_name_the_model(about),
    )
    return RegistryEvent(
        type=EventType.DELETION_BLOCKED,
        name=about,
        payload=Payload(verdict=verdict, deletion=section),
        target=_target(key, "", reason.name),
    )


def _meant(intent: DeletionIntent, model: BigQueryModel | None) -> Model:
    """The intended model's section, even if it is gone or another model has its name now."""
    if model and intent.generation in ("", model.generation):
        return model_section(model)
    return Model(name=str(intent.name), generation=intent.generation)


def _target(*parts: str) -> str:
    """The parts as one text; different parts never give the same text."""
    return msgspec.json.encode(parts).decode()
