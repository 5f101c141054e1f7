"""What an act shall lead to, what it led to, and where the two differ: all of it as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version in the registry as a reader sees it, without the registrar's own labels."""

    name: str
    aliases: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    description: str = ""

    def __str__(self) -> str:
        labels = ", ".join(f"{key}={value}" for key, value in sorted(self.labels.items()))
        return f"{self.name}, aliases: {', '.join(self.aliases)}, labels: {labels}, {self.description!r}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """What an endpoint serves: the share of its traffic that each deployed version has."""

    endpoint: str
    shares: Mapping[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        shares = (f"{version} {share} %" for version, share in sorted(self.shares.items()))
        return f"{self.endpoint}: {', '.join(shares) or 'empty'}"


@dataclass(frozen=True, slots=True)
class Told:
    """What an event tells: `vertex` is the version, or the id that it would be of in a dry run.

    `gone` is the version that it replaces or that was deleted, where anything remembers it. `about` is
    what else a person wants to know: the endpoint, the days of grace, the numbers of a sweep.
    """

    type: str
    model: str
    vertex: str = ""
    alias: str = ""
    gone: str = ""
    reason: str = "RULE_MATCHED"
    dry_run: bool = False
    about: str = ""

    def __str__(self) -> str:
        alias = self.alias and f"alias {self.alias}"
        gone = self.gone and f"gone {self.gone}"
        return _words(
            (
                self.type,
                self.model,
                self.vertex,
                alias,
                gone,
                self.about,
                self.reason,
                "dry run" * self.dry_run,
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What came of an act. As an expectation, each part is what exactly shall be seen.

    `refusals` are the reasons that people were given. A decision is (model, reason), and "dry run"
    where it was one. `events` are those of one model after another's, of each model those of one
    function after another's, and of these in order of arrival. `perhaps` are decisions that may also be
    seen: whether there is cause for them depends on how fast things go.
    """

    refusals: tuple[str, ...] = ()
    decisions: frozenset[tuple[str, ...]] = frozenset()
    perhaps: frozenset[tuple[str, ...]] = frozenset()
    registry: tuple[Version, ...] = ()
    endpoints: tuple[Serving, ...] = ()
    events: tuple[Told, ...] = ()
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
    likely = replace(seen, decisions=seen.decisions - (expected.perhaps - expected.decisions))
    wanted, found = _as_lines(expected), _as_lines(likely)
    return tuple(Check(part=part, expected=wanted[part], seen=found[part]) for part in wanted)


def _as_lines(account: Account) -> dict[str, tuple[str, ...]]:
    return {
        "statements": tuple(f"refused: {reason}" for reason in account.refusals),
        "decisions": tuple(sorted(_words(decision) for decision in account.decisions)),
        "registry": tuple(str(version) for version in account.registry),
        "endpoints": tuple(str(endpoint) for endpoint in account.endpoints),
        "events": tuple(str(event) for event in account.events),
        "dead letters": tuple(f"{account.dead_letters}" for _ in range(bool(account.dead_letters))),
    }


def _words(parts: tuple[str, ...]) -> str:
    return " ".join(part for part in parts if part)
