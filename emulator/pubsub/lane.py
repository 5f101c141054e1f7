"""Lanes: messages of one subscription that must be delivered one batch after the other.

A message without an ordering key has a lane of its own; so ordered and unordered delivery are one.
https://cloud.google.com/pubsub/docs/ordering
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from emulator.pubsub.messages import Message


@dataclass(eq=False, slots=True)
class Entry:
    """One message on its way to one subscriber.

    `failures` counts nacks and expired deadlines; `done` = acknowledged; `again` = a fault orders
    one more delivery after the acknowledgement.
    """

    message: Message
    order: int
    lane: Lane
    due: float = 0.0
    failures: int = 0
    ack_id: str = ""
    deadline: float = 0.0
    done: bool = False
    again: bool = False


@dataclass(eq=False, slots=True)
class Lane:
    """What waits, and the batch that is outstanding, both in publishing order."""

    key: str
    waiting: deque[Entry] = field(default_factory=deque)
    batch: list[Entry] = field(default_factory=list)

    def next(self, now: float) -> Entry | None:
        """Move the next message that is due into the batch."""
        if not self.waiting or self.waiting[0].due > now:
            return None
        entry = self.waiting.popleft()
        self.batch.append(entry)
        return entry

    def put_back(self, entry: Entry) -> list[Entry]:
        """Return a message of the batch, and all after it, even acknowledged ones, to the waiting.

        "The redelivery of a message triggers the redelivery of all subsequent messages for that
        key, even acknowledged ones."
        """
        position = self.batch.index(entry)
        returned = self.batch[position:]
        del self.batch[position:]
        self.waiting.extendleft(reversed(returned))
        return returned

    def settle(self) -> bool:
        """Forget a batch that is all done; whether the lane is free for the next one."""
        if all(entry.done for entry in self.batch):
            self.batch.clear()
        return not self.batch
