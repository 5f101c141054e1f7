"""Reads a log entry as google-events' LogEntryData, with its id and its time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from bqml_registrar.audit.metadata import Metadata
from bqml_registrar.errors import MalformedError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class LogEntry(Struct, frozen=True, kw_only=True):
    """What detection uses of an entry that is about a model. `metadata` may be cut, or be empty."""

    id: str
    at: datetime
    resource: str
    location: str
    metadata: Metadata


def read_typed(entry: Mapping[str, Any]) -> LogEntry:
    """The entry, typed; MalformedError if Google's own type cannot hold it."""
    from google.events.cloud.audit_v1 import LogEntryData  # noqa: PLC0415 - only where it is needed
    from google.protobuf.json_format import ParseError  # noqa: PLC0415

    try:
        encoded = msgspec.json.encode(_without_nulls(entry)).decode()
        # The log's own "@type" key is unknown to the type: without the flag it is refused.
        typed = LogEntryData.from_json(encoded, ignore_unknown_fields=True)
        payload = LogEntryData.to_dict(typed)["proto_payload"]
        micros = _micros(typed.timestamp or typed.receive_timestamp)
        at = _EPOCH + timedelta(microseconds=micros)
    except (ParseError, ValueError, OverflowError, RecursionError) as error:
        # Only the head of the message: the value follows it, and may be SQL.
        what = str(error).partition(":")[0]
        raise MalformedError(f"the log entry cannot be read: {what}") from error
    return LogEntry(
        # https://cloud.google.com/eventarc/docs/cloudevents: what Eventarc gives as an event's id.
        id=f"{typed.log_name}{typed.insert_id}{micros}",
        at=at,
        resource=typed.proto_payload.resource_name,
        location=typed.resource.labels.get("location", ""),
        metadata=Metadata(payload.get("metadata") or {}),
    )


def _micros(timestamp: Any) -> int:
    if not timestamp:
        raise MalformedError("the log entry cannot be read: it has no timestamp")
    at = timestamp.timestamp_pb()
    return int(at.seconds * 1_000_000 + at.nanos // 1_000)


def _without_nulls(value: Any) -> Any:
    """Null means absent in a log entry; protocol buffers refuse it in lists and maps."""
    if isinstance(value, dict):
        return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_without_nulls(inner) for inner in value if inner is not None]
    return value
