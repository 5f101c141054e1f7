"""Announces a plan, and passes it on to the next delivery; nothing is changed here.

A continuation comes through here as well: what was deployed anew, or is protected by now, has to be
announced before anything more is done.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from bqml_registrar.cleanup.intent.continuation import continued, publish_request, request_message
from bqml_registrar.cleanup.intent.effect import is_only_told, would_delete
from bqml_registrar.cleanup.intent.guidance import how_to_override, how_to_request
from bqml_registrar.cleanup.intent.intents import DeletionIntent, IntentKind, PlannedUndeployment
from bqml_registrar.cleanup.planning.plan import difference
from bqml_registrar.cleanup.planning.plan_text import plan_text
from bqml_registrar.cleanup.steps.work import Case, Ended
from bqml_registrar.events.registry_events import RegistryEvent
from bqml_registrar.reasons import Reason


class Proposal:
    """What one delivery announces of its plan."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._told = plan_text(case.plan)

    def settle(self) -> Ended | None:
        """Announce what has to be; None where all of the plan is announced, and can be applied."""
        return self._go_on() if self._case.intent.is_continuation else self._begin()

    def _begin(self) -> Ended:
        case, plan = self._case, self._case.plan
        if plan.is_empty and not case.intent.deletes:
            return self._ready()
        reason = Reason.NOTIFY_ONLY if is_only_told(case.intent, case.rules) else plan.blocked_by
        if reason:
            return self._blocked(reason)
        requested = case.events.requested(msgspec.json.encode(plan).decode())
        following = continued(case.intent, case.observed.model, plan.undeployments)
        self._pass_on([requested, *self._planned(plan.undeployments)], following)
        return Reason.CLEANUP_PLANNED, self._told

    def _go_on(self) -> Ended | None:
        case, blocked_by = self._case, self._case.plan.blocked_by
        change = difference(case.intent.undeploying, case.plan, case.observed.endpoints)
        if not (blocked_by or change.new):
            return None
        gone = [case.events.undeployed(planned) for planned in change.gone]
        case.publication.publish_unmarked(*gone)
        if blocked_by:
            return self._blocked(blocked_by)
        undeploying = (*change.still, *change.new)
        following = continued(case.intent, case.observed.model, undeploying, len(gone))
        self._pass_on(self._planned(change.new), following)
        return Reason.CLEANUP_PLANNED, self._told

    def _ready(self) -> Ended:
        case = self._case
        if case.intent.kind is not IntentKind.EXPIRATION:  # which nobody waits for
            case.publication.publish_unmarked(case.events.ready())
        return Reason.NOTHING_DEPLOYED, ""

    def _blocked(self, reason: Reason) -> Ended:
        case, deletes = self._case, would_delete(self._case.intent)
        if reason is Reason.NOTIFY_ONLY:
            how = how_to_request(case.intent.name, deletes=deletes)
        else:
            how = how_to_override(reason, case.intent.name, deletes=deletes)
        plan = msgspec.json.encode(case.plan).decode()
        case.publication.publish_unmarked(case.events.blocked(reason, self._told, plan, how))
        return reason, self._told

    def _planned(self, undeployments: Iterable[PlannedUndeployment]) -> list[RegistryEvent]:
        plans = {plan.endpoint: plan for plan in self._case.plan.endpoints}
        return [
            self._case.events.planned(
                item, plans[item.endpoint].traffic_before, plans[item.endpoint].traffic or {}
            )
            for item in undeployments
        ]

    def _pass_on(self, events: Iterable[RegistryEvent], following: DeletionIntent) -> None:
        """Announce, and pass on what was: nothing, if no message can carry it."""
        case, message = self._case, request_message(following)
        case.publication.publish_unmarked(*events)
        if not case.context.dry_run:
            publish_request(message, case.context)
