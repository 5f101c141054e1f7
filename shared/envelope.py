"""From the bytes of a request to a log entry: the envelopes that a push subscription delivers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from shared.errors import PermanentError
from shared.reasons import Reason

T = TypeVar("T")


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A Pub/Sub message as a wrapped push carries it (`data` is base64 on the wire).

    Source: https://cloud.google.com/pubsub/docs/push#receive_push
    """

    data: bytes = b""
    attributes: dict[str, str] = {}
    message_id: str = msgspec.field(name="messageId", default="")
    publish_time: str = msgspec.field(name="publishTime", default="")


class Delivery(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A wrapped push: the message, its subscription, and which attempt this is."""

    message: Message
    subscription: str = ""
    delivery_attempt: int = 0


class MalformedError(PermanentError):
    """The bytes are not what they should be; `detail` says where."""

    def __init__(self, detail: str) -> None:
        super().__init__(Reason.MALFORMED_DELIVERY, detail)


def read_push(body: bytes) -> Delivery:
    """The delivery in a wrapped push's body; MalformedError for any other bytes."""
    return _decode(body, Delivery, "the request's body")


def read_log_entry(data: bytes) -> Mapping[str, Any]:
    """The log entry in a message's data; MalformedError if it is not a JSON object."""
    return _decode(data, dict[str, Any], "the message's data")


def _decode(data: bytes, as_type: type[T], what: str) -> T:
    try:
        return msgspec.json.decode(data, type=as_type, strict=False)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise MalformedError(f"{what} ({len(data)} bytes) cannot be read: {error}") from error
