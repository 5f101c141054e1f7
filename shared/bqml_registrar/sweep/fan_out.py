"""Starts a sweep: lists the datasets and publishes a message for each."""

from __future__ import annotations

from bqml_registrar.delivery.context import Context
from bqml_registrar.delivery.event_publisher import EventPublisher
from bqml_registrar.delivery.outcome import Outcome
from bqml_registrar.errors import DeliveryError, worst
from bqml_registrar.events.registry_events import Cause
from bqml_registrar.messages.outgoing import OutgoingMessage
from bqml_registrar.names import DatasetName
from bqml_registrar.reasons import Reason
from bqml_registrar.sweep.messages import SweepMessage, write_message
from bqml_registrar.sweep.orphans import Orphans
from bqml_registrar.sweep.settings import SweepSettings

_BATCH = 500  # https://cloud.google.com/pubsub/quotas: at most 1,000 messages in one request
_DETAIL = 500


class FanOut:
    """Publishes one message for each dataset of the projects."""

    def __init__(
        self, asked: SweepMessage, cause: Cause, context: Context, settings: SweepSettings
    ) -> None:
        self._asked = asked
        self._context = context
        self._settings = settings
        self._publisher = EventPublisher(cause, context)
        self._orphans = Orphans(context, self._publisher)
        self._datasets: dict[str, int] = {}

    def run(self) -> Outcome:
        """List the datasets and publish; then find versions of datasets that are gone.

        A project that cannot be listed fails the delivery after the others are done.
        """
        errors = [error for project in self._settings.projects if (error := self._tried(project))]
        if errors:
            raise worst(errors)
        detail = ", ".join(
            f"{project}: {count} datasets" for project, count in self._datasets.items()
        )
        outcome = Outcome(
            reason=Reason.DATASETS_LISTED,
            detail=detail[:_DETAIL],
            failures=tuple(self._orphans.failures),
        )
        return outcome.with_events(self._publisher.announced)

    def _tried(self, project: str) -> DeliveryError | None:
        try:
            self._project(project)
        except DeliveryError as error:
            return error.saying(f"{project}: {error.detail}")
        return None

    def _project(self, project: str) -> None:
        datasets = list(self._context.ports.lists.datasets(project))
        for start in range(0, len(datasets), _BATCH):
            self._publish([listed.name for listed in datasets[start : start + _BATCH]])
        self._datasets[project] = len(datasets)
        self._orphans.of_gone_datasets(project, datasets)

    def _publish(self, names: list[DatasetName]) -> None:
        """Publish a message for each; on a redelivery, not those that this instance published."""
        sweeps = {f"{self._asked.sweep} {name}": name for name in names}
        recently_published = self._context.recently_published
        fresh = recently_published.unpublished(sweeps)
        messages = [self._message(name) for key, name in sweeps.items() if key in fresh]
        if messages:
            self._context.ports.publisher.publish(self._settings.topic, messages)
        recently_published.note(fresh)

    def _message(self, name: DatasetName) -> OutgoingMessage:
        asked = SweepMessage(project=name.project, dataset=name.dataset, sweep=self._asked.sweep)
        return OutgoingMessage(write_message(asked), {})
