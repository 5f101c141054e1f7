"""Publishing what one delivery changed, and remembering it for the delivery's log line."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bqml_registrar.delivery.context import Context
from bqml_registrar.errors import DeliveryError, PermanentError
from bqml_registrar.events.registry_events import Cause, RegistryEvent

Companions = Callable[[Sequence[RegistryEvent]], Sequence[RegistryEvent]]


class EventPublisher:
    """The events of one delivery. `announced` are those that Pub/Sub has confirmed.

    `beside` says what else to publish with events, in the same call: all of it is told, or nothing
    (but where one call cannot hold it: the delivery then comes again, and tells the rest).
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
        """Publish events that nothing will remember, unless this instance has just done so."""
        recently_published = self._context.recently_published
        fresh = recently_published.unpublished(event.id for event in events)
        self.publish(*(event for event in events if event.id in fresh))
        # Not before: while a publish may still fail, a second delivery must not rely on it.
        recently_published.note(fresh)

    def publish_failure(self, event: RegistryEvent, error: DeliveryError) -> DeliveryError:
        """Publish that an error ended it; where not even that goes, the error says so too."""
        try:
            self.publish(event)
        except PermanentError as also:
            return error.saying(f"{error.detail}; and no event could be published: {also.detail}")
        return error

    def noted_on(self, error: DeliveryError) -> DeliveryError:
        """The error that ended the delivery, with what was announced before."""
        return error.about(
            announced=tuple(event.type.value for event in self.announced),
            event_ids=tuple(event.id for event in self.announced),
        )
