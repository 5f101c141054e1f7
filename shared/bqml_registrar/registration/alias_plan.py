"""Which aliases a version gets and loses by what the rule gives now, and gave before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from bqml_registrar.bookkeeping.versions import AliasLabel, VersionLabels
from bqml_registrar.events.registry_events import RegistryEvent
from bqml_registrar.policy.decisions import Register
from bqml_registrar.registration.events import RegistrationEvents
from bqml_registrar.resources.models import ModelVersion


class AliasPlan(Struct, frozen=True, kw_only=True):
    """The marks to be, of a revision, and what follows from them."""

    revision: int
    marks: Mapping[str, AliasLabel]
    add: tuple[str, ...]
    remove: tuple[str, ...]
    unfinished: bool

    def events(self, render: RegistrationEvents, announced: int) -> tuple[RegistryEvent, ...]:
        """What was done, or is to be, since the last revision that was announced."""
        return tuple(
            (render.withdrawn if mark.removed else render.assigned)(alias, mark.revision)
            for alias, mark in self.marks.items()
            if mark.revision > announced
        )


def plan_aliases(
    decision: Register,
    version: ModelVersion,
    seen: VersionLabels,
    others: Sequence[ModelVersion] = (),
) -> AliasPlan:
    """A new revision where the rule gives an alias that the version has not, or gives one no more.

    An alias that the version has already is noted without a revision: nobody sets it, nothing is
    announced, and it is not ours to take away. What was decided and not announced stays decided.
    `others` are the other versions of the registry's model, where they may have one of the aliases.
    """
    holders = {alias: other.name.version for other in others for alias in other.aliases}
    pending = _pending(seen)
    revision, marks = _decided(decision, version, seen, holders)
    fresh = {alias: mark for alias, mark in marks.items() if mark.revision > seen.announced}
    return AliasPlan(
        revision=revision,
        marks=marks,
        # An alias whose assignment was announced and that is elsewhere now was moved by somebody.
        add=tuple(
            alias
            for alias, mark in fresh.items()
            if not mark.removed
            and alias not in version.aliases
            # Assigned, and moved on before that could be announced.
            and holders.get(alias, mark.over) == mark.over
        ),
        remove=tuple(a for a, m in fresh.items() if m.removed and a in version.aliases),
        unfinished=any(m.removed == (a in decision.aliases) for a, m in pending.items()),
    )


def _decided(
    decision: Register, version: ModelVersion, seen: VersionLabels, holders: Mapping[str, str]
) -> tuple[int, dict[str, AliasLabel]]:
    """The revision, and the mark of each alias that has one from then on."""
    pending = _pending(seen)
    settled = {a: m for a, m in seen.aliases.items() if a not in pending and not m.removed}
    new = [alias for alias in decision.aliases if alias not in pending and alias not in settled]
    wanted = [alias for alias in new if alias not in version.aliases]
    unwanted = [a for a, mark in settled.items() if _is_withdrawn(a, mark, decision, version)]
    changes = bool(wanted or unwanted or not seen.latest)
    revision = seen.latest + 1 if changes else seen.latest
    return revision, {
        **pending,
        **{a: m for a, m in settled.items() if a in decision.aliases or not decision.aliases_known},
        **{alias: AliasLabel(0) for alias in new},
        **{alias: AliasLabel(revision, over=holders.get(alias, "")) for alias in wanted},
        **{alias: AliasLabel(revision, removed=True) for alias in unwanted},
    }


def _pending(seen: VersionLabels) -> dict[str, AliasLabel]:
    """What was decided and is not announced yet."""
    return {alias: mark for alias, mark in seen.aliases.items() if mark.revision > seen.announced}


def may_be_elsewhere(decision: Register, version: ModelVersion, seen: VersionLabels) -> bool:
    """Whether another version may have an alias that is to be set: only where versions share an id."""
    left = set(decision.aliases) - set(version.aliases)
    pending = {alias for alias, mark in _pending(seen).items() if not mark.removed}
    return decision.shares_id and bool(left - seen.aliases.keys() or pending - {*version.aliases})


def _is_withdrawn(alias: str, mark: AliasLabel, decision: Register, version: ModelVersion) -> bool:
    """Whether the rule gave the alias, gives it no more, and the version still has it."""
    ours = mark.revision > 0 and decision.aliases_known
    return ours and alias in version.aliases and alias not in decision.aliases
