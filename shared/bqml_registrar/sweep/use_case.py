"""The use case of `reconcile`: a message starts a sweep of all datasets, or sweeps one of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

from msgspec.structs import asdict, replace

from bqml_registrar.delivery.context import Context
from bqml_registrar.delivery.event_publisher import EventPublisher
from bqml_registrar.delivery.outcome import Outcome
from bqml_registrar.delivery.parallel import in_parallel
from bqml_registrar.errors import DeliveryError, PermanentError, retried_if_stale
from bqml_registrar.events.registry_events import Cause
from bqml_registrar.messages.outgoing import OutgoingMessage
from bqml_registrar.messages.received import ReceivedMessage
from bqml_registrar.names import vertex_region
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.listings import ListedModel
from bqml_registrar.sweep.counts import Counts
from bqml_registrar.sweep.digests import policy_digest
from bqml_registrar.sweep.events import completed
from bqml_registrar.sweep.fan_out import FanOut
from bqml_registrar.sweep.messages import SweepMessage, read_message, write_message
from bqml_registrar.sweep.model_sweep import ModelResult, ModelSweep
from bqml_registrar.sweep.origins import Origins
from bqml_registrar.sweep.orphans import Orphans, names_of
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
        self._seen: set[str] = set()

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
        origins = self._origins(scope)
        reason = self._pages(scope, origins)
        self._failures += [origins.failure] if origins.failure else []
        if reason is Reason.DATASET_SWEPT:
            self._finish(dataset.location)
        return self._outcome(reason)

    def _origins(self, scope: DatasetScope) -> Origins:
        since = scope.now - timedelta(days=self._settings.origin_days)
        return Origins(self._asked.name, scope.location, since, self._context.ports.lists)

    def _pages(self, scope: DatasetScope, origins: Origins) -> Reason:
        """Sweep pages while there is time; the next delivery sweeps the rest."""
        token, only = self._asked.page, frozenset(self._asked.left)
        while page := self._context.ports.lists.models(self._asked.name, token):
            if not only:  # else an earlier delivery began with this page
                self._tell_unreadable(page.unreadable)
            models = [model for model in page.models if not only or model.name.model in only]
            if left := self._sweep_page(models, scope, origins):
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
        self, models: Sequence[ListedModel], scope: DatasetScope, origins: Origins
    ) -> list[str]:
        """Sweep at least one model; the names of those that there was no time for."""

        def swept(model: ListedModel) -> ModelResult | str:
            if model is not models[0] and self._is_over():
                return model.name.model
            return ModelSweep(model, scope, self._cause, self._context, origins).run()

        left = []
        for found in in_parallel(
            [partial(swept, model) for model in models], self._context.workers
        ):
            if isinstance(found, str):
                left.append(found)
            else:
                self._counts = self._counts.plus(found.counts)
                self._failures += [found.failure] if found.failure else []
        self._seen.update(model.name.model for model in models)
        return left

    def _is_over(self) -> bool:
        return self._context.ports.clock.now() >= self._until

    def _go_on(self, page: str, left: Sequence[str] = ()) -> Reason:
        asked = replace(self._asked, page=page, left=tuple(left), counts=self._counts)
        message = OutgoingMessage(write_message(asked), {})
        self._context.ports.publisher.publish(self._settings.topic, [message])
        return Reason.SWEEP_CONTINUES

    def _finish(self, location: str) -> None:
        orphans = Orphans(self._context, self._publisher)
        found = orphans.of_gone_models(self._asked.name, vertex_region(location), self._names())
        self._failures += orphans.failures
        self._counts = self._counts.plus(Counts(orphans=found))
        event = completed(
            self._asked.name, self._asked.sweep, self._counts, dry_run=self._context.dry_run
        )
        self._publisher.publish_unless_recent(event)

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
        )
        return outcome.with_events(self._publisher.announced)
