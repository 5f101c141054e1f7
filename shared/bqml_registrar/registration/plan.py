"""Plans what makes a registered version match the decision, as data.

The plan compares the decision with the version, with its labels, and with what is recorded of the
replaced version. It includes changes that were made but not announced. If nothing is left to do,
it is empty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from bqml_registrar.bookkeeping.ownership import GENERATION, OWNER, name_label, source_digest
from bqml_registrar.bookkeeping.predecessor import Predecessor, aliases_to_keep
from bqml_registrar.bookkeeping.rejections import REJECTED, RejectionLabel
from bqml_registrar.bookkeeping.versions import VersionLabels, alias_key
from bqml_registrar.events.registry_events import RegistryEvent
from bqml_registrar.policy.decisions import Register
from bqml_registrar.registration.alias_plan import AliasPlan, may_be_elsewhere, plan_aliases
from bqml_registrar.registration.events import RegistrationEvents
from bqml_registrar.registration.replacement import replacement_of
from bqml_registrar.resources.models import BigQueryModel, ModelVersion


class RegistrationPlan(Struct, frozen=True, kw_only=True):
    """Steps in order: label and describe the version, set aliases, announce, record.

    `register_as`, if set, is the Vertex id under which BigQuery registers the model first; the new
    version then gets its own plan. The first step merges `labels` into the version's (None removes
    one), never a key of somebody else. `revision` is announced when that is done. Last,
    `parent_record` goes where all versions share it, and `model_labels` into the BigQuery
    model's. A step that is not needed is empty. `unfinished`: another plan has to follow.
    """

    version: ModelVersion
    labels: Mapping[str, str | None] = {}
    description: str = ""
    aliases: tuple[str, ...] = ()
    removed_aliases: tuple[str, ...] = ()
    events: tuple[RegistryEvent, ...] = ()
    revision: int = 0
    parent_record: Predecessor | None = None
    model_labels: Mapping[str, str | None] = {}
    register_as: str = ""
    unfinished: bool = False

    @property
    def writes_version(self) -> bool:
        """Whether labels or description differ from what the version has."""
        has = self.version.labels
        differs = any(has.get(key) != value for key, value in self.labels.items())
        return differs or self.description != self.version.description

    @property
    def changes_version(self) -> bool:
        """Whether anything about the version is to be done or announced."""
        aliases = self.aliases or self.removed_aliases
        return bool(self.writes_version or aliases or self.events)

    @property
    def is_empty(self) -> bool:
        """Whether the version is as decided, and everything is announced and recorded."""
        records = self.parent_record is not None or self.model_labels
        return not (self.register_as or self.changes_version or records)


def asks_for_others(model: BigQueryModel, decision: Register, version: ModelVersion) -> bool:
    """Whether the plan needs to know the other versions of the registry's model.

    Not for the first version of a new model, nor once everything is announced.
    """
    seen = VersionLabels.read(version.labels)
    first = version.name.version in ("", "1") and not seen.revision
    has_record = bool(replacement_of(model, decision, version).before.aliases)
    new = not seen.announced and (has_record or version.name.version not in ("", "1"))
    return new or (not first and may_be_elsewhere(decision, version, seen))


def plan_registration(
    model: BigQueryModel,
    decision: Register,
    version: ModelVersion,
    *,
    others: Sequence[ModelVersion] = (),
    dry_run: bool = False,
) -> RegistrationPlan:
    """The plan for one version; for a dry run `version` may be one that does not exist yet."""
    seen = VersionLabels.read(version.labels)
    before = replacement_of(model, decision, version, others)
    aliases = plan_aliases(decision, before.applied_to(version), seen, others)
    render = RegistrationEvents(model, decision, version, dry_run=dry_run)
    ours = VersionLabels(
        source=source_digest(model.name),
        of_dataset=name_label(model.name.dataset),
        of_model=name_label(model.name.model),
        revision=aliases.revision,
        announced=seen.announced,
        aliases=aliases.labels,
    )
    gone = {alias_key(alias): None for alias in seen.aliases if alias not in ours.aliases}
    record = _record(model, before.applied_to(version), aliases)
    return RegistrationPlan(
        version=version,
        labels={**decision.labels, **ours.as_labels(), **gone},
        description=decision.description or version.description,
        aliases=(*aliases.add, *before.to_add(version)),
        removed_aliases=aliases.remove,
        events=(*before.events(render), *aliases.events(render, seen.announced)),
        revision=ours.revision,
        parent_record=_parent_record(model, version, record),
        model_labels=_model_labels(model, decision, record),
        unfinished=aliases.unfinished,
    )


def _record(model: BigQueryModel, version: ModelVersion, aliases: AliasPlan) -> Predecessor:
    """What to record of the version once the plan is done."""
    ours = (alias for alias, label in aliases.labels.items() if label.revision)
    return Predecessor(
        generation=model.generation,
        version=version.name.version,
        aliases=aliases_to_keep(version.aliases, ours),
    )


def _parent_record(
    model: BigQueryModel, version: ModelVersion, record: Predecessor
) -> Predecessor | None:
    """The record to write, None if it is there already; without aliases it is cleared."""
    wanted = record if record.aliases else Predecessor()
    description = version.model_description
    is_there = wanted.in_description(model.name, description) == description
    return None if is_there else wanted


def _model_labels(
    model: BigQueryModel, decision: Register, record: Predecessor
) -> dict[str, str | None]:
    held = Predecessor.read(model.name, model.labels)
    same = (held.generation, held.aliases) == (record.generation, record.aliases)
    rejected = RejectionLabel.read(model.labels)
    changes: dict[str, str | None] = {} if same else record.changes(model.name, model.labels)
    if model.labels.get(OWNER) != decision.rule:
        changes[OWNER] = decision.rule
    if rejected.count and not rejected.is_resolved:
        changes[REJECTED] = rejected.resolved().as_label()
    return changes


def plan_first_registration(
    model: BigQueryModel, decision: Register, version: ModelVersion
) -> RegistrationPlan:
    """The plan for a model that is not registered yet; `version` stands for the one to come."""
    return RegistrationPlan(
        version=version,
        register_as=decision.model_id,
        model_labels=_first_model_labels(model, decision),
    )


def _first_model_labels(model: BigQueryModel, decision: Register) -> dict[str, str | None]:
    """What the registering patch writes: as `_model_labels`, but a record still needed stays."""
    held = Predecessor.read(model.name, model.labels)
    record = held if held.generation else Predecessor(generation=model.generation)
    changes = _model_labels(model, decision, record)
    return {**changes, OWNER: decision.rule, GENERATION: model.generation}
