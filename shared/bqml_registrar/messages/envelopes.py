"""Reads a delivery from a request's headers and bytes, in every kind of envelope.

A Pub/Sub push is wrapped (the message in JSON) or unwrapped (the message's data alone); an Eventarc
trigger sends CloudEvents, binary or structured, around a Pub/Sub message or around a log entry. A
dead letter of a CloudEvent has its context as attributes, so that it can be read after a redrive.

Sources: https://cloud.google.com/pubsub/docs/payload-unwrapping,
https://cloud.google.com/eventarc/docs/cloudevents, https://github.com/cloudevents/spec (HTTP binding)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloudevents.exceptions import GenericException
from cloudevents.http import CloudEvent, from_http

from bqml_registrar.errors import MalformedError
from bqml_registrar.messages.received import Delivery, ReceivedMessage, opened, read_object

_MESSAGE_PUBLISHED = "google.cloud.pubsub.topic.v1.messagePublished"
_AUDIT_LOG_WRITTEN = "google.cloud.audit.log.v1.written"
_STRUCTURED = "application/cloudevents"
_LOG_ENTRY_KEYS = {"protoPayload", "logName", "insertId"}
# Keys of an unwrapped push: those of a log entry, and the only required one of a deletion request.
_UNWRAPPED_KEYS = _LOG_ENTRY_KEYS | {"model"}


def received(body: bytes, headers: Mapping[str, str]) -> ReceivedMessage:
    """The request as it came: its bytes, with the headers that a dead letter must keep."""
    kept = {key: value for key, value in headers.items() if key.startswith(("ce-", "dl-"))}
    if _is_cloud_event(headers) and "content-type" in headers:
        kept["content-type"] = headers["content-type"]
    return ReceivedMessage(
        data=body,
        attributes=kept,
        message_id=headers.get("x-goog-pubsub-message-id") or headers.get("ce-id", ""),
        publish_time=headers.get("x-goog-pubsub-publish-time", ""),
    )


def read_delivery(body: bytes, headers: Mapping[str, str]) -> Delivery:
    """The delivery in a request; MalformedError if the envelope is unknown.

    The names of headers are in lower case, here and in `received`.
    """
    if (encoding := headers.get("content-encoding", "identity").lower()) != "identity":
        raise MalformedError(f"the request's body is compressed ({encoding[:40]}): send it plain")
    if _is_cloud_event(headers):
        return _read_cloud_event(body, headers)
    content = read_object(body, "the request's body")
    if "message" in content or not _UNWRAPPED_KEYS & content.keys():
        return opened(content)
    subscription = headers.get("x-goog-pubsub-subscription-name", "")
    return Delivery(message=received(body, headers), subscription=subscription)


def read_entry(message: ReceivedMessage) -> Mapping[str, Any]:
    """The log entry in a message; MalformedError if there is none."""
    event = _redriven(message)
    if event is None:
        return read_object(message.data)
    if event["type"] == _MESSAGE_PUBLISHED:
        return read_object(opened(_data(event)).message.data)
    return _data(event)


def read_content(message: ReceivedMessage) -> Mapping[str, Any] | ReceivedMessage:
    """The log entry in a message, or the message that carries something else: a deletion request."""
    event = _redriven(message)
    if event is not None and event["type"] == _AUDIT_LOG_WRITTEN:
        return _data(event)
    inner = message if event is None else opened(_data(event)).message
    try:
        content = read_object(inner.data)
    except MalformedError:
        return inner  # no JSON object: the reader of requests explains that
    return content if _LOG_ENTRY_KEYS & content.keys() else inner


def _redriven(message: ReceivedMessage) -> CloudEvent | None:
    """The CloudEvent in a redriven dead letter, if it came as one."""
    attributes = {key.lower(): value for key, value in message.attributes.items()}
    return _cloud_event(message.data, attributes) if _is_cloud_event(attributes) else None


def _read_cloud_event(body: bytes, headers: Mapping[str, str]) -> Delivery:
    event = _cloud_event(body, headers)
    if event["type"] == _MESSAGE_PUBLISHED:
        return opened(_data(event))
    message = received(body, headers)
    if isinstance(event["id"], str) and not message.message_id:
        message = ReceivedMessage(data=body, attributes=message.attributes, message_id=event["id"])
    return Delivery(message=message)


def _is_cloud_event(named: Mapping[str, str]) -> bool:
    return "ce-type" in named or "ce-specversion" in named or _is_structured(named)


def _is_structured(named: Mapping[str, str]) -> bool:
    return named.get("content-type", "").lower().startswith(_STRUCTURED)


def _cloud_event(body: bytes, named: Mapping[str, str]) -> CloudEvent:
    if _is_structured(named):
        # Our reader comes first: the library's accepts text that cannot be written again.
        read_object(body, "the CloudEvent")
        named = {}
    try:
        event = from_http(named, body, lambda data: data)
    except (GenericException, ValueError, TypeError, RecursionError) as error:
        # Not the library's message: it quotes the body.
        raise MalformedError(f"the CloudEvent cannot be read: {type(error).__name__}") from error
    if event["type"] not in (_MESSAGE_PUBLISHED, _AUDIT_LOG_WRITTEN):
        kind = str(event["type"])[:200]
        raise MalformedError(f"a CloudEvent of type {kind!r} carries no audit log entry")
    return event


def _data(event: CloudEvent) -> Mapping[str, Any]:
    data = event.get_data()
    return read_object(data if isinstance(data, (bytes, str)) else b"", "the CloudEvent's data")
