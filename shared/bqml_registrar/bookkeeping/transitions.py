"""Transitions: changes that are written down before they happen, and kept until they are announced.

A transition is one event to come. `planned`: it may have happened. `effected`: it has, and the
event's content is fixed. One that is announced is removed from its document. Its id is part of the
event's id (docs/state.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

NewId = Callable[[], str]


class TransitionState(StrEnum):
    """How far a transition is."""

    PLANNED = "planned"
    EFFECTED = "effected"


class Change(Struct, frozen=True, kw_only=True):
    """A change that has no number yet. `kind` is the type of its event, `target` an alias, say.

    `before` and `wanted` are what the world shows before and after it, where that can be compared.
    `is_ours`: the registrar makes it; else it only sees it.
    """

    kind: str
    target: str = ""
    before: str = ""
    wanted: str = ""
    is_ours: bool = True


class Transition(Struct, frozen=True, kw_only=True):
    """One change of a model's generation. `event` is the event's content as JSON, once effected.

    `number` counts the transitions of a document. `is_ours`: the registrar makes the change.
    """

    id: str
    kind: str
    generation: str
    number: int
    target: str = ""
    before: str = ""
    wanted: str = ""
    is_ours: bool = False
    state: TransitionState = TransitionState.PLANNED
    event: str = ""

    @property
    def is_effected(self) -> bool:
        """Whether it has certainly happened."""
        return self.state is TransitionState.EFFECTED

    def effected(self, event: str) -> Transition:
        """The same once it has happened; the content of an earlier delivery stays."""
        if self.is_effected:
            return self
        return replace(self, state=TransitionState.EFFECTED, event=event)


def numbered(
    changes: Iterable[Change], generation: str, epoch: str, count: int, new_id: NewId | None
) -> tuple[Transition, ...]:
    """Transitions for changes, numbered from `count` on.

    A change of ours gets a random id. A change that is only seen gets a key of what was seen, of its
    number and of the document's epoch. Without `new_id` (a dry run) all get such a key.
    """
    return tuple(
        Transition(
            id=new_id() if change.is_ours and new_id else _key(change, epoch, number),
            kind=change.kind,
            generation=generation,
            number=number,
            target=change.target,
            before=change.before,
            wanted=change.wanted,
            is_ours=change.is_ours,
        )
        for number, change in enumerate(changes, start=count + 1)
    )


def _key(change: Change, epoch: str, number: int) -> str:
    return f"{change.before}>{change.wanted}#{number}@{epoch}"
