"""Registry events as Pub/Sub messages: CloudEvents 1.0 in binary mode.

Source: https://github.com/googleapis/google-cloudevents/blob/main/docs/spec/pubsub.md
"""

from __future__ import annotations

from datetime import datetime

import msgspec
from cloudevents.conversion import to_binary
from cloudevents.http import CloudEvent
from msgspec import Struct

from bqml_registrar.events.registry_events import EXTENSIONS, Cause, RegistryEvent
from bqml_registrar.messages.outgoing import OutgoingMessage, bounded


class Announcer(Struct, frozen=True, kw_only=True):
    """Renders events for one installation: its type prefix and its `ce-source`."""

    prefix: str
    source: str

    def message(self, event: RegistryEvent, cause: Cause, at: datetime) -> OutgoingMessage:
        """The event as a Pub/Sub message."""
        subject = f"//bigquery.googleapis.com/{event.name}"
        context = {
            "id": event.id,
            "source": self.source,
            "type": f"{self.prefix}.{event.type.value}",
            "subject": bounded(subject),
            "time": at.isoformat(),
            "datacontenttype": "application/json",
            **_extensions(event, cause),
        }
        encoded = msgspec.to_builtins(event.payload)
        headers, data = to_binary(CloudEvent(context, encoded), msgspec.json.encode)
        headers["Content-Type"] = headers.pop("content-type")
        return OutgoingMessage(bytes(data), headers, bounded(subject))


def _extensions(event: RegistryEvent, cause: Cause) -> dict[str, str]:
    values = {name: value_of(event, cause) for name, value_of in EXTENSIONS.items()}
    # A CloudEvents attribute may be absent but not empty.
    return {name: bounded(value) for name, value in values.items() if value}
