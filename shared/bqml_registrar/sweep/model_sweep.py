"""Sweeps one model: runs the use case of the events, then keeps a fingerprint as a label."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime

from msgspec import Struct
from msgspec.structs import replace

from bqml_registrar.audit.model_changes import ModelChanged
from bqml_registrar.audit.model_prefilter import ChangeKind
from bqml_registrar.bookkeeping.sweeps import SWEPT, Fingerprint
from bqml_registrar.cleanup.intent.continuation import publish_once
from bqml_registrar.cleanup.intent.intents import DeletionIntent, IntentKind
from bqml_registrar.delivery.context import Context
from bqml_registrar.delivery.fact_reader import FactReader
from bqml_registrar.delivery.outcome import Outcome
from bqml_registrar.errors import DeliveryError, StaleError
from bqml_registrar.events.registry_events import Cause, EventType, RegistryEvent
from bqml_registrar.policy.cleanup_choice import RuleFound, cleanup_rule
from bqml_registrar.policy.facts import Facts, KnownOrigin
from bqml_registrar.reasons import Reason
from bqml_registrar.registration.use_case import register_model
from bqml_registrar.resources.listings import ListedModel
from bqml_registrar.sweep.counts import Counts
from bqml_registrar.sweep.digests import model_digest
from bqml_registrar.sweep.events import drift
from bqml_registrar.sweep.origins import Origins
from bqml_registrar.sweep.triage import (
    DatasetScope,
    NextStep,
    expires_soon,
    needs_origin,
    triage,
)

# Rejections that may end although neither policy nor model changes.
_PASSING = {Reason.ID_TAKEN, Reason.ID_COLLISION}
# What events should have caused; of `deletion.`, what follows from a retire label.
_MISSED = {
    kind
    for kind in EventType
    if kind.value.startswith(("model.", "alias.", "deletion."))
    and kind is not EventType.MODEL_FAILED
}
# Another delivery, or the model's deletion, came in between: those events are on the way.
_UNDER_WAY = {Reason.UNDER_WAY, Reason.MODEL_GONE}


class ModelResult(Struct, frozen=True, kw_only=True):
    """The result for one model."""

    counts: Counts
    failure: DeliveryError | None = None


class ModelSweep(Struct, frozen=True):
    """Sweeps one listed model."""

    model: ListedModel
    scope: DatasetScope
    cause: Cause
    context: Context
    origins: Origins

    def run(self) -> ModelResult:
        """What was found, or why the model could not be handled."""
        try:
            return ModelResult(counts=self._run())
        except DeliveryError as error:
            failure = error.about(model=str(self.model.name), cause_id=self.cause.id)
            return ModelResult(counts=Counts(models=1, failed=1), failure=failure)

    def _run(self) -> Counts:
        step, known = triage(self.model, self.scope), None
        if step is NextStep.ASSESS and needs_origin(self.model, self.scope):
            known = self.origins.of(self.model)
            if known is None:  # the sweep tells why, once for all models
                return Counts(models=1, failed=1)
            step = triage(self.model, self.scope, known)
        return self._done(step, known)

    def _done(self, step: NextStep, known: KnownOrigin | None) -> Counts:
        match step:
            case NextStep.SKIP:
                return Counts(models=1, skipped=1)
            case NextStep.ORIGIN_UNKNOWN:
                return Counts(models=1, origin_unknown=1)
            case NextStep.UNCHANGED:
                return Counts(models=1, unchanged=1)
            case NextStep.RECENT:
                return Counts(models=1, recent=1)
            case NextStep.EXPIRING:
                kept = Fingerprint.read(self.model.labels)
                self._request_undeployment(kept.expires if kept else 0)
                return Counts(models=1, unchanged=1, expirations=1)
        return self._reconcile(known)

    def _reconcile(self, known: KnownOrigin | None) -> Counts:
        change = ModelChanged(
            name=self.model.name, cause_id=self.cause.id, at=self.scope.now, kind=ChangeKind.CHANGED
        )
        outcome = register_model(change, self.cause, self.context, self._missed, known)
        expiring = self._expires_soon(outcome.facts)
        if not outcome.announced:
            self._keep(outcome)
        return Counts(
            models=1,
            **{_what(outcome): 1},
            missed=int(EventType.RECONCILE_DRIFTDETECTED.value in outcome.announced),
            retirements=int(outcome.reason is Reason.RETIREMENT_DUE),
            expirations=int(expiring),
        )

    def _missed(self, events: Sequence[RegistryEvent]) -> list[RegistryEvent]:
        """The drift event to publish with events; none if a new policy caused them.

        One call publishes both: after a crash in between, nobody would know what was missed.
        """
        kept = Fingerprint.read(self.model.labels)
        is_new_policy = kept is not None and kept.policy != self.scope.policy_digest
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
        expires = int(seen.expires.timestamp())
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
            key=f"expiration-{expires}",
            meant_at=self.scope.now,
            deletes=False,
            generation=str(int(self.model.created.timestamp() * 1000)),
            reason=f"It expires at {datetime.fromtimestamp(expires, UTC).isoformat()}",
        )
        publish_once(intent, self.context)

    def _keep(self, outcome: Outcome) -> None:
        """Label the model as in order, so that the next sweep can skip it."""
        seen, scope = outcome.facts.model if outcome.facts else None, self.scope
        in_order = outcome.decision in {"registered", "rejected"}
        if seen is None or not in_order or outcome.reason in _PASSING or self.context.dry_run:
            return
        expires = int(seen.expires.timestamp()) if seen.expires and seen.registered_as else 0
        fingerprint = Fingerprint(
            policy=scope.policy_digest,
            # Of the labels that the decision used, which may be newer than the list.
            model=model_digest(
                replace(self.model, created=seen.created, labels=seen.labels), scope.dataset_labels
            ),
            at=int(self.context.ports.clock.now().timestamp()),
            expires=expires,
        )
        with suppress(StaleError, DeliveryError):  # the label only saves calls
            self.context.ports.catalog.patch(seen, {SWEPT: fingerprint.as_label()})


def _what(outcome: Outcome) -> str:
    """The name of the count that an assessed model adds to."""
    if outcome.announced:
        return "settled"
    if outcome.reason in _UNDER_WAY:
        return "recent"
    if outcome.decision != "skipped":
        return "in_order"
    return "origin_unknown" if outcome.reason is Reason.ORIGIN_UNKNOWN else "skipped"
