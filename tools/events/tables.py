"""The tables of docs/events.md: types, attributes, and what the sections of the data hold."""

from __future__ import annotations

import json
from typing import Any

from bqml_registrar.events.registry_events import DEFAULT_PREFIX, EXTENSIONS, MEANINGS, EventType
from tools.event_examples.messages import example_message
from tools.events.schemas import comment_of, proto_type, sections


def event_types_table() -> str:
    """Every event type with its example."""
    rows = [
        f"| `{DEFAULT_PREFIX}.{event_type.value}` | {MEANINGS[event_type]} | "
        f"[example](../schemas/examples/{event_type.value}.json) |"
        for event_type in EventType
    ]
    return "\n".join(["| Type | When | |", "|---|---|---|", *rows])


def attributes_table() -> str:
    """The attributes that subscriptions filter on, with the values of an example."""
    example = example_message(EventType.MODEL_REGISTERED).attributes
    rows = [f"| `ce-{name}` | `{example.get(f'ce-{name}', '')}` |" for name in EXTENSIONS]
    return "\n".join(["| Attribute | For example |", "|---|---|", *rows]).replace("``", "(absent)")


def sections_table() -> str:
    """Every section of the data: which types carry it, what it holds."""
    rows = [
        f"| `{name}` | {_carriers(name)} | {' '.join(comment_of(section).split())} |"
        for name, section in sections().items()
    ]
    return "\n".join(["| Section | In | What it holds |", "|---|---|---|", *rows])


def _carriers(section: str) -> str:
    carrying = [kind for kind in EventType if section in _data(kind)]
    others = [kind for kind in EventType if kind not in carrying]
    if not others:
        return "every event"
    # The shorter of the two lists.
    told, what = (others, "every event but ") if len(others) < len(carrying) else (carrying, "")
    return what + ", ".join(f"`{kind.value}`" for kind in told)


def fields_table() -> str:
    """Every field of every section, with its type and the value of an example."""
    rows = [
        f"| `{name}.{field.encode_name}` | `{proto_type(field.type)}` | "
        f"{_shown(_values(name)[field.encode_name])} |"
        for name, section in sections().items()
        for field in section.fields
    ]
    return "\n".join(["| Field | Type | For example |", "|---|---|---|", *rows])


def _values(section: str) -> dict[str, Any]:
    """The section's fields in the first example that has it."""
    found = (_data(kind).get(section) for kind in EventType)
    return next(values for values in found if values)


def _shown(value: object) -> str:
    return f"`{json.dumps(value, ensure_ascii=False)}`"


def _data(kind: EventType) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(example_message(kind).data)
    return data
