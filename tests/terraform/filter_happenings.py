"""What one writing of the local cloud tells, whether it must come in at a filter, and the count of both.

Log entries are counted by what they tell: the parts of an entry that Logging split are one, of which
one has to come in. What must come in was told by hand, for each act (filter_statements.py). Entries are
read for one thing only: whether in what is left of one there is what tells it from such a one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum
from itertools import groupby
from typing import Any

Entry = dict[str, Any]
Filter = Callable[[Entry], bool]
_READ = "modelDataRead"


class Wish(Enum):
    """What is wanted of an entry."""

    COMES = "comes in"
    STAYS = "stays out"
    OPEN = "may come in: nothing in it says what it is of"


@dataclass(frozen=True, kw_only=True)
class Sieve:
    """A filter, the mark of what must come in, and the marks of what only a word tells from that."""

    name: str
    passes: Filter
    mark: str
    like: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Happening:
    """Entries that tell one thing, in their order; `story` names act and circumstances."""

    story: str
    event: str
    parts: list[Entry]
    mark: str = ""
    old: bool = False

    def wish(self, sieve: Sieve, part: Entry | None = None) -> Wish:
        """What is wanted of all of it, or of one part."""
        if self.mark == sieve.mark:
            return Wish.COMES
        if self.mark not in sieve.like or self.event not in {"jobChange", _READ}:
            return Wish.STAYS
        seen = part or (self.parts[0] if len(self.parts) == 1 else None)
        return Wish.STAYS if seen and self._says(seen) else Wish.OPEN

    def comes_in(self, sieve: Sieve) -> bool:
        """Whether any part passes."""
        return any(map(sieve.passes, self.parts))

    def told_and_in(self, sieve: Sieve) -> bool:
        """Whether a part comes in that does say that it should not."""
        return any(
            self.wish(sieve, part) is Wish.STAYS and sieve.passes(part) for part in self.parts
        )

    def _says(self, part: Entry) -> bool:
        """Whether the part has in it, whole, the word that tells it from what must come in."""
        words = [self._word(each) for each in self.parts]
        return self._word(part) == "".join(words) != ""

    def _word(self, part: Entry) -> str:
        """Of the end of a job its statement's kind, or its target, as far as it is in the part."""
        told = part["protoPayload"].get("metadata", {}).get(self.event)
        if self.event != "jobChange":
            return "" if told is None else self.event
        config = (told or {}).get("job", {}).get("jobConfig", {})
        query = config.get("queryConfig", {})
        if self.mark == "~":
            return str(query.get("destinationTable", ""))
        return str(query.get("statementType") or config.get("type", "").replace("QUERY", ""))

    def __str__(self) -> str:
        parts = f", {len(self.parts)} parts" if len(self.parts) > 1 else ""
        return f"{'old ' if self.old else ''}{self.event}{self.mark} of {self.story}{parts}"


def happenings(story: str, entries: Iterable[Entry]) -> list[Happening]:
    """Entries by what they tell, as yet without marks."""
    groups = groupby(entries, lambda entry: entry.get("split", {}).get("uid", entry["insertId"]))
    return [_happening(story, list(parts)) for _, parts in groups]


def _happening(story: str, parts: list[Entry]) -> Happening:
    payloads = [part["protoPayload"] for part in parts]
    keys = {key for payload in payloads for key in payload.get("metadata", {})} - {"@type"}
    old = "serviceData" in payloads[0]
    event = payloads[0]["methodName"] if old else "+".join(sorted(keys)) or "refused"
    return Happening(story=story, event=event, parts=parts, old=old)


@dataclass
class Tally:
    """How well a filter does."""

    sieve: Sieve
    found: list[Happening] = field(default_factory=list)
    strays: list[Happening] = field(default_factory=list)
    lost: list[Happening] = field(default_factory=list)
    silent: list[Happening] = field(default_factory=list)
    open: list[Happening] = field(default_factory=list)

    def take(self, happening: Happening) -> None:
        """Count one."""
        wish, comes = happening.wish(self.sieve), happening.comes_in(self.sieve)
        sides = {
            (Wish.COMES, True): self.found,
            (Wish.COMES, False): self.lost,
            (Wish.STAYS, True): self.strays,
            (Wish.STAYS, False): self.silent,
        }
        sides.get((wish, comes), self.open).append(happening)

    @property
    def precision(self) -> float:
        """Of what comes in, the part that should."""
        return _share(self.found, self.strays)

    @property
    def recall(self) -> float:
        """Of what should come in, the part that does."""
        return _share(self.found, self.lost)

    def __str__(self) -> str:
        asked = len(self.found) + len(self.lost)
        told = asked + len(self.silent) + len(self.strays)
        return (
            f"{self.sieve.name}: {asked} of {told} happenings must come in; precision "
            f"{self.precision:.4f}, recall {self.recall:.4f}; {len(self.open)} more are open"
        )

    def faults(self) -> str:
        """What is wrong, by name."""
        lines = [f"came in and should not: {each}" for each in self.strays]
        lines += [f"should come in and did not: {each}" for each in self.lost]
        return "\n".join([str(self), *lines])


def _share(right: list[Happening], wrong: list[Happening]) -> float:
    return len(right) / (len(right) + len(wrong)) if right or wrong else 0.0
