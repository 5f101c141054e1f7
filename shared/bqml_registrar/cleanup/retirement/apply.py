"""Applies a retire label: normalises it, announces it, requests the deletion when it is due."""

from __future__ import annotations

from msgspec import Struct

from bqml_registrar.cleanup.events import CleanupEvents
from bqml_registrar.cleanup.intent.continuation import publish_once
from bqml_registrar.cleanup.intent.intents import DeletionIntent, IntentKind
from bqml_registrar.cleanup.retirement.plan import RetirementChange, RetirementPlan, plan_retirement
from bqml_registrar.delivery.context import Context
from bqml_registrar.delivery.event_publisher import EventPublisher
from bqml_registrar.events.registry_events import RegistryEvent
from bqml_registrar.policy.cleanup_rules import Retirement
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.models import BigQueryModel

_REASONS = {
    RetirementChange.SET: Reason.RETIRING,
    RetirementChange.WITHDRAWN: Reason.RETIREMENT_WITHDRAWN,
    RetirementChange.INHERITED: Reason.STALE_INTENT,
    RetirementChange.UNCLEAR: Reason.RETIRE_LABEL_UNCLEAR,
}


class RetirementApplication(Struct):
    """Applies the retirement of one model in one delivery; `model` is as it was last written."""

    model: BigQueryModel
    rule: str
    retirement: Retirement | None
    publisher: EventPublisher
    context: Context

    def run(self) -> tuple[Reason, str] | None:
        """Apply it; reason and detail, or None for no effect. StaleError if the model changed."""
        now = self.context.ports.clock.now()
        plan = plan_retirement(self.model, self.retirement, now)
        if plan.is_empty:
            return None
        intent = self._intent(plan)
        if self.context.dry_run:
            if plan.change:
                self.publisher.publish_unless_recent(self._event(plan, plan.change, intent))
        else:
            self._apply(plan, intent)
            if plan.is_leftover:
                return self.run()
        detail = f"due on {plan.due}" if plan.due else ""
        if plan.is_due:
            return Reason.RETIREMENT_DUE, detail
        return (_REASONS[plan.change], detail) if plan.change else None

    def _apply(self, plan: RetirementPlan, intent: DeletionIntent) -> None:
        catalog = self.context.ports.catalog
        if plan.labels:
            self.model = catalog.patch(self.model, plan.labels)
        if plan.change:
            self.publisher.publish(self._event(plan, plan.change, intent))
            self.model = catalog.patch(self.model, plan.announced_labels)
        if plan.is_due:
            publish_once(intent, self.context)

    def _intent(self, plan: RetirementPlan) -> DeletionIntent:
        # Rounded to the hour: several deliveries about one label make one request.
        now = self.context.ports.clock.now().replace(minute=0, second=0, microsecond=0)
        return DeletionIntent(
            name=self.model.name,
            kind=IntentKind.RETIREMENT,
            key=plan.key,
            meant_at=now,
            deletes=True,
            generation=self.model.generation,
        )

    def _event(
        self, plan: RetirementPlan, change: RetirementChange, intent: DeletionIntent
    ) -> RegistryEvent:
        dry_run, reason = self.context.dry_run, _REASONS[change]
        events = CleanupEvents(intent, self.model, self.rule, dry_run=dry_run, due=plan.due)
        if change is RetirementChange.SET:
            return events.requested("", reason)
        if change is RetirementChange.UNCLEAR:
            return events.blocked(reason, "", "", reason.meaning)
        return events.cancelled(reason, reason.meaning)
