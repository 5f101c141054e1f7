"""Ends what is remembered of models that do not exist any more: no event told of their deletion."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec import Struct

from bqml_registrar.audit.model_changes import ModelChanged
from bqml_registrar.audit.model_prefilter import ChangeKind
from bqml_registrar.delivery.context import Context
from bqml_registrar.errors import DeliveryError
from bqml_registrar.events.registry_events import Cause, EventType, RegistryEvent
from bqml_registrar.names import DatasetName, ModelName
from bqml_registrar.registration.subject import Swept
from bqml_registrar.registration.use_case import register_model
from bqml_registrar.sweep.counts import Counts
from bqml_registrar.sweep.events import drift


class GoneResult(Struct, frozen=True, kw_only=True):
    """How many deletions were missed, and which models could not be handled."""

    counts: Counts
    failures: tuple[DeliveryError, ...] = ()


class GoneModels(Struct, frozen=True):
    """The remembered models of one dataset that are not listed."""

    dataset: DatasetName
    cause: Cause
    context: Context

    def run(self, listed: Collection[str]) -> GoneResult:
        """Announce their end, and what was still to be announced of models that are gone."""
        store = self.context.ports.store
        known = (n for n in store.known_models(self.dataset) if n.model not in listed)
        pending = (n for n in store.open_models(self.dataset) if n.model not in listed)
        missed, failures = 0, []
        for name in sorted({*known, *pending}):
            try:
                missed += self._ended(name)
            except DeliveryError as error:
                failures.append(error.about(model=str(name), cause_id=self.cause.id))
        counts = Counts(missed=missed, failed=len(failures))
        return GoneResult(counts=counts, failures=tuple(failures))

    def _ended(self, name: ModelName) -> bool:
        now = self.context.ports.clock.now()
        change = ModelChanged(name=name, cause_id=self.cause.id, at=now, kind=ChangeKind.DELETED)

        def missed(events: Sequence[RegistryEvent]) -> list[RegistryEvent]:
            ids = " ".join(sorted(event.id for event in events))
            detail = f"settled by the sweep: {', '.join(event.type.value for event in events)}"
            return [drift(name, ids, detail, vertex=None, dry_run=self.context.dry_run)]

        outcome = register_model(change, self.cause, self.context, missed, Swept(is_open=True))
        return EventType.RECONCILE_DRIFTDETECTED.value in outcome.announced
