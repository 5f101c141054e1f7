"""Applies a retire label: normalises it, announces it, requests the deletion when it is due."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from bqml_registrar.bookkeeping.model_document import ModelDocument, seen
from bqml_registrar.bookkeeping.transitions import Change
from bqml_registrar.cleanup.events import CleanupEvents
from bqml_registrar.cleanup.intent.continuation import publish_once
from bqml_registrar.cleanup.intent.intents import DeletionIntent, IntentKind
from bqml_registrar.cleanup.retirement.plan import RetirementChange, RetirementPlan, plan_retirement
from bqml_registrar.delivery.context import Context
from bqml_registrar.delivery.event_publisher import EventPublisher
from bqml_registrar.delivery.memory import Memory
from bqml_registrar.delivery.outbox import events_of, frozen
from bqml_registrar.events.registry_events import EventType, RegistryEvent
from bqml_registrar.policy.cleanup_rules import Retirement
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.models import BigQueryModel

_KINDS = {
    RetirementChange.SET: EventType.DELETION_REQUESTED,
    RetirementChange.WITHDRAWN: EventType.DELETION_CANCELLED,
    RetirementChange.INHERITED: EventType.DELETION_CANCELLED,
    RetirementChange.UNCLEAR: EventType.DELETION_BLOCKED,
}
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
    memory: Memory
    publisher: EventPublisher
    context: Context

    def run(self) -> tuple[Reason, str] | None:
        """Apply it; reason and detail, or None for no effect. StaleError if the model changed."""
        document, now = self.memory.document, self.context.ports.clock.now()
        if document is None:
            return None
        plan = plan_retirement(self.model, self.retirement, now, document)
        if plan.is_empty:
            return None
        noted = self._noted(document, plan)
        if self.context.dry_run:
            self.publisher.publish_unless_recent(*_events(noted))
        else:
            self._apply(plan, noted)
        detail = f"due on {plan.due}" if plan.due else ""
        if plan.is_due:
            return Reason.RETIREMENT_DUE, detail
        return (_REASONS[plan.change], detail) if plan.change else None

    def _noted(self, document: ModelDocument, plan: RetirementPlan) -> ModelDocument:
        """The document with the new record, and the transition of a change that is to be announced."""
        noted = replace(document, retirement=plan.record or document.retirement)
        if plan.change is None:
            return noted
        new_id = None if self.context.dry_run else self.context.ports.store.new_id
        kind = _KINDS[plan.change].value
        change = Change(kind=kind, before=_wanted(document), wanted=_wanted(noted), is_ours=False)
        numbered = noted.with_changes([change], new_id)
        (*earlier, new) = numbered.transitions
        told = new.effected(frozen(self._event(plan, plan.change)))
        return replace(numbered, transitions=(*earlier, told))

    def _apply(self, plan: RetirementPlan, noted: ModelDocument) -> None:
        if plan.record:
            self.memory.write(noted)
        if plan.labels:
            self.model = self.context.ports.catalog.patch(self.model, plan.labels)
        self.publisher.publish(*_events(noted))
        if plan.labels or noted.effected_transitions:
            record = noted.retirement and replace(noted.retirement, is_normalised=True)
            settled = replace(noted.without_effected(), retirement=record)
            self.memory.write(seen(settled, self.model))
        if plan.is_due:
            publish_once(self._intent(plan), self.context)

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

    def _event(self, plan: RetirementPlan, change: RetirementChange) -> RegistryEvent:
        dry_run, reason, intent = self.context.dry_run, _REASONS[change], self._intent(plan)
        events = CleanupEvents(intent, self.model, self.rule, dry_run=dry_run, due=plan.due)
        if change is RetirementChange.SET:
            return events.requested("", reason)
        if change is RetirementChange.UNCLEAR:
            return events.blocked(reason, "", "", reason.meaning)
        return events.cancelled(reason, reason.meaning)


def _events(document: ModelDocument) -> list[RegistryEvent]:
    """Of what has happened: another delivery may have written down what it is about to do."""
    return events_of(document.name, document.effected_transitions)


def _wanted(document: ModelDocument) -> str:
    return document.retirement.wanted if document.retirement else ""
