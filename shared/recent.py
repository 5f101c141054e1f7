"""What this instance announced lately, where nothing in Google's resources could remember it.

For thrift only: a second copy of a log entry mostly reaches the instance that had the first. After
a restart an event may be published again, with the same id.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

_REMEMBERED = 10_000


class Recent:
    """The ids of the last events, safe to share between threads."""

    def __init__(self) -> None:
        self._ids: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()

    @contextmanager
    def unless_told(self, ids: set[str]) -> Iterator[set[str]]:
        """Those of the ids that were not told yet; they count as told if the block does not raise."""
        with self._lock:
            fresh = ids - self._ids.keys()
            self._ids.update(dict.fromkeys(fresh))
            while len(self._ids) > _REMEMBERED:
                self._ids.popitem(last=False)
        try:
            yield fresh
        except BaseException:
            with self._lock:
                for event_id in fresh:
                    self._ids.pop(event_id, None)
            raise
