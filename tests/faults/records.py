"""What the harness keeps: rounds that were played, faults to be run in them, results."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from tests.faults.flow import Flow
from tests.faults.persons import Deed
from tests.faults.product import Message
from tests.faults.settling import Delivery, Fault
from tests.faults.world import Snapshot


class Played(Struct, frozen=True, kw_only=True):
    """One round that was played."""

    end: dict[str, Any]
    calls: list[str]
    deliveries: list[Delivery]
    redeliveries: int
    happened: bool
    # What a person did meanwhile.
    deeds: list[Deed]
    log: list[str]


class Undisturbed(Struct, frozen=True, kw_only=True):
    """A round without a fault: where it begins, what is to be delivered, how it ends."""

    before: Snapshot
    messages: list[Message]
    played: Played
    # How many calls the rounds before it made.
    offset: int


class Case(Struct, frozen=True, kw_only=True):
    """One fault in one round of a flow."""

    flow: Flow
    round: Undisturbed
    fault: Fault

    @property
    def name(self) -> str:
        """What reruns it: FLOW:CALL:FAULT."""
        return f"{self.flow.name}:{self.round.offset + self.fault.call}:{self.fault.kind.name}"


class Result(Struct, frozen=True, kw_only=True):
    """One run with a fault; `name` reruns it."""

    name: str
    kind: str
    method: str
    redeliveries: int
    differences: list[str]
    log: list[str]
