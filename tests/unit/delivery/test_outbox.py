"""An event comes out of its transition as it went in."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from bqml_registrar.bookkeeping.transitions import Transition
from bqml_registrar.delivery.outbox import events_of, frozen
from bqml_registrar.events.registry_events import EventType, RegistryEvent
from bqml_registrar.names import ModelName
from tests.unit.events.an_event import EVENT
from tools.event_examples.messages import examples


def transition_of(event: RegistryEvent, key: str = "key") -> Transition:
    planned = Transition(id=key, kind=event.type, generation="1", number=1)
    return planned.effected(frozen(event))


def about_a_model(event: RegistryEvent) -> ModelName:
    assert isinstance(event.name, ModelName)
    return event.name


OF_MODELS = [event for event in examples().values() if isinstance(event.name, ModelName)]


@pytest.mark.parametrize("event", OF_MODELS, ids=lambda event: event.type.value)
def test_an_event_comes_out_of_its_transition_as_it_went_in(event: RegistryEvent) -> None:
    (read,) = events_of(about_a_model(event), [transition_of(event, event.target)])

    assert read == event
    assert read.id == event.id


def test_the_id_of_the_event_is_made_of_the_transitions() -> None:
    one, other = events_of(
        about_a_model(EVENT), [transition_of(EVENT, "one"), transition_of(EVENT, "other")]
    )

    assert (one.target, other.target) == ("one", "other")
    assert one.id != other.id


def test_events_are_in_the_order_of_their_transitions() -> None:
    removed = replace(EVENT, type=EventType.ALIAS_REMOVED)

    events = events_of(about_a_model(EVENT), map(transition_of, [removed, EVENT, removed]))

    assert [event.type for event in events] == [removed.type, EVENT.type, removed.type]


def test_only_what_there_is_of_an_event_is_stored() -> None:
    bare = json.loads(frozen(replace(EVENT, vertex=None)))

    assert set(bare) == {"payload"}
    assert set(bare["payload"]) == {"model", "verdict"}
