"""Coalesces in-flight deliveries about one model: one leads, and the others follow it.

One statement writes several entries, and each may come more than once, mostly to one instance and at
the same moment. The leader assesses the model once more before it ends, so that it sees what its
followers were about; until then it is not answered, and Pub/Sub keeps its message. Instances share
nothing: between them etags detect conflicts, and an event may come twice with one id.
"""

from __future__ import annotations

import threading
from enum import Enum

from msgspec import Struct

from bqml_registrar.names import JobName, ModelName


class Role(Enum):
    """The role of a delivery while others about the same model may be in flight."""

    LEADS = "it works, and others follow it"
    FOLLOWS = "it ends, and the leader assesses the model once more for it"
    ALONE = "it works, and neither leads nor follows"


class _Leader(Struct):
    """A leading delivery: its message, and what followers brought since its last assessment.

    `runs_left` is a limit, so that a stream of deliveries does not keep one at work for ever.
    """

    message_id: str
    created_by: JobName | None = None
    is_open: bool = True
    has_followers: bool = False
    runs_left: int = 3


class InFlight:
    """The models that deliveries of this instance work on; safe to share between threads."""

    def __init__(self) -> None:
        self._leaders: dict[ModelName, _Leader] = {}
        self._lock = threading.Lock()

    def join(self, name: ModelName, message_id: str, created_by: JobName | None = None) -> Role:
        """The role of a delivery of a message; `message_id` is empty if it is not known.

        `created_by` is the creating job, if the delivery names one: the leader gets it.
        """
        with self._lock:
            leader = self._leaders.get(name)
            if leader is None:
                self._leaders[name] = _Leader(message_id)
                return Role.LEADS
            if not message_id or message_id == leader.message_id:
                # A second delivery of the leader's own message: its answer would acknowledge the
                # message, and a failed leader would not come again. So nobody follows from here on.
                leader.is_open = False
            if not leader.is_open:
                return Role.ALONE
            leader.has_followers = True
            leader.created_by = created_by or leader.created_by
            return Role.FOLLOWS

    def is_finished(self, name: ModelName) -> bool:
        """End the lead, unless a delivery followed since it began or since the last call."""
        with self._lock:
            leader = self._leaders[name]
            if leader.has_followers:
                leader.has_followers = False
                leader.runs_left -= 1
                leader.is_open = leader.is_open and leader.runs_left > 0
                return False
            del self._leaders[name]
            return True

    def created_by(self, name: ModelName) -> JobName | None:
        """The creating job that a follower named; None if none did."""
        with self._lock:
            return self._leaders[name].created_by

    def abandon(self, name: ModelName) -> None:
        """End the lead in any case: the delivery failed, and is retried or dead-lettered."""
        with self._lock:
            self._leaders.pop(name, None)
