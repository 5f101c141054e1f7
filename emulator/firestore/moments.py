"""Times of commits and reads: in microseconds, and no two commits have the same."""

from __future__ import annotations

from typing import Any

from google.protobuf import timestamp_pb2

from emulator.clock import Clock


class Moments:
    """Gives out times; a commit's is later than every one before it, also when time stands still."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.last = 0

    def commit(self) -> Any:
        """The time of the next commit; it counts when it has been seen."""
        return as_timestamp(max(int(self._clock.time() * 1e6), self.last + 1))

    def read(self) -> Any:
        """The time of a read: it sees every commit so far."""
        return as_timestamp(max(int(self._clock.time() * 1e6), self.last))

    def see(self, timestamp: Any) -> None:
        """Take note of a commit that was made."""
        self.last = max(self.last, timestamp.ToMicroseconds())


def as_timestamp(microseconds: int) -> Any:
    """A protobuf timestamp."""
    timestamp = timestamp_pb2.Timestamp()
    timestamp.FromMicroseconds(microseconds)
    return timestamp
