"""The HTTP request that carries one message to a push endpoint.

https://cloud.google.com/pubsub/docs/push and https://cloud.google.com/pubsub/docs/payload-unwrapping
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from emulator.pubsub.cloud_event_push import MAX_ATTEMPTS, STRUCTURED, cloud_event
from emulator.pubsub.delivery import Delivery
from emulator.pubsub.headers import sendable
from emulator.pubsub.messages import Message

FIXED_HEADERS = {
    "From": "noreply@google.com",
    "User-Agent": "CloudPubSub-Google",
    "Accept": "application/json",
}


@dataclass(frozen=True, kw_only=True)
class PushRequest:
    """A POST; how long to wait for its answer is the subscription's ack deadline.

    `last`: whatever the answer, the message is not pushed again.
    """

    url: str
    headers: dict[str, str]
    body: bytes
    last: bool = False


def push_request(config: Any, delivery: Delivery, attempt: int) -> PushRequest:
    """The request for one delivery; `attempt` is 0 when it is not to be told."""
    push = config.push_config
    headers, body = _content(config, delivery.message, attempt)
    most = push.attributes.get(MAX_ATTEMPTS, "")
    return PushRequest(
        url=push.push_endpoint,
        headers={**FIXED_HEADERS, **headers},
        body=body,
        last=bool(most) and delivery.attempt >= int(most),
    )


def _content(config: Any, message: Message, attempt: int) -> tuple[dict[str, str], bytes]:
    push = config.push_config
    if push.HasField("no_wrapper"):
        # No Content-Type but the message's own.
        return _metadata(
            config.name, message
        ) if push.no_wrapper.write_metadata else {}, message.data
    envelope = _envelope(config.name, message, attempt)
    if event := cloud_event(push, message, envelope):
        return event.structured() if push.attributes.get(STRUCTURED) else event.binary()
    return {"Content-Type": "application/json"}, json.dumps(envelope).encode()


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


def _metadata(subscription: str, message: Message) -> dict[str, str]:
    """assumed: what cannot be a header is left out, be it an attribute or the ordering key."""
    headers = {
        **message.attributes,
        "x-goog-pubsub-subscription-name": subscription,
        "x-goog-pubsub-message-id": message.id,
        "x-goog-pubsub-publish-time": _timestamp(message),
        "x-goog-pubsub-ordering-key": message.ordering_key,
    }
    return {name: value for name, value in headers.items() if sendable(name, value)}
