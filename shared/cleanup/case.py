"""One intent about one model, as far as it was looked at in one delivery."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from shared.cleanup.announcements import CleanupEvents
from shared.cleanup.intents import DeletionIntent
from shared.cleanup.plan import CleanupPlan, Observed
from shared.cleanup.rules import CleanupRules
from shared.cleanup.standing import Standing
from shared.context import Context
from shared.publication import Publication
from shared.reasons import Reason

# How a delivery ended, and a detail for people.
Ended = tuple[Reason, str]


class Case(Struct, frozen=True, kw_only=True):
    """Intent, rules, what was observed and the plan; who tells of it, and until when there is time."""

    intent: DeletionIntent
    rules: CleanupRules
    observed: Observed
    plan: CleanupPlan
    events: CleanupEvents
    standing: Standing
    publication: Publication
    context: Context
    until: datetime
