"""What deliveries of this instance are at work on, so that a copy of one leaves it to the first.

Logging may export an entry twice, and both come at the same moment. For thrift only: on another
instance, or a moment later, the copy goes all the way, and ends in the same state and the same ids.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Claims:
    """Keys of what is under way, each with the message that brought it; safe between threads."""

    def __init__(self) -> None:
        self._messages: dict[str, str] = {}
        self._lock = threading.Lock()

    @contextmanager
    def claim(self, key: str, message_id: str) -> Iterator[bool]:
        """Whether to work on it. Not where another message's delivery is at it: until that is done
        its message is not acknowledged, and comes again if it fails.
        """
        with self._lock:
            at_work = self._messages.get(key)
            is_first = at_work is None
            if is_first:
                self._messages[key] = message_id
        try:
            # The very message again, or an unknown one: who leaves it to itself leaves it to nobody.
            yield is_first or not message_id or at_work == message_id
        finally:
            if is_first:
                with self._lock:
                    del self._messages[key]
