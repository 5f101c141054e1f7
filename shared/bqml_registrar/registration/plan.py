"""Plans what makes a registered version match the decision, as data.

The plan compares the decision with the version, and with what is remembered of it. It includes
changes that an earlier delivery wrote down and did not announce. If nothing is left to do, it is
empty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from bqml_registrar.bookkeeping.legacy import without_line
from bqml_registrar.bookkeeping.model_document import (
    Look,
    ModelDocument,
    bounded,
    milliseconds,
    seen,
)
from bqml_registrar.bookkeeping.ownership import (
    MOST_LABELS,
    leftovers,
    model_labels,
    version_labels,
)
from bqml_registrar.bookkeeping.transitions import NewId, Transition
from bqml_registrar.delivery.outbox import frozen
from bqml_registrar.events.registry_events import EventType
from bqml_registrar.names import VertexName
from bqml_registrar.policy.decisions import Register
from bqml_registrar.registration.alias_plan import AliasPlan, may_be_elsewhere, plan_aliases
from bqml_registrar.registration.events import RegistrationEvents
from bqml_registrar.registration.pending import Fates, Shown, fates
from bqml_registrar.registration.replacement import (
    Replacement,
    predecessor_of,
    replacement_of,
    was_registered_by_us,
)
from bqml_registrar.resources.models import BigQueryModel, ModelVersion


class Means(Struct, frozen=True, kw_only=True):
    """What a plan is made with: random ids (None in a dry run), and what a sweep keeps of the model.

    Without random ids, ids follow from the document alone, so that a dry run repeats them.
    """

    new_id: NewId | None
    look: Look | None = None

    @property
    def is_dry_run(self) -> bool:
        """Whether nothing of the plan will be done."""
        return self.new_id is None


class RegistrationPlan(Struct, frozen=True, kw_only=True):
    """Steps in order: write down what is to happen, make the changes, announce, and settle.

    `planned` is the document with all transitions, stored before the first change, `effected` the
    one stored after the last, with the events' content, `settled` the one after the announcement.
    `register_as`, if set, is the Vertex id under which BigQuery registers the model; the new version
    then gets its own plan. `labels` are merged into the version's, `model_labels` into the
    BigQuery model's (None removes one), never a key of somebody else. `unknown` are transitions of
    which it cannot be told whether they happened. `unfinished`: another plan has to follow.
    """

    version: ModelVersion
    planned: ModelDocument
    effected: ModelDocument
    settled: ModelDocument
    register_as: str = ""
    labels: Mapping[str, str | None] = {}
    description: str = ""
    aliases: tuple[str, ...] = ()
    removed_aliases: tuple[str, ...] = ()
    parent_description: str | None = None
    model_labels: Mapping[str, str | None] = {}
    unknown: tuple[Transition, ...] = ()
    unfinished: bool = False

    @property
    def writes_version(self) -> bool:
        """Whether labels or description differ from what the version has."""
        has = self.version.labels
        differs = any(has.get(key) != value for key, value in self.labels.items())
        return differs or self.description != self.version.description

    @property
    def has_effects(self) -> bool:
        """Whether anything outside the store is to be changed."""
        aliases = self.aliases or self.removed_aliases or self.parent_description is not None
        return bool(self.register_as or self.writes_version or aliases or self.model_labels)

    def is_done(self, stored: ModelDocument | None) -> bool:
        """Whether nothing is left to do, announce or store."""
        is_quiet = not (self.has_effects or self.effected.transitions or self.unfinished)
        return is_quiet and self.settled.is_same(stored)


def asks_for_others(decision: Register, version: ModelVersion, document: ModelDocument) -> bool:
    """Whether the plan needs to know the other versions of the registry's model.

    Not for the first version of a new model, nor once everything is announced.
    """
    # The first of a family may come late, after others have its aliases.
    is_first = version.name.version in ("", "1") and not decision.shares_id
    before = predecessor_of(document)
    has_aliases = bool(before and before.aliases)
    is_new = document.vertex is None and (has_aliases or not is_first)
    return (
        is_new
        or any(_may_have_moved(pending, is_first=is_first) for pending in document.transitions)
        or (not is_first and may_be_elsewhere(decision, version.aliases, document.aliases))
    )


def _may_have_moved(pending: Transition, *, is_first: bool) -> bool:
    """Whether other versions tell what became of a transition."""
    return bool(pending.before or (pending.target and not pending.is_effected and not is_first))


def plan_registration(
    shown: Shown,
    document: ModelDocument,
    means: Means,
    others: Sequence[ModelVersion] = (),
) -> RegistrationPlan:
    """The plan for one version, or for the one to come if the model is not registered yet.

    `others` are the other versions of the registry's model.
    """
    model, decision, version = shown.model, shown.decision, shown.version
    pending = fates(document.transitions, shown)
    own = pending.of(model.generation)
    new = replacement_of(shown, document, others, own)
    aliases = plan_aliases(shown, document.aliases, own, new.carried)
    planned = replace(
        document,
        rule=decision.rule,
        transitions=pending.kept,
        modified=milliseconds(model.modified),
    )
    planned = planned.with_changes((*new.changes(shown), *aliases.changes), means.new_id)
    render = RegistrationEvents(model, decision, version, document.past, dry_run=means.is_dry_run)
    settled = _settled(planned, shown, aliases, means.look)
    return RegistrationPlan(
        version=version,
        planned=planned,
        effected=replace(settled, transitions=_effected(planned, render)),
        settled=settled,
        register_as="" if model.registered_as else decision.model_id,
        labels=_version_labels(model, decision, version),
        description=decision.description or version.description,
        aliases=(*aliases.add, *_carried(new, shown)),
        removed_aliases=aliases.remove,
        parent_description=_parent_description(version, model),
        model_labels=model_labels(model.labels, decision.rule),
        unknown=pending.unknown,
        unfinished=_is_unfinished(own, decision),
    )


def _parent_description(version: ModelVersion, model: BigQueryModel) -> str | None:
    """The description of the registry's model without a line of release 0.4.0; None if it has none."""
    found = version.model_description
    cleaned = without_line(model.name, found)
    return None if cleaned == found else cleaned


