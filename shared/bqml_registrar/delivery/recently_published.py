"""What this instance published recently, if no resource of Google's records it.

It only saves duplicates: a second copy of a log entry mostly reaches the instance that had the
first. After a restart an event may be published again, with the same id.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable

_REMEMBERED = 10_000


class RecentlyPublished:
    """The ids of the last events, safe to share between threads."""

    def __init__(self) -> None:
        self._ids: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()

    def unpublished(self, ids: Iterable[str]) -> set[str]:
        """Those of the ids that are not noted as published."""
        with self._lock:
            return {event_id for event_id in ids if event_id not in self._ids}

    def note(self, ids: Iterable[str]) -> None:
        """Note ids that are certainly published; the oldest ones go."""
        with self._lock:
            self._ids.update(dict.fromkeys(ids))
            while len(self._ids) > _REMEMBERED:
                self._ids.popitem(last=False)
