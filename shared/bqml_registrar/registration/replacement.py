"""What a new version takes over from the one that it replaces, of which only memories are left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from bqml_registrar.bookkeeping.ownership import GENERATION, source_digest
from bqml_registrar.bookkeeping.predecessor import Predecessor
from bqml_registrar.bookkeeping.versions import VersionLabels
from bqml_registrar.events.registry_events import RegistryEvent
from bqml_registrar.names import ModelName, VertexName
from bqml_registrar.policy.decisions import Register
from bqml_registrar.registration.events import RegistrationEvents
from bqml_registrar.resources.models import BigQueryModel, ModelVersion


class Replacement(Struct, frozen=True, kw_only=True):
    """Of a version that is not announced yet: the memory of the one before, and what becomes of it.

    `moved` are the remembered aliases that other versions have by now. `is_forgotten`: there was a
    version before, and nothing remembers it, or not all of its aliases.
    """

    is_new: bool
    before: Predecessor = Predecessor()
    carried: tuple[str, ...] = ()
    moved: Mapping[str, VertexName] = {}
    is_forgotten: bool = False

    def to_add(self, version: ModelVersion) -> tuple[str, ...]:
        """The aliases that the version has still to be given."""
        return tuple(alias for alias in self.carried if alias not in version.aliases)

    def applied_to(self, version: ModelVersion) -> ModelVersion:
        """The version as if it had been given them."""
        return replace(version, aliases=(*version.aliases, *self.to_add(version)))

    def events(self, render: RegistrationEvents) -> tuple[RegistryEvent, ...]:
        """What there is to tell of a new version, but for the rule's aliases."""
        if not self.is_new:
            return ()
        replaced = self.before.generation or self.is_forgotten
        return (
            render.registered(),
            *((render.replaced(self.before),) if replaced else ()),
            *(render.carried_over(alias) for alias in self.carried),
            *(render.not_carried_over(alias, holder) for alias, holder in self.moved.items()),
            *((render.forgotten(),) if self.is_forgotten else ()),
        )


def replacement_of(
    model: BigQueryModel,
    decision: Register,
    version: ModelVersion,
    others: Sequence[ModelVersion] = (),
) -> Replacement:
    """What the version takes over; `others` are the other versions of the registry's model."""
    if VersionLabels.read(version.labels).announced:
        return Replacement(is_new=False)
    before = _remembered(model, version)
    holders = {alias: other.name for other in others for alias in other.aliases}
    # Numbers are never given twice: https://cloud.google.com/bigquery/docs/managing-models-vertex
    # has a replaced version deleted and a new number used.
    successor = version.name.version not in ("", "1") and not others and not decision.shares_id
    return Replacement(
        is_new=True,
        before=before,
        carried=tuple(alias for alias in before.aliases if alias not in holders),
        # What the rule gives anyway moves here, wherever it is.
        moved={a: holders[a] for a in before.aliases if a in {*holders} - {*decision.aliases}},
        is_forgotten=before.is_partial or (successor and not before.generation),
    )


def collides(
    model: BigQueryModel,
    decision: Register,
    version: ModelVersion,
    others: Sequence[ModelVersion],
) -> bool:
    """Whether our patch made the version one of another BigQuery model's registry model.

    Two patches in flight together both find the id free; the lower number came first. What came
    registered is where somebody put it, on purpose or not.
    """
    ours = model.labels.get(GENERATION) == model.generation and not has_predecessor(
        model.name, version
    )
    if decision.shares_id or not ours:
        return False
    source, number = source_digest(model.name), int(version.name.version)
    return any(
        int(other.name.version) < number and VersionLabels.read(other.labels).source != source
        for other in others
    )


def has_predecessor(name: ModelName, found: ModelVersion) -> bool:
    """Whether the registry's model remembers a version of a BigQuery model, so that the id is its own."""
    return bool(Predecessor.read_line(name, found.model_description).generation)


def _remembered(model: BigQueryModel, version: ModelVersion) -> Predecessor:
    """The newest memory, in either place, of an earlier generation of the model."""
    places = (
        Predecessor.read(model.name, model.labels),
        Predecessor.read_line(model.name, version.model_description),
    )
    earlier = [memory for memory in places if memory.generation not in ("", model.generation)]
    return max(earlier, key=lambda memory: int(memory.generation), default=Predecessor())
