"""Dead letters: the original bytes and attributes, with the reason why a person is needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256

from bqml_registrar.errors import PermanentError
from bqml_registrar.messages.outgoing import OutgoingMessage, bounded
from bqml_registrar.messages.received import ReceivedMessage

DETAIL_BYTES = 1024
# https://cloud.google.com/pubsub/quotas#resource_limits
_REQUEST_BYTES = 10_000_000
_ATTRIBUTES = 100
_KEY_BYTES = 256

# The most that a push of the largest message has: base64 takes 4 bytes for 3, attributes are JSON.
LARGEST_BODY = 10 * 2**20 * 4 // 3 + 2**20


def dead_letter(
    topic: str, original: ReceivedMessage, error: PermanentError
) -> OutgoingMessage | None:
    """The dead letter; None if the bytes exceed Pub/Sub's limit, so that they never were a message.

    If a message leaves no room for our attributes, it goes without the detail, or unchanged.
    """
    # If a redriven letter fails again, its first publish time counts.
    published = original.attributes.get("dl-publishtime") or original.publish_time
    reason = {"dl-reason": error.reason.name, "dl-publishtime": published}
    detail = error.detail.encode()[:DETAIL_BYTES].decode(errors="ignore")
    for added in ({**reason, "dl-detail": detail}, reason, {}):
        letter = OutgoingMessage(original.data, _attributes(original.attributes, added))
        if _request_bytes(topic, letter) <= _REQUEST_BYTES:
            return letter
    return None


def digest(data: bytes) -> str:
    """Describes bytes that cannot be kept, for the log."""
    return f"{len(data)} bytes, sha256 {sha256(data).hexdigest()}"


def _attributes(original: Mapping[str, str], added: Mapping[str, str]) -> dict[str, str]:
    kept = [(key, value) for key, value in _allowed(original) if key not in added]
    ours = {key: bounded(value) for key, value in added.items() if value}
    return {**dict(kept[: _ATTRIBUTES - len(ours)]), **ours}


def _allowed(attributes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The attributes that Pub/Sub takes: headers, or a body like a push, may have others."""
    for key, value in attributes.items():
        reserved = key.startswith("goog") and not key.startswith("googclient_")
        if key and not reserved and len(key.encode()) <= _KEY_BYTES:
            yield key, bounded(value)


def _request_bytes(topic: str, letter: OutgoingMessage) -> int:
    """The size of the PublishRequest as Pub/Sub counts it: protocol buffers on the wire."""
    attributes = (
        _field(_field(len(key.encode())) + _field(len(value.encode())))
        for key, value in letter.attributes.items()
    )
    return _field(len(topic)) + _field(_field(len(letter.data)) + sum(attributes))


def _field(size: int) -> int:
    """A field of that many bytes, with its number and its length (seven bits a byte)."""
    return 1 + -(-max(size.bit_length(), 1) // 7) + size
