"""Whose turn it is: of the deliveries about one model, one works and the others hand over to it.

One statement writes several entries, and each may come more than once, mostly to one instance and at
the same moment. The one at work looks once more before it ends, so that it has seen whatever the
others were about; until then it is not answered, and Pub/Sub keeps its message. Between instances
nothing is shared: there, etags keep deliveries apart, and an event may come twice with one id.
"""

from __future__ import annotations

import threading

from shared.names import ModelName


class Turns:
    """The models that deliveries of this instance are at work on, safe to share between threads."""

    def __init__(self) -> None:
        self._handed_over: dict[ModelName, bool] = {}
        self._lock = threading.Lock()

    def take(self, name: ModelName) -> bool:
        """Whether it is the caller's turn; else what it is about is handed over to whose it is."""
        with self._lock:
            is_free = name not in self._handed_over
            self._handed_over[name] = not is_free
            return is_free

    def is_over(self, name: ModelName) -> bool:
        """End the turn, unless something was handed over since it began or this was last asked."""
        with self._lock:
            if self._handed_over[name]:
                self._handed_over[name] = False
                return False
            del self._handed_over[name]
            return True

    def give_up(self, name: ModelName) -> None:
        """End the turn in any case: the delivery failed, and comes again or becomes a dead letter."""
        with self._lock:
            self._handed_over.pop(name, None)
