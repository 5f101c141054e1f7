"""Checks before every change whether an intent is still valid, on the model as it is now."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from bqml_registrar.bookkeeping.model_document import ModelDocument
from bqml_registrar.cleanup.intent.intents import DeletionIntent, IntentKind
from bqml_registrar.cleanup.intent.staleness import stale_detail
from bqml_registrar.cleanup.retirement.plan import is_still_due
from bqml_registrar.delivery.memory import Memory
from bqml_registrar.policy.cleanup_rules import CleanupRules
from bqml_registrar.ports import Ports
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.models import BigQueryModel


class IntentOverError(Exception):
    """The intent is not valid (any more); `reason` says why."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason.name}: {detail}")
        self.reason = reason
        self.detail = detail


class ModelGoneError(Exception):
    """There is no model of the intent's name (any more)."""


class IntentValidity(Struct, frozen=True):
    """Checks an intent under its rules, as often as needed.

    Without rules (it is not known which apply), it checks only what no rule could change.
    """

    intent: DeletionIntent
    rules: CleanupRules | None
    ports: Ports

    def checked_model(self) -> BigQueryModel:
        """The intended model as it is now; raises IntentOverError or ModelGoneError."""
        model = self.ports.catalog.get(self.intent.name)
        if model is None:
            raise ModelGoneError
        self.check(model)
        return model

    def check(self, model: BigQueryModel) -> None:
        """Raise IntentOverError if this is not the intended model, or the intent is too old."""
        intent, now = self.intent, self.ports.clock.now()
        age = timedelta(hours=(self.rules or CleanupRules()).max_intent_age_hours)
        if detail := stale_detail(intent, model, now, age):
            raise IntentOverError(Reason.STALE_INTENT, detail)
        if self.rules:
            self._check_end(model, self.rules, now)

    def _check_end(self, model: BigQueryModel, rules: CleanupRules, now: datetime) -> None:
        """Raise IntentOverError if the model no longer retires or expires soon."""
        intent = self.intent
        retiring = intent.kind is IntentKind.RETIREMENT
        if retiring and not is_still_due(model, rules.retirement, now, self._document(model)):
            raise IntentOverError(Reason.RETIREMENT_WITHDRAWN, "its date is another one by now")
        horizon = now + timedelta(hours=rules.expiration_horizon_hours)
        if intent.kind is IntentKind.EXPIRATION and not _expires_by(model, horizon):
            end = model.expires.isoformat() if model.expires else "never"
            raise IntentOverError(Reason.STALE_INTENT, f"the model's end was put off: {end}")

    def _document(self, model: BigQueryModel) -> ModelDocument | None:
        return Memory(lambda: model.name, self.ports).document


def _expires_by(model: BigQueryModel, horizon: datetime) -> bool:
    """Whether a model still expires soon: somebody may have postponed it."""
    return model.expires is not None and model.expires <= horizon
