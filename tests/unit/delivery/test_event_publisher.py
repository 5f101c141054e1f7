"""What one delivery publishes, and what of it the delivery's log line can rely on."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from bqml_registrar.delivery.event_publisher import EventPublisher
from bqml_registrar.errors import PermanentError, RetryableError
from bqml_registrar.events.registry_events import Cause, RegistryEvent
from bqml_registrar.reasons import Reason
from tests.fakes.google import FakeGoogle
from tests.unit.events.an_event import EVENT
from tests.unit.registration.deliveries import a_context, announced

CAUSE = Cause(id="log-entry-1")
OTHER = replace(EVENT, target="other")


def failing(google: FakeGoogle, error: Exception) -> None:
    """Pub/Sub takes nothing."""

    def fail() -> None:
        raise error

    google.before["Publish"] = fail


def ids(google: FakeGoogle) -> list[str]:
    return [event_id for _, event_id in announced(google)]


def test_without_events_nothing_is_called() -> None:
    google = FakeGoogle()

    EventPublisher(CAUSE, a_context(google)).publish()

    assert google.calls == []


def test_what_belongs_beside_events_goes_in_the_same_call() -> None:
    google = FakeGoogle()

    def beside(events: Sequence[RegistryEvent]) -> Sequence[RegistryEvent]:
        return [OTHER for _ in events]

    publication = EventPublisher(CAUSE, a_context(google), beside)
    publication.publish(EVENT)

    assert google.calls == ["Publish"]
    assert ids(google) == [EVENT.id, OTHER.id]
    assert publication.announced == [EVENT, OTHER]


def test_an_event_that_nothing_remembers_is_published_once_by_an_instance() -> None:
    google = FakeGoogle()
    context = a_context(google)

    for _ in range(2):
        EventPublisher(CAUSE, context).publish_unless_recent(EVENT)

    assert ids(google) == [EVENT.id]


def test_an_event_that_pubsub_did_not_take_is_published_by_the_next_delivery() -> None:
    google = FakeGoogle()
    context = a_context(google)
    failing(google, RetryableError(Reason.SERVICE_UNAVAILABLE, "503"))
    publication = EventPublisher(CAUSE, context)
    with pytest.raises(RetryableError):
        publication.publish_unless_recent(EVENT)
    google.before.clear()

    EventPublisher(CAUSE, context).publish_unless_recent(EVENT)

    assert publication.announced == []
    assert ids(google) == [EVENT.id]


def test_an_error_says_so_where_not_even_its_event_can_be_published() -> None:
    google = FakeGoogle()
    error = PermanentError(Reason.PERMISSION_DENIED, "403")
    failing(google, PermanentError(Reason.REFUSED_BY_SERVICE, "no such topic"))

    ended = EventPublisher(CAUSE, a_context(google)).publish_failure(EVENT, error)

    assert (ended.reason, error.detail) == (Reason.PERMISSION_DENIED, "403")
    assert ended.detail == "403; and no event could be published: no such topic"


def test_an_error_carries_what_was_announced_before_it() -> None:
    error = RetryableError(Reason.SERVICE_UNAVAILABLE, "503")
    publication = EventPublisher(CAUSE, a_context(FakeGoogle()))
    publication.publish(EVENT)

    context = publication.noted_on(error).context

    assert (context.announced, context.event_ids) == (("model.v1.registered",), (EVENT.id,))
