"""Plans which aliases a version gets and loses, by what the rule gives now and gave before."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from bqml_registrar.bookkeeping.model_document import (
    AliasRecord,
    Giver,
    ModelDocument,
    bounded,
)
from bqml_registrar.bookkeeping.transitions import Change
from bqml_registrar.events.registry_events import EventType
from bqml_registrar.policy.decisions import Register
from bqml_registrar.registration.pending import Fates, Shown
from bqml_registrar.resources.models import ModelVersion

DEFAULT = "default"  # the registry's own alias


class AliasPlan(Struct, frozen=True, kw_only=True):
    """The aliases to set and to take away, new changes, and the records once all is done."""

    add: tuple[str, ...]
    remove: tuple[str, ...]
    changes: tuple[Change, ...]
    records: Mapping[str, AliasRecord]


def plan_aliases(
    shown: Shown, known: Mapping[str, AliasRecord], pending: Fates, carried: tuple[str, ...]
) -> AliasPlan:
    """The plan for one version; `known` is what is remembered of its aliases.

    An alias that the version had already is people's: the registrar never sets, announces or
    removes it. One that the rule gave, or was about to give, and that is elsewhere by now, somebody
    moved: it stays there.
    `carried` are aliases of the version that this one replaces.
    """
    decision, version = shown.decision, shown.version
    assigned = pending.targets(EventType.ALIAS_ASSIGNED)
    under_way = assigned | pending.targets(EventType.ALIAS_CARRIEDOVER)
    taken = pending.targets(EventType.ALIAS_REMOVED)
    yielded = {left.target for left in pending.unknown if left.kind == EventType.ALIAS_ASSIGNED}
    settled = {alias for alias, record in known.items() if record.is_decided} | yielded
    there = {*version.aliases, *under_way, *carried}
    wanted = [a for a in decision.aliases if a not in settled and a not in there]
    unwanted = [a for a in sorted(known) if a not in taken and _is_withdrawn(a, known[a], shown)]
    to_set = {again.target for again in pending.again if again.target in under_way}
    to_take = {again.target for again in pending.again if again.target in taken}
    return AliasPlan(
        add=tuple(sorted(to_set - {*version.aliases})) + tuple(wanted),
        remove=tuple(sorted(to_take)) + tuple(unwanted),
        changes=(
            *(_assigned(alias, shown) for alias in wanted),
            *(_withdrawn(alias, shown) for alias in unwanted),
        ),
        records=_records(
            shown.decision,
            known,
            _Standing(
                by_rule={*wanted, *assigned},
                yielded=yielded,
                there=there,
                # What an earlier change took, and this plan sets again, is there.
                gone=({*unwanted} | taken) - {*wanted, *carried},
            ),
        ),
    )


def with_aliases_of(version: ModelVersion, document: ModelDocument) -> ModelDocument:
    """The document with the aliases that the version has, where no rule gives or takes any."""
    known, there = document.aliases, {*version.aliases} - {DEFAULT}
    people = {alias: AliasRecord(giver=Giver.PEOPLE) for alias in there - {*known}}
    kept = {alias: replace(known[alias], is_there=alias in there) for alias in known}
    records = {a: r for a, r in {**kept, **people}.items() if r.is_there or r.is_decided}
    aliases, is_partial = bounded(records)
    return replace(document, aliases=aliases, is_partial=is_partial)


def may_be_elsewhere(
    decision: Register, aliases: tuple[str, ...], known: Mapping[str, AliasRecord]
) -> bool:
    """Whether another version may have an alias that is to be set: only if versions share an id."""
    settled = {alias for alias, record in known.items() if record.is_decided}
    return decision.shares_id and bool({*decision.aliases} - {*aliases} - settled)


def _assigned(alias: str, shown: Shown) -> Change:
    kind, before = EventType.ALIAS_ASSIGNED, shown.holders.get(alias, "")
    return Change(kind=kind, target=alias, before=before, wanted=shown.version.name.version)


def _withdrawn(alias: str, shown: Shown) -> Change:
    return Change(kind=EventType.ALIAS_REMOVED, target=alias, before=shown.version.name.version)


def _is_withdrawn(alias: str, record: AliasRecord, shown: Shown) -> bool:
    """Whether the version still has an alias that the rule gave and no longer gives."""
    is_unwanted = shown.decision.aliases_known and alias not in shown.decision.aliases
    return record.giver is Giver.RULE and is_unwanted and alias in shown.version.aliases


class _Standing(Struct, frozen=True, kw_only=True):
    """Aliases by how they stand once the plan is done; `yielded` are left to whoever moved them."""

    by_rule: set[str]
    yielded: set[str]
    there: set[str]
    gone: set[str]


def _records(
    decision: Register, known: Mapping[str, AliasRecord], standing: _Standing
) -> dict[str, AliasRecord]:
    """What to remember of every alias that is there, or that the rule names."""
    by_rule, there = standing.by_rule, standing.there
    ours = by_rule | {alias for alias, record in known.items() if record.giver is Giver.RULE}
    names = {*known, *there, *by_rule, *standing.yielded} - standing.gone - {DEFAULT}
    records = {}
    for alias in sorted(names):
        was_decided = alias in known and known[alias].is_decided and not decision.aliases_known
        is_decided = alias in decision.aliases or alias in by_rule or was_decided
        is_there = alias in there or alias in by_rule
        if is_there or is_decided:
            giver = Giver.RULE if alias in ours else Giver.PEOPLE
            records[alias] = AliasRecord(giver=giver, is_decided=is_decided, is_there=is_there)
    return records
