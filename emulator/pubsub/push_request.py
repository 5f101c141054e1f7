"""The HTTP request that carries one message to a push endpoint.

https://cloud.google.com/pubsub/docs/push and https://cloud.google.com/pubsub/docs/payload-unwrapping
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from emulator.pubsub.delivery import Delivery
from emulator.pubsub.messages import Message

FIXED_HEADERS = {
    "Content-Type": "application/json",
    "From": "noreply@google.com",
    "User-Agent": "CloudPubSub-Google",
    "Accept": "application/json",
}


@dataclass(frozen=True, kw_only=True)
class PushRequest:
    """A POST; how long to wait for its answer is the subscription's ack deadline."""

    url: str
    headers: dict[str, str | bytes]
    body: bytes


def push_request(config: Any, delivery: Delivery, attempt: int) -> PushRequest:
    """The request for one delivery; `attempt` is 0 when it is not to be told."""
    push = config.push_config
    headers: dict[str, str | bytes] = dict(FIXED_HEADERS)
    if not push.HasField("no_wrapper"):
        body = json.dumps(_envelope(config.name, delivery.message, attempt)).encode()
        return PushRequest(url=push.push_endpoint, headers=headers, body=body)
    if push.no_wrapper.write_metadata:
        headers.update(_metadata(config.name, delivery.message))
    return PushRequest(url=push.push_endpoint, headers=headers, body=delivery.message.data)


def _timestamp(message: Message) -> str:
    return message.published.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _envelope(subscription: str, message: Message, attempt: int) -> dict[str, Any]:
    body: dict[str, Any] = {}
    if message.attributes:
        body["attributes"] = message.attributes
    if message.data:
        body["data"] = base64.b64encode(message.data).decode()
    body["messageId"] = body["message_id"] = message.id
    if message.ordering_key:
        body["orderingKey"] = message.ordering_key
    body["publishTime"] = body["publish_time"] = _timestamp(message)
    envelope: dict[str, Any] = {"message": body, "subscription": subscription}
    return {"deliveryAttempt": attempt, **envelope} if attempt else envelope


def _metadata(subscription: str, message: Message) -> dict[str, bytes]:
    headers = {
        **message.attributes,
        "x-goog-pubsub-subscription-name": subscription,
        "x-goog-pubsub-message-id": message.id,
        "x-goog-pubsub-publish-time": _timestamp(message),
    }
    if message.ordering_key:
        headers["x-goog-pubsub-ordering-key"] = message.ordering_key
    return {name: value.encode() for name, value in headers.items()}
