"""Which audit entries a trigger is for.

Sources: https://cloud.google.com/eventarc/docs/determining-filters-cal and
https://cloud.google.com/eventarc/docs/locations
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emulator.eventarc.path_patterns import compile_pattern
from emulator.eventarc.triggers import Trigger

Entry = dict[str, Any]


def matcher(trigger: Trigger) -> Callable[[Entry], bool]:
    """The test of serviceName, methodName and resourceName, and of the project: its own log alone."""
    tests = {
        each.attribute: compile_pattern(each.value) if each.operator else each.value.__eq__
        for each in trigger.event_filters
        if each.attribute != "type"
    }
    logs = f"projects/{trigger.part('project')}/logs/cloudaudit.googleapis.com%2F"

    def matches(entry: Entry) -> bool:
        payload = entry.get("protoPayload", {})
        return str(entry.get("logName", "")).startswith(logs) and all(
            test(payload.get(attribute, "")) for attribute, test in tests.items()
        )

    return matches


def seen_from(location: str, entry: Entry, *, unlocated: bool) -> bool:
    """Whether a trigger's location hears of the entry; `unlocated` is for those that name none."""
    if location == "global":
        return True
    places = _places(entry)
    return location in places if places else unlocated


def _places(entry: Entry) -> list[str]:
    labels = entry.get("resource", {}).get("labels", {})
    current = entry.get("protoPayload", {}).get("resourceLocation", {}).get("currentLocations", [])
    return [place.lower() for place in [labels.get("location"), *current] if place]
