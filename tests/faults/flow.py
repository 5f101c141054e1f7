"""What a flow is: what people do, round by round, and what that leads to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from tests.faults.people import Action

Round = tuple[Action, ...]
Observation = Callable[[Mapping[str, Any]], Any]


class Flow(Struct, frozen=True, kw_only=True):
    """Rounds of actions, and how many events of each type they lead to.

    The first `given` rounds only lead there: the faults of another flow are theirs as well.
    `told_once`: of all entries about one round only the first comes through, so that none of the
    others makes good what goes wrong with it.
    `about_order`: outside `make test-long` only with faults of order and ends; the others are shown
    by the flow that it is a variant of.
    `afterwards` is done an hour after each round that is not given, in every run: what a fault kept
    from being done has to come to its end by that.
    `every`: outside `make test-long` only one of so many faults is run, of those that may strike any
    call.
    `without` are kinds of faults after which the end is rightly another one.
    `observe` says what of the end has to be equal, where not all of it: with the reason.
    """

    name: str
    rounds: tuple[Round, ...]
    announces: Mapping[str, int]
    given: int = 0
    afterwards: tuple[Action, ...] = ()
    every: int = 1
    without: tuple[str, ...] = ()
    told_once: bool = False
    about_order: bool = False
    settings: Mapping[str, Any] = {}
    observe: Observation = lambda end: end

    def late(self, announces: Mapping[str, int]) -> Flow:
        """The same, heard of only when all is done."""
        together = tuple(action for actions in self.rounds for action in actions)
        name = f"{self.name}-late"
        return replace(
            self, name=name, rounds=(together,), given=0, about_order=True, announces=announces
        )


def told_once(flow: Flow) -> Flow:
    return replace(flow, name=f"{flow.name}-told-once", told_once=True)
