"""What a new version takes over from the one that it replaces, of which only records are left."""

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
    """For a version that is not announced yet: its predecessor, and what happens to the aliases.

    `moved` are recorded aliases that other versions have by now. `is_forgotten`: there was a
    predecessor, but there is no record of it, or not of all its aliases.
    """

    is_new: bool
    before: Predecessor = Predecessor()
    carried: tuple[str, ...] = ()
    moved: Mapping[str, VertexName] = {}
    is_forgotten: bool = False

    def to_add(self, version: ModelVersion) -> tuple[str, ...]:
        """The carried aliases that the version does not have yet."""
        return tuple(alias for alias in self.carried if alias not in version.aliases)

    def applied_to(self, version: ModelVersion) -> ModelVersion:
        """The version as if it had all carried aliases."""
        return replace(version, aliases=(*version.aliases, *self.to_add(version)))

    def events(self, render: RegistrationEvents) -> tuple[RegistryEvent, ...]:
        """The events of a new version, except those about the rule's aliases."""
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
    # Numbers are never used twice: https://cloud.google.com/bigquery/docs/managing-models-vertex
    # says that a replaced version is deleted and that a new number is used.
    successor = version.name.version not in ("", "1") and not others and not decision.shares_id
    return Replacement(
        is_new=True,
        before=before,
        carried=tuple(alias for alias in before.aliases if alias not in holders),
        # An alias that the rule gives moves here in any case.
        moved={a: holders[a] for a in before.aliases if a in {*holders} - {*decision.aliases}},
        is_forgotten=before.is_partial or (successor and not before.generation),
    )


def collides(
    model: BigQueryModel, decision: Register, version: ModelVersion, others: Sequence[ModelVersion]
) -> bool:
    """Whether our patch added the version to another BigQuery model's registry model.

    Two concurrent patches both find the id free; the lower number came first. A model that was
    registered before stays where somebody put it, on purpose or not.
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
    """Whether the registry's model has a record of the BigQuery model, so the id is its own."""
    return bool(Predecessor.read_line(name, found.model_description).generation)


def _remembered(model: BigQueryModel, version: ModelVersion) -> Predecessor:
    """The newest record, in either place, of an earlier generation of the model."""
    places = (
        Predecessor.read(model.name, model.labels),
        Predecessor.read_line(model.name, version.model_description),
    )
    earlier = [record for record in places if record.generation not in ("", model.generation)]
    return max(earlier, key=lambda record: int(record.generation), default=Predecessor())
