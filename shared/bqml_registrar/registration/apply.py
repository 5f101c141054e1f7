"""Applies plans: each step builds on the answer of the step before."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from msgspec.structs import replace

from bqml_registrar.bookkeeping.model_document import Giver, ModelDocument, seen
from bqml_registrar.delivery.event_publisher import EventPublisher
from bqml_registrar.delivery.memory import Memory
from bqml_registrar.delivery.outbox import events_of
from bqml_registrar.errors import StaleError
from bqml_registrar.events.registry_events import EventType
from bqml_registrar.ports import Ports
from bqml_registrar.registration.plan import RegistrationPlan
from bqml_registrar.registration.rejection_plan import Plan, RejectionPlan
from bqml_registrar.resources.models import BigQueryModel, ModelVersion


class DecisionApplication:
    """Applies plans about one model in one delivery."""

    def __init__(self, memory: Memory, ports: Ports, publisher: EventPublisher) -> None:
        self._memory = memory
        self._ports = ports
        self._publisher = publisher

    def apply(self, plan: Plan, model: BigQueryModel) -> BigQueryModel | None:
        """Apply the plan; the model if it was registered now: its version needs a plan of its own.

        Raises StaleError if somebody changed version, model or document meanwhile, or if another
        plan has to follow. The next assessment finds what was done by then.
        """
        if plan.is_done(self._memory.document):
            return None
        if isinstance(plan, RejectionPlan):
            self._reject(plan, model)
        elif plan.register_as:
            self._write_down(plan)
            return self._ports.catalog.patch(model, plan.model_labels, plan.register_as)
        else:
            self._register(plan, model)
        return None

    def _write_down(self, plan: RegistrationPlan) -> None:
        """Store the transitions before their first effect, unless an earlier delivery did."""
        stored, planned = self._memory.document, plan.planned
        is_older = stored and stored.modified != planned.modified and not self._memory.has_written
        if stored is None or stored.transitions != planned.transitions or is_older:
            self._memory.write(planned)

    def _register(self, plan: RegistrationPlan, model: BigQueryModel) -> None:
        if plan.aliases or plan.removed_aliases:
            self._write_down(plan)
        if plan.model_labels:
            # First, as its etag refuses a plan that was made for labels that have changed.
            model = self._ports.catalog.patch(model, plan.model_labels)
        version = self._change_version(plan)
        if plan.parent_description is not None:
            self._describe_parent(plan)
        self._announce(plan, version)
        settled = seen(plan.settled, model)
        # With effects, this write shows whether another delivery came between.
        if plan.has_effects or not settled.is_same(self._memory.document):
            self._memory.write(settled)
        if plan.unfinished:
            raise StaleError

    def _announce(self, plan: RegistrationPlan, version: ModelVersion) -> None:
        transitions = plan.effected.transitions
        if not transitions:
            return
        stored = self._memory.document
        if plan.has_effects or stored is None or stored.transitions != transitions:
            self._store_effected(plan, version)
        self._publish(plan.effected)

    def _store_effected(self, plan: RegistrationPlan, version: ModelVersion) -> None:
        try:
            self._memory.write(plan.effected)
        except StaleError:
            self._take_back(plan, version)
            raise

    def _publish(self, document: ModelDocument) -> None:
        self._publisher.publish(*events_of(document.name, document.transitions))

    def _change_version(self, plan: RegistrationPlan) -> ModelVersion:
        version, registry = plan.version, self._ports.registry
        if plan.writes_version:
            labels = merged(version.labels, plan.labels)
            version = registry.update(version, labels, plan.description)
        if plan.aliases or plan.removed_aliases:
            version = registry.merge_aliases(version, plan.aliases, plan.removed_aliases)
        return version

    def _take_back(self, plan: RegistrationPlan, version: ModelVersion) -> None:
        """Undo the aliases that a later decision does not want.

        MergeVersionAliases is the only write without an etag, so it may come too late. The commit at
        the end tells a delivery that has seen the aliases meanwhile to look again.
        """
        for _ in range(_TAKE_BACKS):
            now = self._memory.read_again()
            # Without a document nothing tells what is wanted.
            if now is None or not self._undo(plan, version, wanted_aliases(now, plan.planned)):
                return
            with suppress(StaleError):
                self._memory.write(now)
                return

    def _undo(self, plan: RegistrationPlan, version: ModelVersion, wanted: set[str]) -> bool:
        """Undo what is not wanted; whether there was anything."""
        wrong = [alias for alias in plan.aliases if alias not in wanted]
        missing = [alias for alias in plan.removed_aliases if alias in wanted]
        before = {
            pending.target: pending.before
            for pending in plan.planned.transitions
            if pending.target in wrong and pending.before
        }
        removed = [alias for alias in wrong if alias not in before]
        if removed or missing:
            self._ports.registry.merge_aliases(version, missing, removed)
        for alias, number in before.items():
            holder = replace(version, name=version.name.at(number))
            self._ports.registry.merge_aliases(holder, [alias])
        return bool(wrong or missing)

    def _describe_parent(self, plan: RegistrationPlan) -> None:
        parent = self._ports.registry.get(plan.version.name.at(""))
        if parent is None:
            raise StaleError
        if parent.model_description == plan.version.model_description:
            self._ports.registry.describe_model(parent, plan.parent_description or "")

    def _reject(self, plan: RejectionPlan, model: BigQueryModel) -> None:
        """Announce a rejection, after the rest of the registration that it is about."""
        if plan.first is not None:
            self.apply(plan.first, model)
            raise StaleError  # the rejection is planned on what that left
        if plan.effected.transitions:
            self._memory.write(plan.effected)
            self._publish(plan.effected)
        if plan.model_labels:
            model = self._ports.catalog.patch(model, plan.model_labels)
        settled = seen(plan.settled, model)
        if not settled.is_same(self._memory.document):
            self._memory.write(settled)


def merged(labels: Mapping[str, str], changes: Mapping[str, str | None]) -> dict[str, str]:
    """The labels with changes merged in; None removes one."""
    result = {**labels, **changes}
    return {key: value for key, value in result.items() if value is not None}


def wanted_aliases(now: ModelDocument, planned: ModelDocument) -> set[str]:
    """The aliases that the document of now gives the version, or is about to give.

    An alias that we set too late looks like a person's to whoever has looked since: it counts only
    if it was a person's when this delivery planned.
    """
    pending = now.transitions
    to_come = {t.target for t in pending if t.kind in _SETTING}
    to_go = {t.target for t in pending if t.kind == EventType.ALIAS_REMOVED}
    ours = {t.target for t in planned.transitions if t.kind == EventType.ALIAS_ASSIGNED}
    there = {
        alias
        for alias, record in now.aliases.items()
        if record.is_there
        and (record.giver is Giver.RULE or alias not in ours or alias in planned.aliases)
    }
    return (there | to_come) - to_go


_SETTING = (EventType.ALIAS_ASSIGNED, EventType.ALIAS_CARRIEDOVER)
_TAKE_BACKS = 4
