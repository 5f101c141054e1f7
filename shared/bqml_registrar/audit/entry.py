"""A log entry as it came: the one view on its raw mapping."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from bqml_registrar import AGENT
from bqml_registrar.errors import MalformedError
from bqml_registrar.reasons import Reason


class Ignored(Struct, frozen=True):
    """The entry asks for nothing. `resource` is what it is about, unchecked."""

    reason: Reason
    resource: str = ""


class Seen(Struct, frozen=True, kw_only=True):
    """The gate's view of an entry, none of it checked.

    `is_part`: of an entry that Logging split; every part has all but some of the metadata.
    """

    payload: Mapping[str, Any]
    metadata: Mapping[str, Any]
    resource: str
    is_part: bool
    is_first_part: bool
    ends_operation: bool

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Seen:
        """From an entry as it came; MalformedError where an object is none."""
        payload = _object(entry, "protoPayload")
        split = mapping(entry.get("split"))
        return cls(
            payload=payload,
            metadata=_object(payload, "metadata"),
            resource=text(payload.get("resourceName")),
            is_part=bool(split),
            is_first_part=bool(split) and split.get("index") in (None, 0, "0"),
            ends_operation=mapping(entry.get("operation")).get("last") is True,
        )

    @property
    def is_about_a_model(self) -> bool:
        """Whether its resource is a BigQuery model."""
        return "/datasets/" in self.resource and "/models/" in self.resource

    @property
    def is_about_a_job(self) -> bool:
        """Whether it tells of a job."""
        told = self.metadata
        named = any(told.get(key) is not None for key in ("jobChange", "jobInsertion"))
        return named or (self.is_part and "/jobs/" in self.resource)

    @property
    def is_old_format(self) -> bool:
        """Whether it is the old AuditData copy."""
        has_old = self.payload.get("serviceData") is not None
        return not self.metadata and (has_old or not (self.is_part or self.is_about_a_model))


def is_own_echo(seen: Seen) -> bool:
    """Whether one of our calls is what the entry tells of."""
    caller = mapping(seen.payload.get("requestMetadata"))
    return f"{AGENT}/" in text(caller.get("callerSuppliedUserAgent"))


def _object(holder: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """An object that may be absent; MalformedError for another kind of value."""
    value = holder.get(key)
    if value is None or isinstance(value, dict):
        return value or {}
    raise MalformedError(f"the log entry cannot be read: its {key} is no JSON object")


def mapping(value: object) -> Mapping[str, Any]:
    """The object, or an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def text(value: object) -> str:
    """The text, or none for anything else."""
    return value if isinstance(value, str) else ""
