"""What one delivery knows about one intent and its model."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from bqml_registrar.cleanup.events import CleanupEvents
from bqml_registrar.cleanup.intent.intents import DeletionIntent
from bqml_registrar.cleanup.planning.plan import CleanupPlan, Observed
from bqml_registrar.cleanup.steps.intent_validity import IntentValidity
from bqml_registrar.delivery.context import Context
from bqml_registrar.delivery.event_publisher import EventPublisher
from bqml_registrar.policy.cleanup_rules import CleanupRules
from bqml_registrar.reasons import Reason

# How a delivery ended, and a detail for people.
StepResult = tuple[Reason, str]


class Work(Struct, frozen=True, kw_only=True):
    """Intent, rules, observation and plan; what announces them, and until when there is time."""

    intent: DeletionIntent
    rules: CleanupRules
    observed: Observed
    plan: CleanupPlan
    events: CleanupEvents
    validity: IntentValidity
    publisher: EventPublisher
    context: Context
    until: datetime
