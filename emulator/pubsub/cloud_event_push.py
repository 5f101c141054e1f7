"""Push as CloudEvents over HTTP, of subscriptions that Eventarc has made.

The endpoint's query tells the form, as in the service: CE_PUBSUB_BINDING for messages that are
CloudEvents in the Pub/Sub binding, CUSTOM_PUBSUB_<topic> for any message (messagePublished).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from emulator.pubsub.headers import sendable
from emulator.pubsub.messages import Message

MODE = "__GCP_CloudEventsMode"
# In the attributes of a push configuration, where only x-goog-version is the service's own.
STRUCTURED = "local-cloud-structured"
MAX_ATTEMPTS = "local-cloud-max-attempts"

_BINDING = "CE_PUBSUB_BINDING"
_CUSTOM = "CUSTOM_PUBSUB_"
_PREFIX = "ce-"


@dataclass(frozen=True, kw_only=True)
class CloudEvent:
    """An event with JSON data; `attributes` as CloudEvents names them."""

    attributes: dict[str, str]
    data: bytes

    def binary(self) -> tuple[dict[str, str], bytes]:
        """Headers and body of the binary content mode."""
        headers = {f"{_PREFIX}{name}": value for name, value in self.attributes.items()}
        return {"Content-Type": headers.pop("ce-datacontenttype"), **headers}, self.data

    def structured(self) -> tuple[dict[str, str], bytes]:
        """Headers and body of the structured content mode."""
        body = {**self.attributes, "data": json.loads(self.data)}
        return {"Content-Type": "application/cloudevents+json"}, json.dumps(body).encode()


def cloud_event(push: Any, message: Message, envelope: dict[str, Any]) -> CloudEvent | None:
    """The event that the endpoint asks for; None where it asks for none, or the message is none."""
    mode = parse_qs(urlsplit(push.push_endpoint).query).get(MODE, [""])[-1]
    if mode == _BINDING:
        return _bound(message)
    if mode.startswith(_CUSTOM):
        return _message_published(mode.removeprefix(_CUSTOM), envelope)
    return None


def _bound(message: Message) -> CloudEvent | None:
    """What cannot be a header sends the message wrapped, its attributes inside.

    Seen with a blank at the end of a subject (functions-framework-nodejs#786). assumed: so does a
    letter beyond ASCII.
    """
    attributes = {
        name.removeprefix(_PREFIX): value
        for name, value in message.attributes.items()
        if name.startswith(_PREFIX)
    }
    if "datacontenttype" not in attributes or not all(
        sendable(f"{_PREFIX}{name}", value) for name, value in attributes.items()
    ):
        return None
    return CloudEvent(attributes=attributes, data=message.data)


def _message_published(topic: str, envelope: dict[str, Any]) -> CloudEvent:
    attributes = {
        "specversion": "1.0",
        "type": "google.cloud.pubsub.topic.v1.messagePublished",
        "id": envelope["message"]["messageId"],
        "source": f"//pubsub.googleapis.com/{topic}",
        "time": envelope["message"]["publishTime"],
        "datacontenttype": "application/json",
    }
    return CloudEvent(attributes=attributes, data=json.dumps(envelope).encode())
