"""What a new version takes over from the one that it replaces, of which only memory is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from bqml_registrar.bookkeeping.model_document import ModelDocument, PastGeneration
from bqml_registrar.bookkeeping.ownership import OWNER, source_digest
from bqml_registrar.bookkeeping.transitions import Change
from bqml_registrar.events.registry_events import EventType
from bqml_registrar.names import VertexName
from bqml_registrar.policy.vertex_ids import is_mergeable_alias
from bqml_registrar.registration.pending import Fates, Shown
from bqml_registrar.resources.models import BigQueryModel, ModelVersion

# The alias name in an event about all aliases that are not remembered.
ANY_ALIAS = "*"


class Replacement(Struct, frozen=True, kw_only=True):
    """For a version that is not announced yet: its predecessor, and what happens to the aliases.

    `moved` are remembered aliases that other versions have by now, `refused` those that the
    registry's API does not take. `is_forgotten`: there was a predecessor, but nothing remembers it,
    or not all its aliases.
    """

    is_new: bool
    before: PastGeneration | None = None
    carried: tuple[str, ...] = ()
    moved: Mapping[str, str] = {}
    refused: tuple[str, ...] = ()
    is_forgotten: bool = False

    def changes(self, shown: Shown) -> tuple[Change, ...]:
        """The changes that a new version brings, except those about the rule's aliases."""
        if not self.is_new and not self.is_forgotten:
            return ()
        model_id = shown.model.registered_as or shown.decision.model_id
        is_ours = not shown.model.registered_as
        generation = self.before.generation if self.before else ""
        registered = Change(kind=EventType.MODEL_REGISTERED, wanted=model_id, is_ours=is_ours)
        replaced = Change(
            kind=EventType.MODEL_REPLACED,
            target=generation,
            before=generation,
            wanted=model_id,
            is_ours=is_ours,
        )
        return (
            *((registered,) if self.is_new else ()),
            *((replaced,) if self.before or self.is_forgotten else ()),
            *(Change(kind=EventType.ALIAS_CARRIEDOVER, target=alias) for alias in self.carried),
            *(_seen(EventType.ALIAS_REJECTED, a, holder) for a, holder in self.moved.items()),
            *(_seen(EventType.ALIAS_REJECTED, alias, "") for alias in self.refused),
            *((_seen(EventType.ALIAS_REMOVED, ANY_ALIAS, ""),) if self.is_forgotten else ()),
        )


def _seen(kind: EventType, alias: str, holder: str) -> Change:
    return Change(kind=kind, target=alias, wanted=holder, is_ours=False)


def predecessor_of(document: ModelDocument) -> PastGeneration | None:
    """The last registered generation that was replaced, perhaps by others that came to no version.

    None if the model was dropped since.
    """
    return next((past for past in document.replaced if past.vertex), None)


def replacement_of(
    shown: Shown, document: ModelDocument, others: Sequence[ModelVersion], pending: Fates
) -> Replacement:
    """What the version takes over; `others` are the other versions of the registry's model.

    What is pending, of this generation, was written down before the version had a number: only that tells whether there
    was one before of which nothing is remembered.
    """
    if document.vertex is not None:
        return Replacement(is_new=False)
    kinds = {kept.kind for kept in pending.kept}
    if EventType.MODEL_REGISTERED in kinds:
        is_told = EventType.MODEL_REPLACED in kinds
        is_forgotten = not is_told and _had_another(shown, document, others)
        return Replacement(is_new=False, is_forgotten=is_forgotten)
    before, holders = predecessor_of(document), shown.holders
    aliases = before.aliases if before else ()
    # An alias that the rule gives moves here in any case.
    moved = {a: holders[a] for a in aliases if a in {*holders} - {*shown.decision.aliases}}
    free = [alias for alias in aliases if alias not in holders]
    refused = {a for a in free if a not in shown.version.aliases and not is_mergeable_alias(a)}
    return Replacement(
        is_new=True,
        before=before,
        carried=tuple(alias for alias in free if alias not in refused),
        moved=moved,
        refused=tuple(sorted(refused)),
        is_forgotten=before.is_partial if before else _had_another(shown, document, others),
    )


def _had_another(shown: Shown, document: ModelDocument, others: Sequence[ModelVersion]) -> bool:
    """Whether the version replaced one of which nothing is remembered."""
    # Numbers are never used twice: https://cloud.google.com/bigquery/docs/managing-models-vertex
    # says that a replaced version is deleted and that a new number is used.
    number = shown.version.name.version
    is_later = number not in ("", "1") and not others and not shown.decision.shares_id
    return is_later and document.predecessor is None


def collides(shown: Shown, document: ModelDocument, others: Sequence[ModelVersion]) -> bool:
    """Whether our patch added the version to another BigQuery model's registry model.

    Two concurrent patches both find the id free; the lower number came first. A model that was
    registered before stays where somebody put it, on purpose or not, and has the id of the one that
    it replaced.
    """
    model, version = shown.model, shown.version
    if shown.decision.shares_id or not was_registered_by_us(document, model):
        return False
    if had_id(document, version.name):
        return False
    source, number = source_digest(model.name), int(version.name.version)
    return any(
        int(other.name.version) < number and other.labels.get(OWNER) != source for other in others
    )


def was_registered_by_us(document: ModelDocument, model: BigQueryModel) -> bool:
    """Whether the registrar registered this generation, or was about to."""
    return document.is_ours or any(
        pending.kind == EventType.MODEL_REGISTERED
        and pending.is_ours
        and pending.wanted == model.registered_as
        and pending.generation == model.generation
        for pending in document.transitions
    )


def had_id(document: ModelDocument, name: VertexName) -> bool:
    """Whether generations before, each replaced by the next, had the registry model's id.

    A deletion frees the id.
    """
    names = [past.vertex for past in document.replaced if past.vertex]
    return any(own.at("") == name.at("") for own in names)
