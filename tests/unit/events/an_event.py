"""One event, for the tests of what becomes of it."""

from __future__ import annotations

from bqml_registrar.events.payloads import Model, Payload, Verdict
from bqml_registrar.events.registry_events import EventType, RegistryEvent
from tests.builders import CHURN, a_version

EVENT = RegistryEvent(
    type=EventType.MODEL_REGISTERED,
    name=CHURN,
    vertex=a_version().name,
    payload=Payload(
        model=Model(name=str(CHURN), generation="1793611800000"),
        verdict=Verdict(rule="production-models", reason="RULE_MATCHED"),
    ),
)
