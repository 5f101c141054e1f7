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


class Part(Enum):
    """What a delivery does while others about the same model may be at work."""

    WORKS = "it is its turn, and others hand over to it"
    HANDS_OVER = "the one at work looks once more for it"
    WORKS_TOO = "it cannot be handed over, and nothing is handed over to it"


class _Turn(Struct):
    """A delivery at work: of which message, and what was handed over since it last looked.

    `looks_left`: so that a stream of deliveries does not keep one at work for ever.
    """

    message_id: str
    created_by: JobName | None = None
    is_open: bool = True
    has_more: bool = False
    looks_left: int = 3


class Turns:
    """The models that deliveries of this instance are at work on, safe to share between threads."""

    def __init__(self) -> None:
        self._turns: dict[ModelName, _Turn] = {}
        self._lock = threading.Lock()

    def take(self, name: ModelName, message_id: str, created_by: JobName | None = None) -> Part:
        """Which part a delivery of a message has; `message_id` is empty where it is not known.

        `created_by` is the creating job, if the delivery names one: it is handed over as well.
        """
        with self._lock:
            turn = self._turns.get(name)
            if turn is None:
                self._turns[name] = _Turn(message_id)
                return Part.WORKS
            if not message_id or message_id == turn.message_id:
                # A second delivery of the very message that the turn relies on: answered, it would
                # take that one's redelivery away, so from here on nobody relies on it.
                turn.is_open = False
            if not turn.is_open:
                return Part.WORKS_TOO
            turn.has_more = True
            turn.created_by = created_by or turn.created_by
            return Part.HANDS_OVER

    def is_over(self, name: ModelName) -> bool:
        """End the turn, unless something was handed over since it began or this was last asked."""
        with self._lock:
            turn = self._turns[name]
            if turn.has_more:
                turn.has_more = False
                turn.looks_left -= 1
                turn.is_open = turn.is_open and turn.looks_left > 0
                return False
            del self._turns[name]
            return True

    def created_by(self, name: ModelName) -> JobName | None:
        """The creating job that a delivery named which was handed over; None if none did."""
        with self._lock:
            return self._turns[name].created_by

    def give_up(self, name: ModelName) -> None:
        """End the turn in any case: the delivery failed, and comes again or becomes a dead letter."""
        with self._lock:
            self._turns.pop(name, None)
