"""Announces a plan and passes it on to the next delivery; it applies nothing.

It handles continuations as well: what was deployed again, or is protected by now, has to be
announced before anything else is done.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from bqml_registrar.cleanup.intent.continuation import continued, publish_request, request_message
from bqml_registrar.cleanup.intent.effect import is_notify_only, means_deletion
from bqml_registrar.cleanup.intent.guidance import how_to_override, how_to_request
from bqml_registrar.cleanup.intent.intents import DeletionIntent, IntentKind, PlannedUndeployment
from bqml_registrar.cleanup.planning.plan import difference
from bqml_registrar.cleanup.planning.plan_text import plan_text
from bqml_registrar.cleanup.steps.work import StepResult, Work
from bqml_registrar.events.registry_events import RegistryEvent
from bqml_registrar.reasons import Reason


class PlanAnnouncement:
    """Announces the plan of one delivery."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._plan_text = plan_text(work.plan)

    def run(self) -> StepResult | None:
        """Announce what is new; None if all of the plan is announced already and can be applied."""
        return self._go_on() if self._work.intent.is_continuation else self._begin()

    def _begin(self) -> StepResult:
        work, plan = self._work, self._work.plan
        if plan.is_empty and not work.intent.deletes:
            return self._ready()
        reason = Reason.NOTIFY_ONLY if is_notify_only(work.intent, work.rules) else plan.blocked_by
        if reason:
            return self._blocked(reason)
        requested = work.events.requested(msgspec.json.encode(plan).decode())
        following = continued(work.intent, work.observed.model, plan.undeployments)
        self._pass_on([requested, *self._planned(plan.undeployments)], following)
        return Reason.CLEANUP_PLANNED, self._plan_text

    def _go_on(self) -> StepResult | None:
        work, blocked_by = self._work, self._work.plan.blocked_by
        change = difference(work.intent.undeploying, work.plan, work.observed.endpoints)
        if not (blocked_by or change.new):
            return None
        gone = [work.events.undeployed(planned) for planned in change.gone]
        work.publisher.publish_unless_recent(*gone)
        if blocked_by:
            return self._blocked(blocked_by)
        undeploying = (*change.still, *change.new)
        following = continued(work.intent, work.observed.model, undeploying, len(gone))
        self._pass_on(self._planned(change.new), following)
        return Reason.CLEANUP_PLANNED, self._plan_text

    def _ready(self) -> StepResult:
        work = self._work
        if work.intent.kind is not IntentKind.EXPIRATION:  # nobody waits for that one
            work.publisher.publish_unless_recent(work.events.ready())
        return Reason.NOTHING_DEPLOYED, ""

    def _blocked(self, reason: Reason) -> StepResult:
        work, deletes = self._work, means_deletion(self._work.intent)
        if reason is Reason.NOTIFY_ONLY:
            how = how_to_request(work.intent.name, deletes=deletes)
        else:
            how = how_to_override(reason, work.intent.name, deletes=deletes)
        plan = msgspec.json.encode(work.plan).decode()
        work.publisher.publish_unless_recent(
            work.events.blocked(reason, self._plan_text, plan, how)
        )
        return reason, self._plan_text

    def _planned(self, undeployments: Iterable[PlannedUndeployment]) -> list[RegistryEvent]:
        plans = {plan.endpoint: plan for plan in self._work.plan.endpoints}
        return [
            self._work.events.planned(
                item, plans[item.endpoint].traffic_before, plans[item.endpoint].traffic or {}
            )
            for item in undeployments
        ]

    def _pass_on(self, events: Iterable[RegistryEvent], following: DeletionIntent) -> None:
        """Announce, and publish the next request; neither, if no message can carry the request."""
        work, message = self._work, request_message(following)
        work.publisher.publish_unless_recent(*events)
        if not work.context.dry_run:
            publish_request(message, work.context)
