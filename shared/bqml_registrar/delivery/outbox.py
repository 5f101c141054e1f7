"""The content of an event as a transition holds it, and the event that it becomes."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec import Struct

from bqml_registrar.bookkeeping.transitions import Transition
from bqml_registrar.events.payloads import Payload
from bqml_registrar.events.registry_events import EventType, RegistryEvent
from bqml_registrar.names import ModelName, VertexName


class Content(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a transition fixes of its event once it is effected."""

    payload: Payload
    vertex: VertexName | None = None


def frozen(event: RegistryEvent) -> str:
    """The event's content as JSON."""
    content = Content(payload=event.payload, vertex=event.vertex)
    return msgspec.json.encode(content).decode()


def events_of(name: ModelName, transitions: Iterable[Transition]) -> list[RegistryEvent]:
    """The events of effected transitions, in the order in which they were decided."""
    return [_event(name, transition) for transition in transitions]


def _event(name: ModelName, transition: Transition) -> RegistryEvent:
    content = msgspec.json.decode(transition.event, type=Content)
    return RegistryEvent(
        type=EventType(transition.kind),
        name=name,
        payload=content.payload,
        vertex=content.vertex,
        target=transition.id,
    )
