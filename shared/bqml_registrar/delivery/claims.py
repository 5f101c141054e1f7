"""Claims on work within an instance: a duplicate delivery leaves the work to the first one.

Logging may export an entry twice, and both arrive at the same moment. Claims only save calls: on
another instance, or a moment later, the duplicate runs fully, to the same state and the same ids.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Claims:
    """Keys of work in progress, each with its message; safe between threads."""

    def __init__(self) -> None:
        self._messages: dict[str, str] = {}
        self._lock = threading.Lock()

    @contextmanager
    def claim(self, key: str, message_id: str) -> Iterator[bool]:
        """Whether to do the work; not while the delivery of another message does it.

        That message is not acknowledged before the work is done, and comes again if it fails.
        """
        with self._lock:
            at_work = self._messages.get(key)
            is_first = at_work is None
            if is_first:
                self._messages[key] = message_id
        try:
            # The same message again, or an unknown one, cannot leave the work to itself.
            yield is_first or not message_id or at_work == message_id
        finally:
            if is_first:
                with self._lock:
                    del self._messages[key]