def _carried(new: Replacement, shown: Shown) -> tuple[str, ...]:
    return tuple(alias for alias in new.carried if alias not in shown.version.aliases)


def _effected(planned: ModelDocument, render: RegistrationEvents) -> tuple[Transition, ...]:
    """Every transition effected, each with its event's content."""
    return tuple(
        pending if pending.is_effected else pending.effected(frozen(render.of(pending)))
        for pending in planned.transitions
    )


def _settled(
    planned: ModelDocument, shown: Shown, aliases: AliasPlan, look: Look | None
) -> ModelDocument:
    model, records = shown.model, bounded(aliases.records)
    settled = replace(
        seen(planned.without_transitions(), model),
        is_ours=was_registered_by_us(planned, model),
        vertex=_vertex(shown),
        aliases=records[0],
        is_partial=records[1],
        rejection="",
        gone_at=None,
        expire_at=None,
    )
    return replace(settled, look=look or settled.look)


def _vertex(shown: Shown) -> VertexName | None:
    return shown.version.name if shown.model.registered_as else None


def _version_labels(
    model: BigQueryModel, decision: Register, version: ModelVersion
) -> dict[str, str | None]:
    """The changes to the version's labels: the rule's and ours, as far as there is room."""
    ours = version_labels(model.name)
    gone = dict.fromkeys(leftovers(version.labels, ours))
    changes: dict[str, str | None] = {**gone}
    room = MOST_LABELS - len(version.labels) + len(gone)
    for key, value in {**decision.labels, **ours}.items():
        room -= key not in version.labels
        if room >= 0 or key in version.labels:
            changes[key] = value
    return changes


def _is_unfinished(pending: Fates, decision: Register) -> bool:
    """Whether a change that has happened is no longer decided."""
    if not decision.aliases_known:
        return False
    happened = {kept.target: kept.kind for kept in pending.happened}
    return any(
        (kind == EventType.ALIAS_ASSIGNED and target not in decision.aliases)
        or (kind == EventType.ALIAS_REMOVED and target in decision.aliases)
        for target, kind in happened.items()
    )
