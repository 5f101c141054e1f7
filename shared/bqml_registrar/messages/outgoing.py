"""A message to publish, within Pub/Sub's limits."""

from __future__ import annotations

import hashlib

from msgspec import Struct

# Pub/Sub bounds an attribute's value and an ordering key to 1,024 bytes.
# https://cloud.google.com/pubsub/quotas#resource_limits
_ATTRIBUTE_BYTES = 1024


class OutgoingMessage(Struct, frozen=True):
    """A Pub/Sub message."""

    data: bytes
    attributes: dict[str, str]
    ordering_key: str = ""


def bounded(text: str) -> str:
    """The text or, if it is longer than Pub/Sub allows, its head and a hash of the whole."""
    encoded = text.encode()
    if len(encoded) <= _ATTRIBUTE_BYTES:
        return text
    digest = hashlib.sha256(encoded).hexdigest()[:32]
    head = encoded[: _ATTRIBUTE_BYTES - len(digest) - 1].decode(errors="ignore")
    return f"{head}-{digest}"
