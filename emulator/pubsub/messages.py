"""Messages: what was published, as every subscription sees it.

Limits: https://cloud.google.com/pubsub/quotas#resource_limits
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from google.pubsub_v1 import types

from emulator.errors import ServiceError, invalid

PubsubMessage = types.PubsubMessage.pb()

MAX_REQUEST_BYTES = 10_000_000
MAX_MESSAGES = 1000
MAX_ATTRIBUTES = 100
MAX_KEY_BYTES = 256
MAX_VALUE_BYTES = 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """A published message; times are milliseconds since the epoch, as the service stores them."""

    id: str
    data: bytes
    attributes: dict[str, str]
    ordering_key: str
    publish_ms: int

    @property
    def published(self) -> datetime:
        """When it was published."""
        seconds, milliseconds = divmod(self.publish_ms, 1000)
        return datetime.fromtimestamp(seconds, UTC).replace(microsecond=milliseconds * 1000)

    @property
    def size(self) -> int:
        """Bytes that count for flow control."""
        texts = [self.ordering_key, *self.attributes, *self.attributes.values()]
        return len(self.data) + sum(len(text.encode()) for text in texts)

    def to_proto(self) -> Any:
        """The message as the API returns it."""
        proto = PubsubMessage(
            data=self.data,
            attributes=self.attributes,
            message_id=self.id,
            ordering_key=self.ordering_key,
        )
        proto.publish_time.FromMilliseconds(self.publish_ms)
        return proto

    def dump(self) -> dict[str, Any]:
        """The message as JSON."""
        return {
            "id": self.id,
            "data": base64.b64encode(self.data).decode(),
            "attributes": dict(self.attributes),
            "orderingKey": self.ordering_key,
            "publishMs": self.publish_ms,
        }

    @classmethod
    def load(cls, state: dict[str, Any]) -> Message:
        """The message that `dump` gave."""
        return cls(
            id=state["id"],
            data=base64.b64decode(state["data"]),
            attributes=dict(state["attributes"]),
            ordering_key=state["orderingKey"],
            publish_ms=state["publishMs"],
        )


def check_publish(request: Any) -> None:
    """Refuse a PublishRequest that breaks a limit."""
    if not request.messages:
        raise invalid("The publish request must contain at least one message.")  # assumed: the text
    _at_most("message_count", len(request.messages), MAX_MESSAGES)
    _at_most("request_size", request.ByteSize(), MAX_REQUEST_BYTES)
    if len({message.ordering_key for message in request.messages}) > 1:
        # assumed: the text; that one request carries one key is in the reference of PubsubMessage.
        raise invalid("In a single publish request, all messages must have the same ordering key.")
    for message in request.messages:
        _check_message(message)


def _check_message(message: Any) -> None:
    if not message.data and not message.attributes:
        raise invalid(
            "One or more messages in the publish request is empty. Each message must contain either "
            "non-empty data, or at least one attribute."
        )
    _at_most("num_attributes", len(message.attributes), MAX_ATTRIBUTES)
    _at_most("ordering_key_size", len(message.ordering_key.encode()), MAX_VALUE_BYTES)
    for key, value in message.attributes.items():
        _at_most("attribute_key_size", len(key.encode()), MAX_KEY_BYTES)
        _at_most("attribute_value_size", len(value.encode()), MAX_VALUE_BYTES)
        # Google's own clients send trace context under googclient_.
        if not key or (key.startswith("goog") and not key.startswith("googclient_")):
            raise invalid(f"The attribute key {key!r} is not allowed.")  # assumed: the text


def _at_most(what: str, passed: int, most: int) -> None:
    if passed > most:
        raise _too_large(what, passed, most)


def _too_large(what: str, passed: int, most: int) -> ServiceError:
    return invalid(
        f"The value for {what} is too large. You passed {passed} in the request, "
        f"but the maximum value is {most}."
    )
