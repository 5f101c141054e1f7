"""Renders the event about an error that only a person can fix."""

from __future__ import annotations

from bqml_registrar.delivery.model_section import model_section
from bqml_registrar.errors import DeliveryError
from bqml_registrar.events.payloads import Model, Payload, Verdict
from bqml_registrar.events.registry_events import EventType, RegistryEvent
from bqml_registrar.names import ModelName
from bqml_registrar.resources.models import BigQueryModel


def failure(
    name: ModelName, model: BigQueryModel | None, error: DeliveryError, *, dry_run: bool = False
) -> RegistryEvent:
    """The event about an error that only a person can fix; `model` is None if it was not read."""
    reason = error.reason
    verdict = Verdict(
        rule=error.context.rule, reason=reason.name, detail=error.detail, dry_run=dry_run
    )
    section = model_section(model) if model else Model(name=str(name))
    return RegistryEvent(
        type=EventType.MODEL_FAILED,
        name=name,
        payload=Payload(model=section, verdict=verdict),
        target=reason.name,
    )
