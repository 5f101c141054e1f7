"""The use case of `reconcile`: a message starts a sweep of all datasets, or sweeps one of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from msgspec.structs import asdict, replace

from bqml_registrar.bookkeeping.dataset_document import DatasetDocument, labels_digest
from bqml_registrar.bookkeeping.model_document import milliseconds
from bqml_registrar.delivery.context import Context
from bqml_registrar.delivery.event_publisher import EventPublisher
from bqml_registrar.delivery.outcome import Note, Outcome
from bqml_registrar.delivery.parallel import in_parallel
from bqml_registrar.errors import DeliveryError, PermanentError, retried_if_stale
from bqml_registrar.events.registry_events import Cause
from bqml_registrar.messages.outgoing import OutgoingMessage
from bqml_registrar.messages.received import ReceivedMessage
from bqml_registrar.names import vertex_region
from bqml_registrar.policy.digest import policy_digest
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.listings import ListedModel
from bqml_registrar.sweep.counts import Counts
from bqml_registrar.sweep.events import completed
from bqml_registrar.sweep.fan_out import FanOut
from bqml_registrar.sweep.gone_models import GoneModels
from bqml_registrar.sweep.messages import SweepMessage, read_message, write_message
from bqml_registrar.sweep.model_sweep import DatasetReaders, ModelResult, ModelSweep
from bqml_registrar.sweep.origins import Origins
from bqml_registrar.sweep.orphans import Orphans, names_of
from bqml_registrar.sweep.registry_view import RegistryView
from bqml_registrar.sweep.settings import SweepSettings
from bqml_registrar.sweep.triage import DatasetScope


def sweeper(
    context: Context, settings: SweepSettings
) -> Callable[[ReceivedMessage, str], tuple[Outcome, Cause]]:
    """The use case of one function instance: from a message and a traceparent to the outcome."""
    digest = policy_digest(context.policy)

    def handle(message: ReceivedMessage, traceparent: str) -> tuple[Outcome, Cause]:
        asked = read_message(message.data, message.message_id)
        cause = Cause(id=asked.sweep, traceparent=traceparent, message_id=message.message_id)
        with retried_if_stale():
            if asked.is_start:
                return FanOut(asked, cause, context, settings).run(), cause
            return DatasetSweep(asked, cause, context, settings, digest).run(), cause

    return handle


class DatasetSweep:
    """The sweep of one dataset, or the rest of it, in one delivery."""

    def __init__(
        self,
        asked: SweepMessage,
        cause: Cause,
        context: Context,
        settings: SweepSettings,
        digest: str,
    ) -> None:
        self._asked = asked
        self._cause = cause
        self._context = context
        self._settings = settings
        self._digest = digest
        self._publisher = EventPublisher(cause, context)
        self._until = context.ports.clock.now() + timedelta(seconds=context.delivery_seconds)
        self._counts = asked.counts
        self._failures: list[DeliveryError] = []
        self._notes: list[Note] = []
        self._seen: set[str] = set()
        self._began = asked.began or milliseconds(context.ports.clock.now())

    def run(self) -> Outcome:
        """Sweep page by page, until all models are swept or the time is up."""
        dataset = self._context.ports.catalog.dataset(self._asked.name)
        if dataset is None:
            return self._outcome(Reason.DATASET_GONE)
        scope = DatasetScope(
            policy=self._context.policy,
            policy_digest=self._digest,
            location=dataset.location,
            dataset_labels=dataset.labels,
            now=self._context.ports.clock.now(),
            settle=timedelta(seconds=self._settings.settle_seconds),
        )
        readers = self._readers(scope)
        reason = self._pages(scope, readers)
        self._failures += [readers.origins.failure] if readers.origins.failure else []
        if reason is Reason.DATASET_SWEPT:
            self._finish(scope)
        return self._outcome(reason)

    def _readers(self, scope: DatasetScope) -> DatasetReaders:
        name, ports = self._asked.name, self._context.ports
        since = scope.now - timedelta(days=self._settings.origin_days)
        return DatasetReaders(
            origins=Origins(name, scope.location, since, ports.lists),
            view=RegistryView(name, vertex_region(scope.location), ports),
        )

    def _pages(self, scope: DatasetScope, readers: DatasetReaders) -> Reason:
        """Sweep pages while there is time; the next delivery sweeps the rest."""
        token, only = self._asked.page, frozenset(self._asked.left)
        while page := self._context.ports.lists.models(self._asked.name, token):
            if not only:  # else an earlier delivery began with this page
                self._tell_unreadable(page.unreadable)
            models = [model for model in page.models if not only or model.name.model in only]
            if left := self._sweep_page(models, scope, readers):
                return self._go_on(token, left)
            token, only = page.following, frozenset()
            if not token:
                return Reason.DATASET_SWEPT
            if self._is_over():
                return self._go_on(token)
        return Reason.DATASET_GONE  # deleted since the delivery began

    def _tell_unreadable(self, names: Sequence[str]) -> None:
        """Count models whose names cannot be handled; the log has a line for each."""
        self._counts = self._counts.plus(Counts(models=len(names), unreadable=len(names)))
        self._failures += [
            PermanentError(Reason.NAME_NOT_ALLOWED, f"{self._asked.name} has a model {name}").about(
                cause_id=self._cause.id
            )
            for name in names
        ]

    def _sweep_page(
        self, models: Sequence[ListedModel], scope: DatasetScope, readers: DatasetReaders
    ) -> list[str]:
        """Sweep at least one model; the names of those that there was no time for."""
        stored = self._context.ports.store.get_all([model.name for model in models])
        documents = {name: each for name, each in stored.items() if not each.is_expired(scope.now)}

        def swept(model: ListedModel) -> ModelResult | str:
            if model is not models[0] and self._is_over():
                return model.name.model
            document = documents.get(model.name)
            return ModelSweep(model, document, scope, readers, self._cause, self._context).run()

        left = []
        for found in in_parallel(
            [partial(swept, model) for model in models], self._context.workers
        ):
            if isinstance(found, str):
                left.append(found)
            else:
                self._counts = self._counts.plus(found.counts)
                self._failures += [found.failure] if found.failure else []
                self._notes += found.notes
        self._seen.update(model.name.model for model in models)
        return left

    def _is_over(self) -> bool:
        return self._context.ports.clock.now() >= self._until

    def _go_on(self, page: str, left: Sequence[str] = ()) -> Reason:
        asked = replace(
            self._asked, page=page, left=tuple(left), counts=self._counts, began=self._began
        )
        message = OutgoingMessage(write_message(asked), {})
        self._context.ports.publisher.publish(self._settings.topic, [message])
        return Reason.SWEEP_CONTINUES

    def _finish(self, scope: DatasetScope) -> None:
        names = self._names()
        self._end_gone(names)
        orphans = Orphans(self._context, self._publisher)
        found = orphans.of_gone_models(self._asked.name, vertex_region(scope.location), names)
        self._failures += orphans.failures
        self._counts = self._counts.plus(Counts(orphans=found))
        event = completed(
            self._asked.name, self._asked.sweep, self._counts, dry_run=self._context.dry_run
        )
        self._publisher.publish_unless_recent(event)
        counts = self._counts
        is_whole = not (counts.failed or counts.unreadable or counts.origin_unknown)
        if is_whole and not self._context.dry_run:
            self._remember(scope)

    def _remember(self, scope: DatasetScope) -> None:
        """Store that everything was seen that had not changed shortly before."""
        began = datetime.fromtimestamp(self._began / 1000, UTC)
        document = DatasetDocument(
            name=self._asked.name,
            swept_at=began - scope.settle,
            policy=self._digest,
            labels=labels_digest(scope.dataset_labels),
        )
        self._context.ports.store.put_dataset(document)

    def _end_gone(self, names: Collection[str]) -> None:
        """Announce the end of models that are remembered and not listed any more."""
        ended = GoneModels(self._asked.name, self._cause, self._context).run(names)
        self._counts = self._counts.plus(ended.counts)
        self._failures += ended.failures

    def _names(self) -> set[str]:
        """The names of all models; listed again if earlier deliveries swept a part of them."""
        if not (self._asked.page or self._asked.left):
            return self._seen
        return names_of(self._asked.name, self._context.ports.lists)

    def _outcome(self, reason: Reason) -> Outcome:
        counts = {name: count for name, count in asdict(self._counts).items() if count}
        detail = ", ".join(f"{name} {count}" for name, count in counts.items())
        outcome = Outcome(
            reason=reason,
            name=self._asked.name,
            detail=detail or "no models",
            counts=counts,
            failures=tuple(self._failures),
            notes=tuple(self._notes),
        )
        return outcome.with_events(self._publisher.announced)
