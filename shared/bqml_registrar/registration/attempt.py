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
from bqml_registrar.bookkeeping.ownership import model_labels
from bqml_registrar.cleanup.retirement.apply import RetirementApplication
from bqml_registrar.cleanup.retirement.plan import plan_retirement
from bqml_registrar.delivery.context import Context
from bqml_registrar.delivery.event_publisher import Companions, EventPublisher
from bqml_registrar.delivery.fact_reader import FactReader
from bqml_registrar.delivery.memory import Memory
from bqml_registrar.delivery.outbox import events_of
from bqml_registrar.delivery.outcome import Note, Outcome
from bqml_registrar.errors import DeliveryError, RetryableError, StaleError
from bqml_registrar.events.registry_events import Cause
from bqml_registrar.names import JobName
from bqml_registrar.policy.cleanup_choice import RuleFound, cleanup_rule
from bqml_registrar.policy.decisions import Register, Reject
from bqml_registrar.policy.facts import OriginUnknown
from bqml_registrar.reasons import Reason
from bqml_registrar.registration.apply import DecisionApplication
from bqml_registrar.registration.assessment import Assessor
from bqml_registrar.registration.deletion import DeletionAnnouncement
from bqml_registrar.registration.events import missing_detail
from bqml_registrar.registration.plan import RegistrationPlan
from bqml_registrar.registration.rejection_plan import Plan, RejectionPlan
from bqml_registrar.registration.subject import Assessment, Subject, Swept
from bqml_registrar.registration.visibility import VisibilityWait
from bqml_registrar.resources.models import BigQueryModel, Origin

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
        sweep: Swept | None = None,
    ) -> None:
        self._change = change
        self._context = context
        self._sweep = sweep or Swept()
        self._created_by = change.created_by
        self._publisher = EventPublisher(cause, context, companions)
        self._visibility = VisibilityWait(context.ports)
        self._notes: dict[Note, None] = {}
        self._read_again()

    def _read_again(self, rule: str = "") -> None:
        ports, name = self._context.ports, self._change.name
        self._memory = Memory(lambda: self._reader.facts.name, ports)
        self._reader = FactReader(ports, name, self._created_by, known=self._known_origin)
        self._assessor = Assessor(
            Subject(self._reader, self._memory, self._visibility, self._context, self._sweep)
        )
        self._assessor.rule = rule

    def _known_origin(self, model: BigQueryModel) -> Origin | OriginUnknown | None:
        """What the store or the sweep knows of the model's creating job."""
        found = self._sweep.known
        of_sweep = found.origin if found and found.created == model.created else None
        return self._memory.origin_of(model) or of_sweep

    def announce_deletion(self) -> None:
        """Announce that the model is gone, if the entry says so."""
        if self._change.kind is ChangeKind.DELETED:
            deletion = DeletionAnnouncement(
                self._change, self._context, self._publisher, is_known=self._sweep.is_open
            )
            self._until_unchanged(deletion.run)

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
        assessment = self._noted(self._assessor.assess())
        if self._context.dry_run:
            self._foresee(assessment.plan)
        else:
            assessment = self._apply(assessment)
        return self._outcome(assessment)

    def _foresee(self, plan: Plan | None) -> None:
        """Publish the events of a plan, together those that a real run publishes together."""
        if isinstance(plan, RejectionPlan):
            self._foresee(plan.first)
        if plan:
            document, stored = plan.effected, self._memory.document
            events = events_of(document.name, document.added_to(stored))
            self._publisher.publish_unless_recent(*events)

    def _apply(self, assessment: Assessment) -> Assessment:
        """Apply the plan; after a registration, assess the new version and apply that plan too."""
        model, decision, plan = assessment.model, assessment.decision, assessment.plan
        if model and plan is None and not model.registered_as:
            self._tidy(model)
        if model is None or plan is None:
            return assessment
        application = DecisionApplication(self._memory, self._context.ports, self._publisher)
        registered = application.apply(plan, model)
        if registered is None or not isinstance(decision, Register):
            return assessment
        return self._apply(self._noted(self._assessor.assess_version(registered, decision)))

    def _noted(self, assessment: Assessment) -> Assessment:
        """The assessment, whose notes the log has to state though it is applied and made anew."""
        self._notes |= dict.fromkeys(assessment.notes)
        return assessment

    def _tidy(self, model: BigQueryModel) -> None:
        """Remove labels of release 0.4.0 from a model that is neither registered nor to be."""
        if leftover := model_labels(model.labels, ""):
            self._context.ports.catalog.patch(model, leftover)

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
            notes=tuple(self._notes),
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
        rule, document = found.cleanup.retirement, self._memory.document
        if not document or plan_retirement(model, rule, ports.clock.now(), document).is_empty:
            return outcome
        now = ports.catalog.get(model.name)  # this delivery may have written to the model
        if now is None:
            return outcome
        self._memory.read_again()
        retired = RetirementApplication(
            now, found.name, rule, self._memory, self._publisher, self._context
        ).run()
        if retired is None:
            return outcome
        reason, detail = retired
        detail = f"{detail}; {outcome.reason.name}".strip("; ")
        return replace(outcome, reason=reason, ended="", detail=detail)
