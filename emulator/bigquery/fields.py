"""Which fields of a request body a resource takes, and how a patch changes it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from emulator.bigquery.labels import check_labels, merged
from emulator.errors import invalid


def camel(name: str) -> str:
    """A field's JSON name; Google's parsers take `snake_case` as well."""
    return re.sub(r"_([a-z])", lambda match: match[1].upper(), name)


def unknown_field(name: str, place: str) -> Exception:
    """The refusal of a field that the service does not know."""
    return invalid(
        f"Invalid JSON payload received. Unknown name \"{name}\" at '{place}': Cannot find field."
    )


@dataclass(frozen=True)
class Fields:
    """The fields of one kind of resource: those to write, and those that requests may only carry."""

    kind: str
    writable: frozenset[str]
    output_only: frozenset[str]

    def of(self, body: dict[str, Any]) -> dict[str, Any]:
        """What the body asks to write; output-only fields are ignored, unknown ones refused."""
        changes = {}
        for name, value in body.items():
            field = camel(name)
            if field in self.writable:
                changes[field] = value
            elif field not in self.output_only:
                raise unknown_field(name, self.kind)
        if changes.get("labels") is not None:
            check_labels(changes["labels"])
        return changes


def apply(resource: dict[str, Any], changes: dict[str, Any]) -> None:
    """Write the changes of a patch, all or none: null deletes a field, labels are merged by key."""
    after = dict(resource)
    for field, value in changes.items():
        if value is None:
            after.pop(field, None)
        elif field == "labels":
            after["labels"] = merged(resource.get("labels", {}), value)
        else:
            after[field] = value
    if not after.get("labels", True):
        del after["labels"]
    resource.clear()
    resource.update(after)


def int64(value: Any, field: str) -> int:
    """An int64 as JSON has it: a number, or a string of one."""
    try:
        return int(value)
    except (TypeError, ValueError):
        raise invalid(f"Invalid value at '{field}' (TYPE_INT64), \"{value}\"") from None
