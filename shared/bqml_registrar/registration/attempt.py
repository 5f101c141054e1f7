"""Handles one model in one delivery: assess, apply what is left to do, announce, retire when due.

Level-triggered: the event only names the model. Each delivery compares wanted and actual state, so
duplicates, reordering and a crash at any point end in the same state and the same events.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from msgspec.structs import replace

from bqml_registrar.audit.model_changes import ModelChanged
from bqml_registrar.audit.model_prefilter import ChangeKind
from bqml_registrar.cleanup.retirement.apply import RetirementApplication
from bqml_registrar.cleanup.retirement.plan import plan_retirement
from bqml_registrar.delivery.context import Context
from bqml_registrar.delivery.event_publisher import Companions, EventPublisher
from bqml_registrar.delivery.fact_reader import FactReader
from bqml_registrar.delivery.outcome import Outcome
from bqml_registrar.errors import DeliveryError, RetryableError, StaleError
from bqml_registrar.events.registry_events import Cause
from bqml_registrar.names import JobName
from bqml_registrar.policy.cleanup_choice import RuleFound, cleanup_rule
from bqml_registrar.policy.decisions import Register, Reject
from bqml_registrar.policy.facts import KnownOrigin
from bqml_registrar.reasons import Reason
from bqml_registrar.registration.apply import apply_plan
from bqml_registrar.registration.assessment import Assessment, Assessor
from bqml_registrar.registration.deletion import announce_deletion
from bqml_registrar.registration.events import missing_detail
from bqml_registrar.registration.plan import RegistrationPlan
from bqml_registrar.registration.rejection_plan import Plan, RejectionPlan
from bqml_registrar.registration.visibility import VisibilityWait

_ATTEMPTS = 4

T = TypeVar("T")


class RegistrationAttempt:
    """One delivery about one model."""

    def __init__(
        self,
        change: ModelChanged,
        cause: Cause,
        context: Context,
        companions: Companions | None = None,
        known: KnownOrigin | None = None,
    ) -> None:
        self._change = change
        self._context = context
        self._created_by = change.created_by
        self._known = known
        self._publisher = EventPublisher(cause, context, companions)
        self._visibility = VisibilityWait(context.ports)
        self._read_again()

    def _read_again(self, rule: str = "") -> None:
        self._reader = FactReader(
            self._context.ports, self._change.name, self._created_by, known=self._known
        )
        self._assessor = Assessor(self._reader, self._visibility, self._context, rule)

    def announce_deletion(self) -> None:
        """Announce that the model is gone, if the entry says so."""
        if self._change.kind is ChangeKind.DELETED:
            change, context = self._change, self._context
            self._until_unchanged(lambda: announce_deletion(change, context, self._publisher))

    def run(self, created_by: JobName | None = None) -> Outcome:
        """Assess and apply; start again while others change the model, a few times at most.

        `created_by` is the creating job, if another delivery named it.
        """
        self._created_by = self._created_by or created_by
        self._visibility = VisibilityWait(self._context.ports)  # one deadline for all its waits
        outcome = self._until_unchanged(self._run_once)
        outcome = self._until_unchanged(lambda: self._retired(outcome))
        return outcome.with_events(self._publisher.announced)

    def failed(self, error: DeliveryError) -> DeliveryError:
        """The error with its context; a PermanentError is announced as well."""
        facts = self._reader.facts
        return self._publisher.failed(error, facts.name, facts.model, self._assessor.rule)

    def _until_unchanged(self, step: Callable[[], T]) -> T:
        for _ in range(_ATTEMPTS):
            with suppress(StaleError):
                return step()
        detail = f"{self._change.name} changed {_ATTEMPTS} times"
        raise RetryableError(Reason.CONCURRENT_CHANGE, detail)

    def _run_once(self) -> Outcome:
        self._read_again(self._assessor.rule)
        assessment = self._assessor.assess()
        if self._context.dry_run:
            self._foresee(assessment.plan)
        else:
            assessment = self._apply(assessment)
        return self._outcome(assessment)

    def _foresee(self, plan: Plan | None) -> None:
        """Publish the events of a plan, together those that a real run publishes together."""
        if isinstance(plan, RejectionPlan):
            self._foresee(plan.first)
            self._publisher.publish_unless_recent(plan.event)
        elif plan:
            self._publisher.publish_unless_recent(*plan.events)

    def _apply(self, assessment: Assessment) -> Assessment:
        """Apply the plan; after a registration, assess the new version and apply that plan too."""
        model, decision, plan = assessment.model, assessment.decision, assessment.plan
        if model is None or plan is None:
            return assessment
        registered = apply_plan(plan, model, self._context.ports, self._publisher)
        if registered is None or not isinstance(decision, Register):
            return assessment
        return self._apply(self._assessor.assess_version(registered, decision))

    def _outcome(self, assessment: Assessment) -> Outcome:
        decision, plan = assessment.decision, assessment.plan
        is_gone = decision.reason is Reason.MODEL_GONE
        is_deletion = is_gone and self._change.kind is ChangeKind.DELETED
        return Outcome(
            reason=Reason.MODEL_DELETED if is_deletion else decision.reason,
            ended="rejected" if isinstance(decision, Reject) else "",
            name=assessment.facts.name,
            rule=decision.rule,
            vertex=str(plan.version.name) if isinstance(plan, RegistrationPlan) else "",
            detail=missing_detail(decision) if isinstance(decision, Register) else decision.detail,
            facts=assessment.facts,
        )

    def _retired(self, outcome: Outcome) -> Outcome:
        """Apply the retire label of a model that a rule matches or the registrar registered."""
        model = self._reader.facts.model
        if model is None or outcome.decision not in {"registered", "rejected"}:
            return outcome
        policy, ports = self._context.policy, self._context.ports
        found = self._reader.until_known(lambda facts: cleanup_rule(policy, facts))
        if not isinstance(found, RuleFound):
            return outcome  # the rule depends on the creating job
        rule, context = found.cleanup.retirement, self._context
        if plan_retirement(model, rule, ports.clock.now()).is_empty:
            return outcome  # what this delivery wrote is no label of a retirement
        now = ports.catalog.get(model.name)
        if now is None:
            return outcome
        retired = RetirementApplication(now, found.name, rule, self._publisher, context).run()
        if retired is None:
            return outcome
        reason, detail = retired
        detail = f"{detail}; {outcome.reason.name}".strip("; ")
        return replace(outcome, reason=reason, ended="", detail=detail)
