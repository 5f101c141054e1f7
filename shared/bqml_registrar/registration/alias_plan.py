"""Plans which aliases a version gets and loses, by what the rule gives now and gave before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from bqml_registrar.bookkeeping.versions import AliasLabel, VersionLabels
from bqml_registrar.events.registry_events import RegistryEvent
from bqml_registrar.policy.decisions import Register
from bqml_registrar.registration.events import RegistrationEvents
from bqml_registrar.resources.models import ModelVersion


class AliasPlan(Struct, frozen=True, kw_only=True):
    """The alias labels of a revision, in `labels`, and what follows from them."""

    revision: int
    labels: Mapping[str, AliasLabel]
    add: tuple[str, ...]
    remove: tuple[str, ...]
    unfinished: bool

    def events(self, render: RegistrationEvents, announced: int) -> tuple[RegistryEvent, ...]:
        """The events of all changes since the last announced revision."""
        return tuple(
            (render.withdrawn if label.removed else render.assigned)(alias, label.revision)
            for alias, label in self.labels.items()
            if label.revision > announced
        )


def plan_aliases(
    decision: Register,
    version: ModelVersion,
    seen: VersionLabels,
    others: Sequence[ModelVersion] = (),
) -> AliasPlan:
    """Plan a new revision if the rule gives an alias that the version lacks, or withdraws one.

    An alias that the version already has is labelled with revision 0: the registrar never sets,
    announces or removes it. A change that is decided and not announced stays decided. `others` are
    the other versions of the registry's model, if they may have one of the aliases.
    """
    holders = {alias: other.name.version for other in others for alias in other.aliases}
    pending = _pending(seen)
    revision, labels = _decided(decision, version, seen, holders)
    fresh = {alias: label for alias, label in labels.items() if label.revision > seen.announced}
    return AliasPlan(
        revision=revision,
        labels=labels,
        # If an alias was announced here and is on another version now, somebody moved it.
        add=tuple(
            alias
            for alias, label in fresh.items()
            if not label.removed
            and alias not in version.aliases
            # Else it was assigned, and somebody moved it before the announcement.
            and holders.get(alias, label.over) == label.over
        ),
        remove=tuple(a for a, m in fresh.items() if m.removed and a in version.aliases),
        unfinished=any(m.removed == (a in decision.aliases) for a, m in pending.items()),
    )


def _decided(
    decision: Register, version: ModelVersion, seen: VersionLabels, holders: Mapping[str, str]
) -> tuple[int, dict[str, AliasLabel]]:
    """The revision, and the label of each alias that has one from then on."""
    pending = _pending(seen)
    current = {a: m for a, m in seen.aliases.items() if a not in pending and not m.removed}
    new = [alias for alias in decision.aliases if alias not in pending and alias not in current]
    wanted = [alias for alias in new if alias not in version.aliases]
    unwanted = [a for a, label in current.items() if _is_withdrawn(a, label, decision, version)]
    changes = bool(wanted or unwanted or not seen.latest)
    revision = seen.latest + 1 if changes else seen.latest
    return revision, {
        **pending,
        **{a: m for a, m in current.items() if a in decision.aliases or not decision.aliases_known},
        **{alias: AliasLabel(0) for alias in new},
        **{alias: AliasLabel(revision, over=holders.get(alias, "")) for alias in wanted},
        **{alias: AliasLabel(revision, removed=True) for alias in unwanted},
    }


def _pending(seen: VersionLabels) -> dict[str, AliasLabel]:
    """Changes that are decided and not announced yet."""
    return {alias: has for alias, has in seen.aliases.items() if has.revision > seen.announced}


def may_be_elsewhere(decision: Register, version: ModelVersion, seen: VersionLabels) -> bool:
    """Whether another version may have an alias that is to be set: only if versions share an id."""
    left = set(decision.aliases) - set(version.aliases)
    pending = {alias for alias, label in _pending(seen).items() if not label.removed}
    return decision.shares_id and bool(left - seen.aliases.keys() or pending - {*version.aliases})


def _is_withdrawn(alias: str, label: AliasLabel, decision: Register, version: ModelVersion) -> bool:
    """Whether the version still has an alias that the rule gave and no longer gives."""
    ours = label.revision > 0 and decision.aliases_known
    return ours and alias in version.aliases and alias not in decision.aliases
