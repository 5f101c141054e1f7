"""Publishes the events of one delivery, and keeps them for the delivery's log line."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bqml_registrar.delivery.context import Context
from bqml_registrar.delivery.failure_event import failure
from bqml_registrar.errors import DeliveryError, PermanentError
from bqml_registrar.events.registry_events import Cause, RegistryEvent
from bqml_registrar.names import ModelName
from bqml_registrar.resources.models import BigQueryModel

Companions = Callable[[Sequence[RegistryEvent]], Sequence[RegistryEvent]]


class EventPublisher:
    """The events of one delivery. `announced` are those that Pub/Sub has confirmed.

    `companions` gives further events to publish in the same call: all of them are published, or
    none (unless one call cannot hold them: then a redelivery publishes the rest).
    """

    def __init__(
        self, cause: Cause, context: Context, companions: Companions | None = None
    ) -> None:
        self._cause = cause
        self._context = context
        self._companions = companions
        self.announced: list[RegistryEvent] = []

    def publish(self, *events: RegistryEvent) -> None:
        """Publish events together; returns when Pub/Sub has confirmed them all."""
        if not events:
            return
        if self._companions:
            events = (*events, *self._companions(events))
        context, now = self._context, self._context.ports.clock.now()
        messages = [context.announcer.message(event, self._cause, now) for event in events]
        context.ports.publisher.publish(context.events_topic, messages)
        self.announced += events

    def publish_unless_recent(self, *events: RegistryEvent) -> None:
        """Publish events that no resource records, unless this instance has just done so."""
        recently_published = self._context.recently_published
        fresh = recently_published.unpublished(event.id for event in events)
        self.publish(*(event for event in events if event.id in fresh))
        # Only now: a second delivery must not rely on a publish that may still fail.
        recently_published.note(fresh)

    def failed(
        self, error: DeliveryError, name: ModelName, model: BigQueryModel | None, rule: str
    ) -> DeliveryError:
        """The error that ended the delivery, with its context; a PermanentError is announced."""
        ended = error.about(model=str(name), rule=rule, cause_id=self._cause.id)
        if isinstance(ended, PermanentError):
            event = failure(name, model, ended, dry_run=self._context.dry_run)
            ended = self.publish_failure(event, ended)
        return self.noted_on(ended)

    def publish_failure(self, event: RegistryEvent, error: DeliveryError) -> DeliveryError:
        """Publish the event of an error; if that fails as well, the error says so too."""
        try:
            self.publish(event)
        except PermanentError as also:
            return error.saying(f"{error.detail}; and no event could be published: {also.detail}")
        return error

    def noted_on(self, error: DeliveryError) -> DeliveryError:
        """The error that ended the delivery, with the events that were announced before."""
        return error.about(
            announced=tuple(event.type.value for event in self.announced),
            event_ids=tuple(event.id for event in self.announced),
        )
