"""The parts of a delivery: a message, its log entry, and the body of a wrapped push.

`envelopes` finds out which envelope a request came in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from bqml_registrar.errors import MalformedError

T = TypeVar("T")


class ReceivedMessage(Struct, frozen=True, kw_only=True):
    """The bytes that came, and their attributes; a dead letter has both."""

    data: bytes = b""
    attributes: dict[str, str] = {}
    message_id: str = ""
    publish_time: str = ""


class Delivery(Struct, frozen=True, kw_only=True):
    """A message, its subscription, and which attempt this is (0: not counted)."""

    message: ReceivedMessage
    subscription: str = ""
    delivery_attempt: int = 0


class _PushedMessage(Struct, frozen=True):
    """A Pub/Sub message in a wrapped push: two fields have two names each, `data` is base64.

    Source: https://cloud.google.com/pubsub/docs/push#receive_push
    """

    data: bytes | None = None
    attributes: dict[str, str | None] | None = None
    messageId: str | int | None = None  # noqa: N815 - Pub/Sub's name
    message_id: str | int | None = None
    publishTime: str | None = None  # noqa: N815 - Pub/Sub's name
    publish_time: str | None = None


class _Push(Struct, frozen=True):
    message: _PushedMessage
    subscription: str | None = None
    deliveryAttempt: int | None = None  # noqa: N815 - Pub/Sub's name


def opened(body: Mapping[str, Any]) -> Delivery:
    """The delivery in the decoded body of a wrapped push."""
    try:
        push = msgspec.convert(body, _Push, strict=False)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise MalformedError(f"the request's body is no Pub/Sub push: {error}") from error
    pushed = push.message
    given = pushed.attributes or {}
    message = ReceivedMessage(
        data=pushed.data or b"",
        attributes={key: value for key, value in given.items() if value is not None},
        message_id=str(pushed.messageId or pushed.message_id or ""),
        publish_time=pushed.publishTime or pushed.publish_time or "",
    )
    return Delivery(
        message=message,
        subscription=push.subscription or "",
        delivery_attempt=push.deliveryAttempt or 0,
    )


def read_object(data: bytes | str, what: str = "the message's data") -> Mapping[str, Any]:
    """The JSON object in `data`; MalformedError, which names `what`, for anything else."""
    try:
        return msgspec.json.decode(data, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        size = len(data)
        raise MalformedError(f"{what} ({size} bytes) cannot be read: {error}") from error
