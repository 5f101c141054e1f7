"""The backlog of one subscription: what waits, who holds a lease, what is delivered again."""

from __future__ import annotations

import heapq
import itertools
from typing import Any

from emulator.pubsub.ack_ids import new_ack_id
from emulator.pubsub.delivery import Delivery, Rules, Terms
from emulator.pubsub.lane import Entry, Lane
from emulator.pubsub.messages import Message


class Backlog:
    """Messages of one subscription; the caller holds the lock and tells the time."""

    def __init__(self, rules: Rules, name: str) -> None:
        self._rules = rules
        self._name = name
        self._numbers = itertools.count()
        self._unacked: dict[int, Entry] = {}
        self._keyed: dict[str, Lane] = {}
        self._free: list[tuple[float, int, int, Lane]] = []
        self._leases: dict[str, Entry] = {}
        self._deadlines: list[tuple[float, str]] = []
        self._held: list[Lane] = []

    def __len__(self) -> int:
        return len(self._unacked)

    def add(self, message: Message, *, due: float = 0.0, failures: int = 0) -> None:
        """A message was published."""
        key = message.ordering_key if self._rules.ordered else ""
        lane = self._keyed.setdefault(key, Lane(key)) if key else Lane(key)
        entry = Entry(message, next(self._numbers), lane, due, failures)
        self._unacked[entry.order] = entry
        lane.waiting.append(entry)
        if len(lane.waiting) == 1 and not lane.batch:
            self._schedule(lane)

    def dump(self) -> list[dict[str, Any]]:
        """What is not acknowledged, as JSON; leases end with the process."""
        return [
            {"message": entry.message.dump(), "due": entry.due, "failures": entry.failures}
            for _, entry in sorted(self._unacked.items())
        ]

    def load(self, state: list[dict[str, Any]]) -> None:
        """Add what `dump` gave."""
        for item in state:
            message = Message.load(item["message"])
            self.add(message, due=item["due"], failures=item["failures"])

    def take(self, now: float, terms: Terms) -> list[Delivery]:
        """Lease messages that are due."""
        self.expire(now)
        taken: list[Delivery] = []
        room = terms.byte_limit
        while len(taken) < terms.limit and room > 0 and (lane := self._next_lane(now)):
            for _ in range(min(terms.per_key, terms.limit - len(taken))):
                entry = lane.next(now) if room > 0 else None
                if entry is None:
                    break
                if delivery := self._deliver(entry, now, terms):
                    taken.append(delivery)
                    room -= entry.message.size
            self._settle(lane)
        return taken

    def _next_lane(self, now: float) -> Lane | None:
        while self._free and self._free[0][0] <= now:
            due, order, _, lane = heapq.heappop(self._free)
            head = lane.waiting[0] if lane.waiting and not lane.batch else None
            # A held lane that was released is in the heap twice; only its newest place counts.
            if head and (head.due, head.order) == (due, order):
                return lane
        return None

    def _deliver(self, entry: Entry, now: float, terms: Terms) -> Delivery | None:
        if entry.message.publish_ms / 1000 + self._rules.retention < now:
            self._finish(entry)
            return None
        lane = entry.lane
        # Order within a key is a promise; so only a lone message may change places.
        fate = terms.fate(("duplicate", "drop") if lane.key else ("duplicate", "drop", "reorder"))
        if fate == "reorder":
            self._hold(entry, now + terms.lease)
            return None
        self._release_held(now)
        entry.again = fate == "duplicate"
        entry.ack_id = new_ack_id(self._name)
        self._leases[entry.ack_id] = entry
        self._set_deadline(entry, now + terms.lease)
        if fate == "drop":
            return None
        return Delivery(ack_id=entry.ack_id, message=entry.message, attempt=entry.failures + 1)

    def _hold(self, entry: Entry, at_latest: float) -> None:
        entry.due = at_latest
        entry.lane.put_back(entry)
        self._held.append(entry.lane)

    def _release_held(self, now: float) -> None:
        for lane in self._held:
            if lane.waiting:
                lane.waiting[0].due = now
                self._schedule(lane)
        self._held.clear()

    def acknowledge(self, ack_id: str, now: float) -> None:
        """The message was handled; an ack id that is not valid any more changes nothing."""
        self.expire(now)
        entry = self._leases.pop(ack_id, None)
        if entry is None:
            return
        if entry.again:
            self._return(entry, now)
        else:
            self._finish(entry)
            self._settle(entry.lane)

    def extend(self, ack_id: str, now: float, seconds: float) -> None:
        """Let a lease end so many seconds from now."""
        self.expire(now)
        if entry := self._leases.get(ack_id):
            self._set_deadline(entry, now + seconds)

    def nack(self, ack_id: str, now: float) -> None:
        """The message was not handled."""
        self.expire(now)
        if entry := self._leases.pop(ack_id, None):
            self._fail(entry, now)

    def expire(self, now: float) -> None:
        """End the leases whose deadline has passed."""
        while self._deadlines and self._deadlines[0][0] <= now:
            _, ack_id = heapq.heappop(self._deadlines)
            entry = self._leases.get(ack_id)
            if entry and entry.deadline <= now:
                del self._leases[ack_id]
                self._fail(entry, now)

    def holds(self, ack_id: str) -> bool:
        """Whether the lease still runs."""
        return ack_id in self._leases

    def _fail(self, entry: Entry, now: float) -> None:
        entry.failures += 1
        if self._rules.bury(entry.message, entry.failures):
            self._finish(entry)
            self._settle(entry.lane)
        else:
            self._return(entry, now + self._rules.retry_delay(entry.failures))

    def _finish(self, entry: Entry) -> None:
        entry.done, entry.ack_id = True, ""
        del self._unacked[entry.order]

    def _return(self, entry: Entry, due: float) -> None:
        for returned in entry.lane.put_back(entry):
            self._leases.pop(returned.ack_id, None)
            self._unacked[returned.order] = returned
            returned.ack_id, returned.done, returned.again = "", False, False
        entry.due = due
        self._settle(entry.lane)

    def _settle(self, lane: Lane) -> None:
        if not lane.settle():
            return
        if lane.waiting:
            self._schedule(lane)
        else:
            self._keyed.pop(lane.key, None)

    def _schedule(self, lane: Lane) -> None:
        head = lane.waiting[0]
        heapq.heappush(self._free, (head.due, head.order, next(self._numbers), lane))

    def _set_deadline(self, entry: Entry, deadline: float) -> None:
        entry.deadline = deadline
        heapq.heappush(self._deadlines, (deadline, entry.ack_id))
