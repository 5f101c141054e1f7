"""What an act shall lead to, what it led to, and where the two differ: all of it as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version in the registry as a reader sees it, without the registrar's own marks."""

    name: str
    aliases: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    description: str = ""

    def __str__(self) -> str:
        labels = ", ".join(f"{key}={value}" for key, value in sorted(self.labels.items()))
        return f"{self.name}, aliases: {', '.join(self.aliases)}, labels: {labels}, {self.description!r}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What came of an act. As an expectation, each part is what exactly shall be seen.

    `refusals` are the reasons that BigQuery gave the analyst. A decision is (model, reason).
    An event is (type, model, alias), in order of arrival.
    """

    refusals: tuple[str, ...] = ()
    decisions: frozenset[tuple[str, str]] = frozenset()
    registry: tuple[Version, ...] = ()
    events: tuple[tuple[str, str, str], ...] = ()
    dead_letters: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One part of an account, expected and seen, as lines of text."""

    part: str
    expected: tuple[str, ...]
    seen: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether what was seen is what was expected."""
        return self.expected == self.seen


def compared(expected: Account, seen: Account) -> tuple[Check, ...]:
    """One check for each part."""
    wanted, found = _as_lines(expected), _as_lines(seen)
    return tuple(Check(part=part, expected=wanted[part], seen=found[part]) for part in wanted)


def _as_lines(account: Account) -> dict[str, tuple[str, ...]]:
    return {
        "statements": tuple(f"refused: {reason}" for reason in account.refusals),
        "decisions": tuple(sorted(_words(decision) for decision in account.decisions)),
        "registry": tuple(str(version) for version in account.registry),
        "events": tuple(_words(event) for event in account.events),
        "dead letters": tuple(f"{account.dead_letters}" for _ in range(bool(account.dead_letters))),
    }


def _words(parts: tuple[str, ...]) -> str:
    return " ".join(part for part in parts if part)
