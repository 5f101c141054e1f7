"""What has to be done so that a registered version is as decided: data first, deeds later.

The plan compares the decision with what the version shows and what its marks remember. A change
that was made but not announced is part of it; where nothing is left to do it is empty.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from shared.announcements import RegistrationEvents
from shared.facts import BigQueryModel, ModelVersion
from shared.marks import VersionMarks, alias_key, source_mark
from shared.policy import Register
from shared.registry_events import RegistryEvent


class RegistrationPlan(Struct, frozen=True, kw_only=True):
    """Steps in order: write labels and description, add aliases, announce, remember that.

    `labels` are the keys that the first step merges into the version's, never a key of somebody
    else; None removes one. `revision` is announced when all is done. A step that is not needed is
    empty.
    """

    version: ModelVersion
    labels: Mapping[str, str | None]
    description: str
    aliases: tuple[str, ...]
    events: tuple[RegistryEvent, ...]
    revision: int

    @property
    def writes_version(self) -> bool:
        """Whether labels or description differ from what the version has."""
        has = self.version.labels
        differs = any(has.get(key) != value for key, value in self.labels.items())
        return differs or self.description != self.version.description

    @property
    def is_empty(self) -> bool:
        """Whether the version is as decided and everything is announced."""
        return not (self.writes_version or self.aliases or self.events)


def plan_registration(
    model: BigQueryModel, decision: Register, version: ModelVersion, *, dry_run: bool = False
) -> RegistrationPlan:
    """The plan for one version; for a dry run `version` may be one that does not exist yet."""
    seen = VersionMarks.read(version.labels)
    marks = _next_marks(model, decision, version, seen)
    gone = {alias_key(alias): None for alias in seen.aliases if alias not in marks.aliases}
    fresh = {alias: at for alias, at in marks.aliases.items() if at > seen.announced}
    render = RegistrationEvents(model, decision, version, dry_run=dry_run)
    return RegistrationPlan(
        version=version,
        labels={**decision.labels, **marks.as_labels(), **gone},
        description=decision.description or version.description,
        # An alias whose assignment was announced and that is elsewhere now was moved by somebody.
        aliases=tuple(alias for alias in fresh if alias not in version.aliases),
        events=(
            *((render.registered(),) if not seen.announced else ()),
            *(render.assigned(alias, at) for alias, at in fresh.items()),
        ),
        revision=marks.revision,
    )


def _next_marks(
    model: BigQueryModel, decision: Register, version: ModelVersion, seen: VersionMarks
) -> VersionMarks:
    """The marks of this decision: a new revision where it gives aliases that the version has not.

    An alias that the version has already is noted without a revision: nobody sets it, nothing is
    announced. One that is no longer given and was announced is forgotten.
    """
    new = [alias for alias in decision.aliases if alias not in seen.aliases]
    wanted = [alias for alias in new if alias not in version.aliases]
    revision = seen.latest + 1 if wanted or not seen.latest else seen.latest
    kept = {
        alias: at
        for alias, at in seen.aliases.items()
        if alias in decision.aliases or at > seen.announced
    }
    noted = {alias: revision if alias in wanted else 0 for alias in new}
    return VersionMarks(
        source=source_mark(model.name),
        revision=revision,
        announced=seen.announced,
        aliases={**kept, **noted},
    )
