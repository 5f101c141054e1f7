"""Transactions: reads from one moment, and a commit that fails if any of them would differ now.

Times: https://cloud.google.com/firestore/quotas#writes_and_transactions. The service may also make
others wait for a transaction's locks; here nobody waits, and who commits first wins.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from emulator.clock import Clock
from emulator.errors import ServiceError, invalid, unimplemented
from emulator.firestore.database import Database, Documents

TIME_LIMIT = 270.0
IDLE_LIMIT = 60.0
Look = Callable[[Documents], Any]


@dataclass
class Transaction:
    """An open transaction: the documents as they were, and what was read of them."""

    id: bytes
    database: str
    documents: Documents
    read_only: bool
    begun: float
    used: float
    reads: list[Look] = field(default_factory=list)

    def check(self, documents: Documents) -> None:
        """ABORTED if a read would have another result in these documents."""
        for look in self.reads:
            if look(documents) != look(self.documents):
                raise ServiceError(
                    "ABORTED", "Too much contention on these documents. Please try again."
                )


class Transactions:
    """The open transactions; the caller holds the lock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: dict[bytes, Transaction] = {}
        self._numbers = itertools.count(1)

    def begin(self, database: Database, options: Any) -> Transaction:
        """A new transaction, which sees the documents as they are now."""
        if options.read_only.HasField("read_time"):
            raise unimplemented("reads at a read_time")
        now = self._clock.time()
        made = Transaction(
            id=f"transaction-{next(self._numbers)}".encode(),
            database=database.name,
            documents=dict(database.documents),
            read_only=options.HasField("read_only"),
            begun=now,
            used=now,
        )
        self._open[made.id] = made
        return made

    def use(self, database: str, transaction_id: bytes) -> Transaction:
        """An open transaction of the database."""
        found = self._open.get(transaction_id)
        now = self._clock.time()
        if found and (now > found.begun + TIME_LIMIT or now > found.used + IDLE_LIMIT):
            self.end(transaction_id)
            found = None
        if not found or found.database != database:
            raise invalid("The referenced transaction has expired or is no longer valid.")
        found.used = now
        return found

    def end(self, transaction_id: bytes) -> None:
        """Forget a transaction."""
        self._open.pop(transaction_id, None)

    def forget(self) -> None:
        """Forget all."""
        self._open.clear()
