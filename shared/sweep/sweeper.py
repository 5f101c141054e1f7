"""The use case of `reconcile`: a message fans a sweep out over datasets, or sweeps one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from msgspec import Struct

from shared.cloud_events import Message as Outgoing
from shared.context import Context
from shared.envelope import Message
from shared.names import DatasetName, vertex_region
from shared.outcome import Outcome
from shared.parallel import in_parallel
from shared.publication import Publication
from shared.reasons import Reason
from shared.registry_events import Cause
from shared.sweep.announcements import completed
from shared.sweep.counts import Counts
from shared.sweep.fingerprint import policy_digest
from shared.sweep.look import ModelSweep
from shared.sweep.messages import SweepMessage, read_message, write_message
from shared.sweep.orphans import Orphans
from shared.sweep.ports import ListedModel, ModelPage
from shared.sweep.triage import Sweep

_BATCH = 500  # https://cloud.google.com/pubsub/quotas: at most 1,000 messages in one request
_DETAIL = 500


class SweepSettings(Struct, frozen=True, kw_only=True):
    """What only the sweep needs: its projects, its topic, and how long an event may be on its way."""

    projects: tuple[str, ...]
    topic: str
    settle_seconds: int = 300


def sweeper(
    context: Context, settings: SweepSettings
) -> Callable[[Message, str], tuple[Outcome, Cause]]:
    """The use case of one function instance: from a message and a traceparent to the outcome."""
    digest = policy_digest(context.policy)

    def settle(message: Message, traceparent: str) -> tuple[Outcome, Cause]:
        asked = read_message(message.data, message.message_id)
        cause = Cause(id=asked.sweep, traceparent=traceparent, message_id=message.message_id)
        if asked.is_start:
            return FanOut(asked, cause, context, settings).run(), cause
        return DatasetSweep(asked, cause, context, settings, digest).run(), cause

    return settle


class FanOut:
    """The start of a sweep: one message for each dataset of the projects."""

    def __init__(
        self, asked: SweepMessage, cause: Cause, context: Context, settings: SweepSettings
    ) -> None:
        self._asked = asked
        self._context = context
        self._settings = settings
        self._publication = Publication(cause, context)
        self._orphans = Orphans(context, self._publication)

    def run(self) -> Outcome:
        """List the datasets and publish; then look for versions of datasets that are gone."""
        counts = {project: self._project(project) for project in self._settings.projects}
        told = ", ".join(f"{project}: {datasets} datasets" for project, datasets in counts.items())
        outcome = Outcome(reason=Reason.DATASETS_LISTED, detail=told[:_DETAIL])
        return outcome.telling(self._publication.announced)

    def _project(self, project: str) -> int:
        datasets = list(self._context.ports.lists.datasets(project))
        for start in range(0, len(datasets), _BATCH):
            batch = [self._message(listed.name) for listed in datasets[start : start + _BATCH]]
            self._context.ports.publisher.publish(self._settings.topic, batch)
        self._orphans.of_gone_datasets(project, datasets)
        return len(datasets)

    def _message(self, name: DatasetName) -> Outgoing:
        asked = SweepMessage(project=name.project, dataset=name.dataset, sweep=self._asked.sweep)
        return Outgoing(write_message(asked), {})


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
        self._publication = Publication(cause, context)
        self._until = context.ports.clock.now() + timedelta(seconds=context.delivery_seconds)
        self._counts = asked.counts
        self._failures: list[str] = []
        self._seen: set[str] = set()

    def run(self) -> Outcome:
        """Page by page, until all is swept or the time is up."""
        dataset = self._context.ports.catalog.dataset(self._asked.name)
        if dataset is None:
            return self._outcome(Reason.DATASET_GONE)
        sweep = Sweep(
            policy=self._context.policy,
            policy_digest=self._digest,
            location=dataset.location,
            dataset_labels=dataset.labels,
            now=self._context.ports.clock.now(),
            settle=timedelta(seconds=self._settings.settle_seconds),
        )
        following = self._pages(sweep)
        if following:
            self._go_on(following)
            return self._outcome(Reason.SWEEP_CONTINUES)
        self._finish(dataset.location)
        return self._outcome(Reason.DATASET_SWEPT)

    def _pages(self, sweep: Sweep) -> str:
        """Sweep pages while there is time; the token of the first one that was not, or empty."""
        for page in self._listed(self._asked.page):
            self._sweep_page(page.models, sweep)
            if page.following and self._context.ports.clock.now() >= self._until:
                return page.following
        return ""

    def _listed(self, token: str = "") -> Iterator[ModelPage]:
        while (page := self._context.ports.lists.models(self._asked.name, token)) is not None:
            yield page
            token = page.following
            if not token:
                return

    def _sweep_page(self, models: tuple[ListedModel, ...], sweep: Sweep) -> None:
        tasks = [ModelSweep(model, sweep, self._cause, self._context).run for model in models]
        for counts, failure in in_parallel(tasks, self._context.workers):
            self._counts = self._counts.plus(counts)
            self._failures += [failure] if failure else []
        self._seen.update(model.name.model for model in models)

    def _go_on(self, following: str) -> None:
        asked = SweepMessage(
            project=self._asked.project,
            dataset=self._asked.dataset,
            sweep=self._asked.sweep,
            page=following,
            counts=self._counts,
        )
        message = Outgoing(write_message(asked), {})
        self._context.ports.publisher.publish(self._settings.topic, [message])

    def _finish(self, location: str) -> None:
        orphans = Orphans(self._context, self._publication)
        found = orphans.of_gone_models(self._asked.name, vertex_region(location), self._names())
        self._counts = self._counts.plus(Counts(orphans=found))
        event = completed(
            self._asked.name, self._asked.sweep, self._counts, dry_run=self._context.dry_run
        )
        self._publication.publish_unmarked(event)

    def _names(self) -> set[str]:
        """All models' names; those that deliveries before this one have seen are listed once more."""
        if not self._asked.page:
            return self._seen
        return {model.name.model for page in self._listed() for model in page.models}

    def _outcome(self, reason: Reason) -> Outcome:
        counts = {f: getattr(self._counts, f) for f in Counts.__struct_fields__}
        told = ", ".join(f"{name} {count}" for name, count in counts.items() if count)
        detail = "; ".join([told or "no models", *self._failures])[:_DETAIL]
        outcome = Outcome(reason=reason, name=self._asked.name, detail=detail)
        return outcome.telling(self._publication.announced)
