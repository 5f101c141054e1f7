"""Decides what became of transitions that an earlier delivery wrote down (docs/state.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import Enum

from msgspec import Struct

from bqml_registrar.bookkeeping.transitions import Transition
from bqml_registrar.events.registry_events import EventType
from bqml_registrar.policy.decisions import Register
from bqml_registrar.resources.models import BigQueryModel, ModelVersion


class Fate(Enum):
    """What became of a transition."""

    HAPPENED = "the world shows what was wanted"
    AGAIN = "it has not happened, and is still decided"
    ABANDONED = "it has not happened, and something else is decided by now"
    UNKNOWN = "the world shows something else: it cannot be told whether it happened"


class Shown(Struct, frozen=True, kw_only=True):
    """What the world shows; `holders` are the versions that have the aliases of other versions."""

    model: BigQueryModel
    decision: Register
    version: ModelVersion
    holders: Mapping[str, str]


class Fates(Struct, frozen=True, kw_only=True):
    """The transitions of a document by what became of them."""

    happened: tuple[Transition, ...] = ()
    again: tuple[Transition, ...] = ()
    unknown: tuple[Transition, ...] = ()

    @property
    def kept(self) -> tuple[Transition, ...]:
        """Those that are, or will be, announced."""
        return tuple(sorted((*self.happened, *self.again), key=lambda kept: kept.number))

    def of(self, generation: str) -> Fates:
        """Those of one generation: what happened to an earlier one is only to be announced."""
        return Fates(
            happened=tuple(each for each in self.happened if each.generation == generation),
            again=tuple(each for each in self.again if each.generation == generation),
            unknown=tuple(each for each in self.unknown if each.generation == generation),
        )

    def targets(self, *kinds: EventType) -> set[str]:
        """The targets whose last kept transition is of one of these kinds."""
        last = {kept.target: kept.kind for kept in self.kept}
        return {target for target, kind in last.items() if kind in kinds}


def fates(transitions: Iterable[Transition], shown: Shown) -> Fates:
    """What became of each; those that are abandoned are left out."""
    found: dict[Fate, list[Transition]] = {fate: [] for fate in Fate}
    for transition in transitions:
        found[_fate(transition, shown)].append(transition)
    return Fates(
        happened=tuple(found[Fate.HAPPENED]),
        again=tuple(found[Fate.AGAIN]),
        unknown=tuple(found[Fate.UNKNOWN]),
    )


def _fate(transition: Transition, shown: Shown) -> Fate:
    if transition.is_effected:
        return Fate.HAPPENED
    if transition.generation != shown.model.generation:
        return Fate.UNKNOWN
    compare = _COMPARED.get(transition.kind)
    return compare(transition, shown) if compare else Fate.HAPPENED  # it was only seen


def _registration(transition: Transition, shown: Shown) -> Fate:
    registered_as = shown.model.registered_as
    if registered_as:
        return Fate.HAPPENED if registered_as == transition.wanted else Fate.UNKNOWN
    return Fate.AGAIN if shown.decision.model_id == transition.wanted else Fate.ABANDONED


def _assigned(transition: Transition, shown: Shown) -> Fate:
    return _alias_set(transition, shown, is_decided=transition.target in shown.decision.aliases)


def _carried_over(transition: Transition, shown: Shown) -> Fate:
    return _alias_set(transition, shown, is_decided=True)


def _alias_set(transition: Transition, shown: Shown, *, is_decided: bool) -> Fate:
    if transition.target in shown.version.aliases:
        return Fate.HAPPENED
    if shown.holders.get(transition.target, "") != transition.before:
        return Fate.UNKNOWN
    return Fate.AGAIN if is_decided else Fate.ABANDONED


def _removed(transition: Transition, shown: Shown) -> Fate:
    alias, decision = transition.target, shown.decision
    if not transition.before:
        return Fate.HAPPENED  # all aliases that nothing remembers
    if alias not in shown.version.aliases:
        return Fate.UNKNOWN if alias in shown.holders else Fate.HAPPENED
    is_decided = decision.aliases_known and alias not in decision.aliases
    return Fate.AGAIN if is_decided else Fate.ABANDONED


_COMPARED: Mapping[str, Callable[[Transition, Shown], Fate]] = {
    EventType.MODEL_REGISTERED: _registration,
    EventType.MODEL_REPLACED: _registration,
    EventType.ALIAS_ASSIGNED: _assigned,
    EventType.ALIAS_CARRIEDOVER: _carried_over,
    EventType.ALIAS_REMOVED: _removed,
}
