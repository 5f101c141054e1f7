"""One example of each registry event: for schemas, docs and tests. Not used by a delivery."""

from __future__ import annotations

from datetime import UTC, datetime

from bqml_registrar.delivery.cloud_events import Announcer
from bqml_registrar.events.registry_events import DEFAULT_PREFIX, Cause, EventType, RegistryEvent
from bqml_registrar.messages.outgoing import OutgoingMessage
from tools.event_examples.cleanup import cleanup_examples
from tools.event_examples.registration import registration_examples
from tools.event_examples.sweep import sweep_examples

_CAUSE = Cause(
    id="projects/analytics-prod/logs/cloudaudit.googleapis.com%2Factivitydlqzgme4yiel1793611805140400"
)


def examples() -> dict[EventType, RegistryEvent]:
    """An event of every type."""
    return {**registration_examples(), **cleanup_examples(), **sweep_examples()}


def example_message(event_type: EventType) -> OutgoingMessage:
    """The example as it is published."""
    announcer = Announcer(
        prefix=DEFAULT_PREFIX, source=f"//{DEFAULT_PREFIX}/projects/analytics-prod"
    )
    at = datetime(2026, 11, 2, 9, 30, 9, tzinfo=UTC)
    return announcer.message(examples()[event_type], _CAUSE, at)
