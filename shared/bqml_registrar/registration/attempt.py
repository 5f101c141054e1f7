"""One model: look at it, decide by the policy, make the registry follow, announce.

Level-triggered: the event only said where to look. Whatever is done is found out by comparing, so
that duplicates, reordering and a crash at any point end in the same state and the same events.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

from msgspec.structs import replace

from bqml_registrar.audit.model_changes import ModelChanged
from bqml_registrar.audit.model_prefilter import Kind
from bqml_registrar.bookkeeping.ownership import GENERATION, source_mark
from bqml_registrar.bookkeeping.rejections import RejectionMark
from bqml_registrar.bookkeeping.versions import VersionMarks
from bqml_registrar.cleanup.retirement.apply import Retiring
from bqml_registrar.cleanup.retirement.plan import plan_retirement
from bqml_registrar.delivery.context import Context
from bqml_registrar.delivery.event_publisher import Beside, Publication
from bqml_registrar.delivery.fact_reader import Look
from bqml_registrar.delivery.failure_event import failure
from bqml_registrar.delivery.outcome import Outcome
from bqml_registrar.errors import DeliveryError, PermanentError, RetryableError, StaleError
from bqml_registrar.events.registry_events import Cause
from bqml_registrar.names import JobName, VertexName, vertex_region
from bqml_registrar.policy.cleanup_choice import RuleFound, cleanup_rule
from bqml_registrar.policy.decide import decide, leftover, of_registered
from bqml_registrar.policy.decisions import Decision, Needs, Register, Reject, Skip
from bqml_registrar.reasons import Reason
from bqml_registrar.registration.apply import (
    apply_registration,
    apply_rejection,
    is_told,
    refusal_digest,
)
from bqml_registrar.registration.deletion import announce_deletion
from bqml_registrar.registration.events import missing_detail, rejection
from bqml_registrar.registration.plan import (
    RegistrationPlan,
    asks_for_others,
    first_model_labels,
    plan_registration,
)
from bqml_registrar.registration.replacement import collides, remembers
from bqml_registrar.registration.visibility import Visibility
from bqml_registrar.resources.models import BigQueryModel, ModelVersion

_ATTEMPTS = 4

T = TypeVar("T")


class Case:
    """One delivery about one model, and what has been read of it so far."""

    def __init__(
        self, change: ModelChanged, cause: Cause, context: Context, beside: Beside | None = None
    ) -> None:
        self._change = change
        self._cause = cause
        self._context = context
        self._ports = context.ports
        self._look = Look(context.ports, change.name, change.created_by)
        self._created_by = change.created_by
        self._visibility = Visibility(context.ports)
        self.publication = Publication(cause, context, beside)
        self.rule = ""

    def announce_deletion(self) -> None:
        """Announce that the model is gone, if that is what the entry tells."""
        if self._change.kind is Kind.DELETED:
            self._patiently(
                lambda: announce_deletion(self._change, self._context, self.publication)
            )

    def settle(self, created_by: JobName | None = None) -> Outcome:
        """Look, decide and apply, again and again while others change the model meanwhile.

        `created_by` is the creating job, where another delivery named it.
        """
        self._created_by = self._created_by or created_by
        self._visibility = Visibility(self._ports)
        outcome = self._patiently(self._settle)
        outcome = self._patiently(lambda: self._retire(outcome))
        return outcome.telling(self.publication.announced)

    def _patiently(self, step: Callable[[], T]) -> T:
        for _ in range(_ATTEMPTS):
            with suppress(StaleError):
                return step()
        detail = f"{self._change.name} changed {_ATTEMPTS} times"
        raise RetryableError(Reason.CONCURRENT_CHANGE, detail)

    def _settle(self) -> Outcome:
        """Look, decide and apply once; StaleError if something changed meanwhile."""
        self._look = Look(self._ports, self._change.name, self._created_by)
        decision = self._decide()
        self.rule = decision.rule
        model = self._look.facts.model
        if model is not None:
            decision = of_registered(decision, model)
        if model is None or isinstance(decision, Skip):
            skipped = decision if isinstance(decision, Skip) else Skip(Reason.MODEL_GONE)
            if skipped.reason is Reason.MODEL_GONE and self._change.kind is Kind.DELETED:
                skipped = Skip(Reason.MODEL_DELETED)
            return self._outcome(skipped)
        if isinstance(decision, Reject):
            if decision.reason is Reason.LABEL_REMOVED:
                model = self._announced(model, decision)
            return self._reject(model, decision)
        return self._register(model, decision)

    def _decide(self) -> Decision:
        look = self._look
        while isinstance(decision := decide(self._context.policy, look.facts), Needs):
            if decision.rule and look.facts.model:
                # A rule has matched: what Vertex AI needs loads while the last source is read.
                self._ports.registry.prepare(vertex_region(look.facts.model.location))
            look.read(decision.source)
            if look.facts.model is None:
                return Skip(Reason.MODEL_GONE)
        return decision

    def _outcome(self, decision: Decision, *, detail: str = "", vertex: str = "") -> Outcome:
        return Outcome(
            reason=decision.reason,
            name=self._change.name,
            rule=decision.rule,
            vertex=vertex,
            detail=detail or getattr(decision, "detail", ""),
            facts=self._look.facts,
        )

    # Apply.

    def _reject(self, model: BigQueryModel, decision: Reject) -> Outcome:
        self.rule = decision.rule
        if self._context.dry_run:
            digest = refusal_digest(model, decision)
            count = RejectionMark.read(model.labels).next(digest).count
            event = rejection(model, decision, target=digest, mark=count, dry_run=True)
            self.publication.publish_unmarked(event)
        else:
            apply_rejection(model, decision, self._ports, self.publication)
        return self._outcome(decision)

    def _announced(self, model: BigQueryModel, decision: Reject) -> BigQueryModel:
        """The model once its registration is told, which a crash and a removed label came between."""
        model = self._visibility.registered(model)
        if is_told(model, decision) or model.labels.get(GENERATION) != model.generation:
            return model
        version = self._visibility.version(model, model.vertex.at(model.vertex_version))
        if not VersionMarks.read(version.labels).announced:
            self._finish(model, leftover(self._context.policy, decision.rule, model), version)
        return model

    def _register(self, model: BigQueryModel, decision: Register) -> Outcome:
        vertex = model.vertex_named(decision.model_id)
        self._ports.registry.prepare(vertex.region)
        if not model.registered_as:
            if self._is_taken(vertex, model, decision):
                rejected = Reject(Reason.ID_TAKEN, decision.rule, f"the id {vertex.model_id}")
                return self._reject(model, rejected)
            if self._context.dry_run:
                return self._finish(model, decision, ModelVersion(name=vertex, etag=""))
            model = self._ports.catalog.patch(
                model, first_model_labels(model, decision), vertex_model_id=vertex.model_id
            )
        model = self._visibility.registered(model)
        version = self._visibility.version(model, vertex.at(model.vertex_version))
        return self._finish(model, decision, version)

    def _is_taken(self, vertex: VertexName, model: BigQueryModel, decision: Register) -> bool:
        """Whether a model that is not this one already has the id, and is not meant to share it."""
        if decision.shares_id or (found := self._ports.registry.get(vertex)) is None:
            return False
        # Its version is there already; or was, and others of the same id outlived its replace.
        is_own = VersionMarks.read(found.labels).source == source_mark(model.name)
        if is_own or remembers(model.name, found):
            return False
        # A version without our mark may be this model's own, of a concurrent delivery's patch.
        self._check_unchanged(model)
        return True

    def _finish(self, model: BigQueryModel, decision: Register, version: ModelVersion) -> Outcome:
        others: Sequence[ModelVersion] = ()
        if asks_for_others(model, decision, version):
            found = self._ports.registry.versions(version.name.at(""))
            others = [other for other in found if other.name != version.name]
            if collides(model, decision, version, others):
                # They may have gone while this model's own version was still to come.
                self._check_unchanged(model)
                detail = f"it is {version.name}"
                return self._reject(model, Reject(Reason.ID_COLLISION, decision.rule, detail))
        dry_run = self._context.dry_run
        plan = plan_registration(model, decision, version, others=others, dry_run=dry_run)
        if dry_run:
            self.publication.publish_unmarked(*plan.events)
        elif not plan.is_empty:
            self._apply(plan, model)
        return self._outcome(decision, detail=missing_detail(decision), vertex=str(version.name))

    def _apply(self, plan: RegistrationPlan, model: BigQueryModel) -> None:
        if plan.changes_version:
            # The version was read after the model: what somebody labelled in between, another
            # delivery may have written already, and the version's etag would not tell.
            self._check_unchanged(model)
        apply_registration(plan, model, self._ports, self.publication)
        if plan.unfinished:
            raise StaleError

    def _check_unchanged(self, model: BigQueryModel) -> None:
        if self._ports.catalog.get(model.name) != model:
            raise StaleError

    # Retire.

    def _retire(self, outcome: Outcome) -> Outcome:
        """What follows from a retire label, of a model that a rule names or the registrar registered."""
        model = self._look.facts.model
        if model is None or outcome.reason.outcome not in {"registered", "rejected"}:
            return outcome
        found = self._cleanup_rule()
        if found is None:
            return outcome
        if plan_retirement(model, found.cleanup.retirement, self._ports.clock.now()).is_empty:
            return outcome  # what was written since is none of the labels that it is about
        now = self._ports.catalog.get(model.name)
        if now is None:
            return outcome
        retiring = Retiring(
            now, found.name, found.cleanup.retirement, self.publication, self._context
        )
        followed = retiring.settle()
        if followed is None:
            return outcome
        reason, detail = followed
        return replace(
            outcome, reason=reason, detail=f"{detail}; {outcome.reason.name}".strip("; ")
        )

    def _cleanup_rule(self) -> RuleFound | None:
        """The clean-up rule; None where the creating job would decide, and is not known."""
        while isinstance(found := cleanup_rule(self._context.policy, self._look.facts), Needs):
            self._look.read(found.source)
        return found if isinstance(found, RuleFound) else None

    def failed(self, error: DeliveryError) -> DeliveryError:
        """The error with what it was about; where only a person can go on, it is announced."""
        name = self._change.name
        ended = error.about(model=str(name), rule=self.rule, cause_id=self._cause.id)
        if isinstance(ended, PermanentError):
            event = failure(name, self._look.facts.model, ended, dry_run=self._context.dry_run)
            ended = self.publication.publish_failure(event, ended)
        return self.publication.noted_on(ended)
