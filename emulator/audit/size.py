"""The size limit of BigQuery's audit entries.

Source: https://cloud.google.com/bigquery/docs/reference/auditlogs#truncated_log_entry: a message
over 100K bytes has its protoPayload.metadata truncated; jobs.get has the whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

LIMIT = 100_000


def within_limit(entry: dict[str, Any]) -> dict[str, Any]:
    """The entry with as many of its metadata's biggest fields left out as the limit asks for.

    # assumed: which fields go, and that nothing marks the place (`truncated` in events of tables
    tells of a truncated table).
    """
    metadata = entry.get("protoPayload", {}).get("metadata")
    while metadata and size(entry) > LIMIT:
        fields = list(_fields(metadata))
        if not fields:
            break
        holder, name = max(fields, key=lambda found: size(found[0][found[1]]))
        del holder[name]
    return entry


def size(value: Any) -> int:
    """Bytes as JSON."""
    return len(json.dumps(value, ensure_ascii=False).encode())


def _fields(holder: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Every field that is no object itself, "@type" apart, with the object that has it."""
    for name, value in holder.items():
        if isinstance(value, dict):
            yield from _fields(value)
        elif name != "@type":
            yield holder, name
