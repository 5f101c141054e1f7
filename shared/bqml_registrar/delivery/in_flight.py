"""Whose turn it is: of the deliveries about one model, one works and the others hand over to it.

One statement writes several entries, and each may come more than once, mostly to one instance and at
the same moment. The one at work looks once more before it ends, so that it has seen whatever the
others were about; until then it is not answered, and Pub/Sub keeps its message. Between instances
nothing is shared: there, etags keep deliveries apart, and an event may come twice with one id.
"""

from __future__ import annotations

import threading
from enum import Enum

from msgspec import Struct

from bqml_registrar.names import JobName, ModelName


class Role(Enum):
    """What a delivery does while others about the same model may be at work."""

    LEADS = "it is its turn, and others hand over to it"
    FOLLOWS = "the one at work looks once more for it"
    ALONE = "it cannot be handed over, and nothing is handed over to it"


class _Leader(Struct):
    """A delivery at work: of which message, and what was handed over since it last looked.

    `looks_left`: so that a stream of deliveries does not keep one at work for ever.
    """

    message_id: str
    created_by: JobName | None = None
    is_open: bool = True
    has_followers: bool = False
    looks_left: int = 3


class InFlight:
    """The models that deliveries of this instance are at work on, safe to share between threads."""

    def __init__(self) -> None:
        self._leaders: dict[ModelName, _Leader] = {}
        self._lock = threading.Lock()

    def join(self, name: ModelName, message_id: str, created_by: JobName | None = None) -> Role:
        """Which part a delivery of a message has; `message_id` is empty where it is not known.

        `created_by` is the creating job, if the delivery names one: it is handed over as well.
        """
        with self._lock:
            leader = self._leaders.get(name)
            if leader is None:
                self._leaders[name] = _Leader(message_id)
                return Role.LEADS
            if not message_id or message_id == leader.message_id:
                # A second delivery of the very message that the turn relies on: answered, it would
                # take that one's redelivery away, so from here on nobody relies on it.
                leader.is_open = False
            if not leader.is_open:
                return Role.ALONE
            leader.has_followers = True
            leader.created_by = created_by or leader.created_by
            return Role.FOLLOWS

    def is_finished(self, name: ModelName) -> bool:
        """End the turn, unless something was handed over since it began or this was last asked."""
        with self._lock:
            leader = self._leaders[name]
            if leader.has_followers:
                leader.has_followers = False
                leader.looks_left -= 1
                leader.is_open = leader.is_open and leader.looks_left > 0
                return False
            del self._leaders[name]
            return True

    def created_by(self, name: ModelName) -> JobName | None:
        """The creating job that a delivery named which was handed over; None if none did."""
        with self._lock:
            return self._leaders[name].created_by

    def abandon(self, name: ModelName) -> None:
        """End the turn in any case: the delivery failed, and comes again or becomes a dead letter."""
        with self._lock:
            self._leaders.pop(name, None)
