"""Ack ids: opaque to clients, and telling of which subscription they are."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Iterable

from emulator.errors import invalid

_FORM = re.compile(r"([0-9a-f]{16})-[0-9a-f]{32}")


def new_ack_id(subscription: str) -> str:
    """An id for one lease of a message."""
    return f"{_mark(subscription)}-{uuid.uuid4().hex}"


def check_ack_ids(subscription: str, ack_ids: Iterable[str]) -> None:
    """Refuse what was never an ack id of this subscription; expired ones pass."""
    mark = _mark(subscription)
    for ack_id in ack_ids:
        match = _FORM.fullmatch(ack_id)
        if not match:
            raise invalid(f"You have passed an invalid ack ID to the service (ack_id={ack_id}).")
        if match[1] != mark:
            raise invalid(
                "You have passed a subscription that does not belong to the given ack ID "
                f"(resource={subscription})."
            )


def _mark(subscription: str) -> str:
    return hashlib.blake2s(subscription.encode(), digest_size=8).hexdigest()
