"""The use case: look at a model, decide by the policy, make the registry follow, announce.

Level-triggered: the event only said where to look. Whatever is done is found out by comparing, so
that duplicates, reordering and a crash at any point end in the same state and the same events.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from shared.announcements import failure, missing_detail, rejection
from shared.application import apply_registration, apply_rejection, refusal_digest
from shared.audit_log import Ignored, ModelChanged, detect
from shared.context import Context
from shared.errors import DeliveryError, PermanentError, RetryableError, StaleError
from shared.facts import BigQueryModel, ModelVersion
from shared.look import Look
from shared.marks import OWNER, REJECTED, RejectionMark, VersionMarks, source_mark
from shared.names import VertexName, vertex_region
from shared.outcome import Outcome
from shared.plan import plan_registration
from shared.policy import Decision, Needs, Register, Reject, Skip, decide
from shared.publication import Publication
from shared.reasons import Reason
from shared.registry_events import Cause
from shared.visibility import Visibility

_ATTEMPTS = 4


def register_model(change: ModelChanged, cause: Cause, context: Context) -> Outcome:
    """Make the registry hold the model as the policy says, and announce what that changed.

    Raises RetryableError when time mends it, PermanentError (announced as `model.v1.failed`) when
    only a person does.
    """
    case = _Case(change, cause, context)
    try:
        return case.settle_with_patience()
    except DeliveryError as error:
        error.model, error.rule, error.cause_id = str(change.name), case.rule, cause.id
        if isinstance(error, PermanentError):
            case.announce_failure(error)
        error.event_ids = tuple(event.id for event in case.publication.announced)
        raise


def registrar(context: Context) -> Callable[[Mapping[str, Any], str], tuple[Outcome, Cause]]:
    """The use case of one function instance: from a log entry and a traceparent to the outcome."""

    def settle(entry: Mapping[str, Any], traceparent: str) -> tuple[Outcome, Cause]:
        detected = detect(entry)
        if isinstance(detected, Ignored):
            ignored = Outcome(reason=detected.reason, resource=detected.resource)
            return ignored, Cause(id="", traceparent=traceparent)
        cause = Cause(id=detected.cause_id, traceparent=traceparent)
        return register_model(detected, cause, context), cause

    return settle


class _Case:
    """One delivery about one model, and what has been read of it so far."""

    def __init__(self, change: ModelChanged, cause: Cause, context: Context) -> None:
        self._change = change
        self._context = context
        self._ports = context.ports
        self._look = Look(context.ports, change)
        self._visibility = Visibility(context.ports)
        self.publication = Publication(cause, context)
        self.rule = ""

    def settle_with_patience(self) -> Outcome:
        """Settle, again and again while others change the model meanwhile."""
        for _ in range(_ATTEMPTS):
            try:
                return self._settle().telling(self.publication.announced)
            except StaleError:
                continue
        detail = f"{self._change.name} changed {_ATTEMPTS} times"
        raise RetryableError(Reason.CONCURRENT_CHANGE, detail)

    def _settle(self) -> Outcome:
        """Look, decide and apply once; StaleError if something changed meanwhile."""
        self._look = Look(self._ports, self._change)
        decision = self._decide()
        self.rule = decision.rule
        model = self._look.facts.model
        if model is None or isinstance(decision, Skip):
            skipped = decision if isinstance(decision, Skip) else Skip(Reason.MODEL_GONE)
            return Outcome(
                reason=skipped.reason,
                name=self._change.name,
                rule=skipped.rule,
                detail=skipped.detail,
            )
        if isinstance(decision, Reject):
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

    # Apply.

    def _reject(self, model: BigQueryModel, decision: Reject) -> Outcome:
        if self._context.dry_run:
            digest = refusal_digest(model, decision)
            count = RejectionMark.read(model.labels).next(digest).count
            event = rejection(model, decision, target=digest, mark=count, dry_run=True)
            self.publication.publish(event)
        else:
            apply_rejection(model, decision, self._ports, self.publication)
        return Outcome(
            reason=decision.reason, name=model.name, rule=decision.rule, detail=decision.detail
        )

    def _register(self, model: BigQueryModel, decision: Register) -> Outcome:
        vertex = VertexName(
            project=model.name.project,
            region=vertex_region(model.location),
            model_id=decision.model_id,
        )
        self._ports.registry.prepare(vertex.region)
        if not model.registered_as:
            if self._is_taken(vertex, model, decision):
                rejected = Reject(Reason.ID_TAKEN, decision.rule, f"the id {vertex.model_id}")
                return self._reject(model, rejected)
            if self._context.dry_run:
                return self._finish(model, decision, ModelVersion(name=vertex, etag=""))
            model = self._ports.catalog.patch(
                model, _registered_labels(model, decision), vertex_model_id=vertex.model_id
            )
        model = self._visibility.registered(model)
        version = self._visibility.version(model, vertex.at(model.vertex_version))
        return self._finish(model, decision, version)

    def _is_taken(self, vertex: VertexName, model: BigQueryModel, decision: Register) -> bool:
        """Whether a model that is not this one already has the id, and is not meant to share it."""
        found = None if decision.shares_id else self._ports.registry.get(vertex)
        if found is None or VersionMarks.read(found.labels).source == source_mark(model.name):
            return False
        # A version without our mark may be this model's own, of a concurrent delivery's patch.
        if self._ports.catalog.get(model.name) != model:
            raise StaleError
        return True

    def _finish(self, model: BigQueryModel, decision: Register, version: ModelVersion) -> Outcome:
        dry_run = self._context.dry_run
        plan = plan_registration(model, decision, version, dry_run=dry_run)
        if dry_run:
            self.publication.publish(*plan.events)
        elif not plan.is_empty:
            # The version was read after the model: what somebody labelled in between, another
            # delivery may have written already, and the version's etag would not tell.
            if self._ports.catalog.get(model.name) != model:
                raise StaleError
            apply_registration(plan, self._ports, self.publication)
        return Outcome(
            reason=decision.reason,
            name=model.name,
            rule=decision.rule,
            vertex=str(version.name),
            detail=missing_detail(decision),
        )

    def announce_failure(self, error: PermanentError) -> None:
        """Tell that only a person can go on; where not even that goes, the error says so too."""
        dry_run, model = self._context.dry_run, self._look.facts.model
        event = failure(self._change.name, model, error, dry_run=dry_run)
        try:
            self.publication.publish(event)
        except PermanentError as also:
            error.detail = f"{error.detail}; and no event could be published: {also.detail}"


def _registered_labels(model: BigQueryModel, decision: Register) -> dict[str, str | None]:
    told = RejectionMark.read(model.labels)
    settled = {REJECTED: told.settled().as_label()} if told.count else {}
    return {OWNER: decision.rule, **settled}
