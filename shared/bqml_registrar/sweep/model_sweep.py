"""Sweeps one model: runs the use case of the events, which keeps what was looked at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec import Struct
from msgspec.structs import replace

from bqml_registrar.audit.model_changes import ModelChanged
from bqml_registrar.audit.model_prefilter import ChangeKind
from bqml_registrar.bookkeeping.model_document import Look, ModelDocument, milliseconds
from bqml_registrar.cleanup.intent.continuation import publish_once
from bqml_registrar.cleanup.intent.intents import DeletionIntent, IntentKind
from bqml_registrar.delivery.context import Context
from bqml_registrar.delivery.fact_reader import FactReader
from bqml_registrar.delivery.outcome import Note, Outcome
from bqml_registrar.errors import DeliveryError, retried_if_stale
from bqml_registrar.events.registry_events import Cause, EventType, RegistryEvent
from bqml_registrar.policy.cleanup_choice import RuleFound, cleanup_rule
from bqml_registrar.policy.facts import Facts, KnownOrigin
from bqml_registrar.reasons import Reason
from bqml_registrar.registration.subject import Swept
from bqml_registrar.registration.use_case import register_model
from bqml_registrar.resources.listings import ListedModel
from bqml_registrar.resources.models import BigQueryModel
from bqml_registrar.sweep.counts import Counts
from bqml_registrar.sweep.digests import model_digest
from bqml_registrar.sweep.events import drift
from bqml_registrar.sweep.origins import Origins
from bqml_registrar.sweep.registry_view import RegistryView
from bqml_registrar.sweep.triage import (
    DatasetScope,
    NextStep,
    expires_soon,
    known_origin,
    needs_origin,
    triage,
)

# What events should have caused; of `deletion.`, what follows from a retire label.
_MISSED = {
    kind
    for kind in EventType
    if kind.value.startswith(("model.", "alias.", "deletion."))
    and kind is not EventType.MODEL_FAILED
}
_COUNTED = {
    NextStep.SKIP: Counts(models=1, skipped=1),
    NextStep.ORIGIN_UNKNOWN: Counts(models=1, origin_unknown=1),
    NextStep.UNCHANGED: Counts(models=1, unchanged=1),
    NextStep.RECENT: Counts(models=1, recent=1),
    NextStep.EXPIRING: Counts(models=1, unchanged=1, expirations=1),
}
# Another delivery, or the model's deletion, came in between: those events are on the way.
_UNDER_WAY = {Reason.UNDER_WAY, Reason.MODEL_GONE}


class ModelResult(Struct, frozen=True, kw_only=True):
    """The result for one model."""

    counts: Counts
    failure: DeliveryError | None = None
    notes: tuple[Note, ...] = ()


class DatasetReaders(Struct, frozen=True, kw_only=True):
    """What the models of one dataset share in one delivery: their origins and their versions, by lists."""

    origins: Origins
    view: RegistryView


class ModelSweep(Struct, frozen=True):
    """Sweeps one listed model."""

    model: ListedModel
    document: ModelDocument | None
    scope: DatasetScope
    readers: DatasetReaders
    cause: Cause
    context: Context

    def run(self) -> ModelResult:
        """What was found, or why the model could not be handled."""
        try:
            with retried_if_stale():
                return self._run()
        except DeliveryError as error:
            failure = error.about(model=str(self.model.name), cause_id=self.cause.id)
            return ModelResult(counts=Counts(models=1, failed=1), failure=failure)

    def _run(self) -> ModelResult:
        step, known = self._step(known_origin(self.model, self.document))
        if step is NextStep.ASSESS:
            return self._reconcile(known)
        return ModelResult(counts=self._done(step) if step else Counts(models=1, failed=1))

    def _step(self, known: KnownOrigin | None) -> tuple[NextStep | None, KnownOrigin | None]:
        """What to do, and by which origin; None if the jobs cannot be listed, as the sweep tells once."""
        model, document, scope = self.model, self.document, self.scope
        if known is None and needs_origin(model, document, scope):
            known = self.readers.origins.of(model)
            if known is None:
                return None, None
        return triage(model, document, scope, self.readers.view.is_shown, known), known

    def _done(self, step: NextStep) -> Counts:
        """The counts of a model that needs no assessment."""
        if step is NextStep.EXPIRING:
            self._request_undeployment(self.document.expires if self.document else 0)
        return _COUNTED[step]

    def _reconcile(self, known: KnownOrigin | None) -> ModelResult:
        change = ModelChanged(
            name=self.model.name, cause_id=self.cause.id, at=self.scope.now, kind=ChangeKind.CHANGED
        )
        # Also of an earlier model of the name: its end may be left to tell.
        swept = Swept(look=self._look, known=known, is_open=self.document is not None)
        outcome = register_model(change, self.cause, self.context, self._missed, swept)
        expiring = self._expires_soon(outcome.facts)
        counts = Counts(
            models=1,
            **{_what(outcome): 1},
            missed=int(EventType.RECONCILE_DRIFTDETECTED.value in outcome.announced),
            retirements=int(outcome.reason is Reason.RETIREMENT_DUE),
            expirations=int(expiring),
        )
        notes = tuple(replace(note, name=self.model.name) for note in outcome.notes)
        return ModelResult(counts=counts, notes=notes)

    def _missed(self, events: Sequence[RegistryEvent]) -> list[RegistryEvent]:
        """The drift event to publish with events; none if a new policy caused them.

        One call publishes both: after a crash in between, nobody would know what was missed.
        """
        last = self.document.look if self.document else None
        is_new_policy = last is not None and last.policy != self.scope.policy_digest
        missed = [event for event in events if event.type in _MISSED]
        if is_new_policy or not missed:
            return []
        detail = f"settled by the sweep: {', '.join(event.type.value for event in missed)}"
        # Sorted: the order of planned changes depends on how far an earlier delivery came.
        target = " ".join(sorted(event.id for event in missed))
        dry_run = self.context.dry_run
        return [drift(self.model.name, target, detail, vertex=None, dry_run=dry_run)]

    def _expires_soon(self, facts: Facts | None) -> bool:
        seen = facts.model if facts else None
        if facts is None or seen is None or seen.expires is None or not seen.registered_as:
            return False
        reader, policy = FactReader(self.context.ports, seen.name, facts=facts), self.scope.policy
        found = reader.until_known(lambda known: cleanup_rule(policy, known))
        expires = milliseconds(seen.expires)
        soon = isinstance(found, RuleFound) and expires_soon(expires, found.cleanup, self.scope.now)
        if soon:
            self._request_undeployment(expires)
        return soon

    def _request_undeployment(self, expires: int) -> None:
        """Request a clean-up; its rule for expirations decides, perhaps only to notify people."""
        if self.context.dry_run:
            return
        intent = DeletionIntent(
            name=self.model.name,
            kind=IntentKind.EXPIRATION,
            key=f"expiration-{expires // 1000}",
            meant_at=self.scope.now,
            deletes=False,
            generation=str(int(self.model.created.timestamp() * 1000)),
            reason=f"It expires at {datetime.fromtimestamp(expires // 1000, UTC).isoformat()}",
        )
        publish_once(intent, self.context)

    def _look(self, seen: BigQueryModel) -> Look:
        """What to keep of the model: of the labels that the decision used, which may be newer."""
        listed = replace(self.model, created=seen.created, labels=seen.labels)
        digest = model_digest(listed, self.scope.dataset_labels)
        return Look(policy=self.scope.policy_digest, model=digest)


def _what(outcome: Outcome) -> str:
    """The name of the count that an assessed model adds to."""
    if outcome.announced:
        return "settled"
    if outcome.reason in _UNDER_WAY:
        return "recent"
    if outcome.decision != "skipped":
        return "in_order"
    return "origin_unknown" if outcome.reason is Reason.ORIGIN_UNKNOWN else "skipped"
