"""What a backlog and those who take from it say to each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from emulator.cloud import Environment
from emulator.pubsub.messages import Message


class Rules(Protocol):
    """What the subscription's configuration decides."""

    @property
    def ordered(self) -> bool:
        """Whether ordering keys are respected."""

    @property
    def retention(self) -> float:
        """Seconds that a message is kept."""

    def retry_delay(self, failures: int) -> float:
        """Seconds to wait after so many failures."""

    def bury(self, message: Message, failures: int) -> bool:
        """Forward the message to the dead-letter topic if it is time; whether that was done."""


Fate = Callable[[tuple[str, ...]], str | None]


def fate_of(env: Environment, method: str) -> Fate:
    """Asks for the next delivery fault ordered for `method`, of the kinds that can be had now."""

    def fate(kinds: tuple[str, ...]) -> str | None:
        fault = env.gate.faults.take(method, *kinds)
        return fault.kind if fault else None

    return fate


@dataclass(frozen=True, kw_only=True)
class Terms:
    """One request for messages: how many, how many bytes, how many of one ordering key.

    `fate` asks for an ordered delivery fault of the given kinds.
    """

    limit: int
    lease: float
    fate: Fate
    byte_limit: float = float("inf")
    per_key: int = 1000


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One message handed out under a lease; `attempt` counts from 1."""

    ack_id: str
    message: Message
    attempt: int
