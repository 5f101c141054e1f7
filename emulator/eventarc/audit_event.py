"""The CloudEvent of an audit entry, in CloudEvents' Pub/Sub binding: attributes and data.

Every value as in delivered events of 2021 to 2024; https://cloud.google.com/eventarc/docs/cloudevents
still has an older source and id.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

from emulator.eventarc.triggers import AUDIT_LOG_WRITTEN

SCHEMA = (
    "https://googleapis.github.io/google-cloudevents/jsonschema"
    "/google/events/cloud/audit/v1/LogEntryData.json"
)
_SECONDS = re.compile(r"(.*T\d\d:\d\d:\d\d)(?:\.(\d+))?Z")


def audit_event(entry: dict[str, Any]) -> tuple[dict[str, str], bytes]:
    """The attributes, each as `ce-NAME`, and the data: LogEntryData."""
    payload = entry["protoPayload"]
    project, _, log = entry["logName"].partition("/logs/")
    attributes = {
        "specversion": "1.0",
        "type": AUDIT_LOG_WRITTEN,
        "id": f"{entry['logName']}{entry['insertId']}{_microseconds(entry['timestamp'])}",
        "source": f"//cloudaudit.googleapis.com/{project}/logs/{log.partition('%2F')[2]}",
        "subject": f"{payload['serviceName']}/{payload['resourceName']}",
        "time": entry["receiveTimestamp"],
        "recordedtime": entry["timestamp"],
        "datacontenttype": "application/json; charset=utf-8",
        "dataschema": SCHEMA,
        "servicename": payload["serviceName"],
        "methodname": payload["methodName"],
        "resourcename": payload["resourceName"],
    }
    return {f"ce-{name}": value for name, value in attributes.items()}, _data(entry)


def _data(entry: dict[str, Any]) -> bytes:
    payload = {name: value for name, value in entry["protoPayload"].items() if name != "@type"}
    return json.dumps(entry | {"protoPayload": payload}, separators=(",", ":")).encode()


def _microseconds(timestamp: str) -> int:
    """Since the epoch; beyond microseconds the time is cut, not rounded."""
    found = _SECONDS.fullmatch(timestamp)
    if not found:
        raise ValueError(f"not a time of a log entry: {timestamp!r}")
    whole = datetime.fromisoformat(found[1]).replace(tzinfo=UTC)
    return int(whole.timestamp()) * 1_000_000 + int((found[2] or "")[:6].ljust(6, "0"))
