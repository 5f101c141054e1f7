"""Triggers: which events go where, in the JSON form of Eventarc's own API.

Source: https://cloud.google.com/eventarc/docs/reference/rest/v1/projects.locations.triggers
"""

from __future__ import annotations

import re
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec

from emulator.errors import invalid

AUDIT_LOG_WRITTEN = "google.cloud.audit.log.v1.written"
MESSAGE_PUBLISHED = "google.cloud.pubsub.topic.v1.messagePublished"
PATTERN = "match-path-pattern"

_NAME = re.compile(
    r"projects/(?P<project>[^/]+)/locations/(?P<location>[a-z0-9-]+)"
    r"/triggers/(?P<id>[a-z]([a-z0-9-]{0,61}[a-z0-9])?)"
)
# Event type -> attributes that a filter needs, and those that it may name besides.
_ATTRIBUTES: dict[str, tuple[set[str], set[str]]] = {
    AUDIT_LOG_WRITTEN: ({"serviceName", "methodName"}, {"resourceName"}),
    MESSAGE_PUBLISHED: (set(), set()),
}


class _Resource(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    rename="camel",
    forbid_unknown_fields=True,
    omit_defaults=True,
):
    """JSON as Google writes it."""


class EventFilter(_Resource, frozen=True):
    """An attribute of the event and its value; exact unless the operator says otherwise."""

    attribute: str
    value: str
    operator: Literal["", "match-path-pattern"] = ""


class HttpEndpoint(_Resource, frozen=True):
    """Where the events are posted."""

    uri: str


class Destination(_Resource, frozen=True):
    """The service has more kinds; all of them end as HTTP."""

    http_endpoint: HttpEndpoint


class Pubsub(_Resource, frozen=True):
    """What carries the events: names, empty until the trigger is made."""

    topic: str = ""
    subscription: str = ""


class Transport(_Resource, frozen=True):
    """Pub/Sub is the only one."""

    pubsub: Pubsub = Pubsub()


class RetryPolicy(_Resource, frozen=True):
    """The service takes no other value than 1: no retry."""

    max_attempts: Literal[1]


class Trigger(_Resource, frozen=True):
    """One trigger; `content_mode` is the local cloud's own, the service has the binary mode alone."""

    name: str
    event_filters: tuple[EventFilter, ...]
    destination: Destination
    transport: Transport = Transport()
    retry_policy: RetryPolicy | None = None
    service_account: str = ""
    content_mode: Literal["binary", "structured"] = "binary"

    def part(self, which: Literal["project", "location", "id"]) -> str:
        """A part of the name."""
        found = _NAME.fullmatch(self.name)
        return found[which] if found else ""

    def filters(self) -> dict[str, EventFilter]:
        """The filters by attribute."""
        return {each.attribute: each for each in self.event_filters}

    @property
    def event_type(self) -> str:
        """The type of the events that it delivers."""
        return self.filters()["type"].value

    def to_json(self) -> dict[str, Any]:
        """The trigger as it was sent, with its transport."""
        resource: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(self))
        return resource


def read_trigger(body: dict[str, Any]) -> Trigger:
    """The trigger that JSON describes, or what is wrong with it."""
    try:
        trigger = msgspec.convert(body, Trigger)
    except msgspec.ValidationError as error:
        raise invalid(f"This is no trigger: {error}.") from error
    if not _NAME.fullmatch(trigger.name):
        raise invalid(
            "A trigger is named projects/PROJECT/locations/LOCATION/triggers/TRIGGER, "
            f"not {trigger.name!r}."
        )
    url = urlsplit(trigger.destination.http_endpoint.uri)
    if url.scheme not in {"http", "https"} or not url.netloc:
        raise invalid(f"uri is an HTTP address, not {trigger.destination.http_endpoint.uri!r}.")
    _check_filters(trigger)
    return trigger


def _check_filters(trigger: Trigger) -> None:
    filters = trigger.filters()
    kind = filters["type"].value if "type" in filters else ""
    if kind not in _ATTRIBUTES:
        raise invalid(f"A trigger needs a filter for type, one of {sorted(_ATTRIBUTES)}.")
    needed, possible = _ATTRIBUTES[kind]
    given = set(filters) - {"type"}
    if len(filters) < len(trigger.event_filters) or not needed <= given <= needed | possible:
        raise invalid(
            f"Events of type {kind} are filtered by {sorted(needed)}, and by {sorted(possible)} "
            f"if wanted, each once; not by {[each.attribute for each in trigger.event_filters]}."
        )
    for each in trigger.event_filters:
        if each.operator and each.attribute != "resourceName":
            raise invalid(f"{each.attribute} is compared exactly: {each.operator} is not for it.")
