"""A raw log entry: the only view of its mapping, before any Google library is imported.

Source: https://cloud.google.com/logging/docs/audit/split-logs
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from bqml_registrar import AGENT
from bqml_registrar.audit.metadata import Metadata, mapping, text
from bqml_registrar.errors import MalformedError
from bqml_registrar.reasons import Reason


class Ignored(Struct, frozen=True):
    """The entry needs no action. `resource` is what it is about, unchecked."""

    reason: Reason
    resource: str = ""


class RawEntry(Metadata, frozen=True, kw_only=True):
    """What a prefilter sees of an entry; nothing of it is checked.

    `is_part`: Logging split the entry; every part lacks only some of the metadata.
    """

    payload: Mapping[str, Any]
    resource: str
    is_part: bool
    is_first_part: bool
    ends_operation: bool

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> RawEntry:
        """From an entry as it came; MalformedError if a field is no object but should be."""
        payload = _object(entry, "protoPayload")
        split = mapping(entry.get("split"))
        return cls(
            payload=payload,
            raw=_object(payload, "metadata"),
            resource=text(payload.get("resourceName")),
            is_part=bool(split),
            is_first_part=bool(split) and split.get("index") in (None, 0, "0"),
            ends_operation=mapping(entry.get("operation")).get("last") is True,
        )

    @property
    def is_from_bigquery(self) -> bool:
        """Whether BigQuery wrote it."""
        return self.payload.get("serviceName") == "bigquery.googleapis.com"

    @property
    def method(self) -> str:
        """The API method that was called."""
        return text(self.payload.get("methodName"))

    @property
    def is_failed(self) -> bool:
        """Whether its status is an error."""
        return mapping(self.payload.get("status")).get("code") not in (None, 0, "0")

    @property
    def status(self) -> str:
        """The message of its status."""
        return text(mapping(self.payload.get("status")).get("message"))

    @property
    def is_later_part(self) -> bool:
        """Whether it is a later part of a split entry, which repeats what the first part has."""
        return self.is_part and not self.is_first_part

    @property
    def is_about_a_model(self) -> bool:
        """Whether its resource is a BigQuery model."""
        return "/datasets/" in self.resource and "/models/" in self.resource

    @property
    def is_about_a_job(self) -> bool:
        """Whether it is about a job."""
        named = self.has("jobChange") or self.has("jobInsertion")
        return named or (self.is_part and "/jobs/" in self.resource)

    @property
    def is_old_format(self) -> bool:
        """Whether it is the old AuditData copy."""
        has_old = self.payload.get("serviceData") is not None
        return not self.raw and (has_old or not (self.is_part or self.is_about_a_model))

    @property
    def is_own_echo(self) -> bool:
        """Whether it is about one of our own calls."""
        caller = mapping(self.payload.get("requestMetadata"))
        return f"{AGENT}/" in text(caller.get("callerSuppliedUserAgent"))


def _object(holder: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """An object that may be absent; MalformedError for another kind of value."""
    value = holder.get(key)
    if value is None or isinstance(value, dict):
        return value or {}
    raise MalformedError(f"the log entry cannot be read: its {key} is no JSON object")
