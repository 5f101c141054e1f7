"""Revisions of resources: etags, modification times, and what If-Match asks."""

from __future__ import annotations

import base64
import uuid
from typing import Any

from emulator.errors import ServiceError


def new_etag() -> str:
    """An etag that no resource had before."""
    return base64.b64encode(uuid.uuid4().bytes).decode()


def begin(resource: dict[str, Any], now_ms: int, *, after: dict[str, Any] | None = None) -> None:
    """Mark a resource as created now, and later than the one that it replaces."""
    if after:
        now_ms = max(now_ms, int(after["creationTime"]) + 1)
    resource["creationTime"] = resource["lastModifiedTime"] = str(now_ms)
    resource["etag"] = new_etag()


def touch(resource: dict[str, Any], now_ms: int) -> None:
    """Mark a resource as changed now.

    assumed: every accepted write is a new revision, also one that changes no field.
    """
    resource["lastModifiedTime"] = str(max(now_ms, int(resource["lastModifiedTime"]) + 1))
    resource["etag"] = new_etag()


def check_etag(resource: dict[str, Any], if_match: str | None) -> None:
    """Refuse a write that is meant for another revision.

    https://cloud.google.com/bigquery/docs/error-messages: 412 for If-Match headers.
    """
    if if_match and if_match not in ("*", resource["etag"]):
        raise ServiceError(
            "FAILED_PRECONDITION", "Precondition check failed.", "conditionNotMet", 412
        )
