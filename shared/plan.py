"""What has to be done so that a registered version is as decided: data first, deeds later.

The plan compares the decision with what the version shows and what its marks remember. A change
that was made but not announced is part of it; where nothing is left to do it is empty.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from shared.announcements import RegistrationEvents
from shared.facts import BigQueryModel, ModelVersion
from shared.marks import VersionMarks, source_mark
from shared.policy import Register
from shared.registry_events import RegistryEvent


class RegistrationPlan(Struct, frozen=True, kw_only=True):
    """Steps in order: write labels and description, add aliases, announce, remember that.

    `labels` are the keys that the first step merges into the version's, `announced` those of the
    last one: never a key of somebody else. A step that is not needed is empty.
    """

    version: ModelVersion
    labels: Mapping[str, str]
    description: str
    aliases: tuple[str, ...]
    events: tuple[RegistryEvent, ...]
    announced: Mapping[str, str]

    @property
    def writes_version(self) -> bool:
        """Whether labels or description differ from what the version has."""
        has = self.version.labels
        missing = any(has.get(key) != value for key, value in self.labels.items())
        return missing or self.description != self.version.description

    @property
    def is_empty(self) -> bool:
        """Whether the version is as decided and everything is announced."""
        return not (self.writes_version or self.aliases or self.events)


def plan_registration(
    model: BigQueryModel, decision: Register, version: ModelVersion, *, dry_run: bool = False
) -> RegistrationPlan:
    """The plan for one version; for a dry run `version` may be one that does not exist yet."""
    seen = VersionMarks.read(version.labels)
    marks = _next_marks(model, decision, seen)
    fresh = {alias: at for alias, at in marks.aliases.items() if at > seen.announced}
    render = RegistrationEvents(model, decision, version, dry_run=dry_run)
    return RegistrationPlan(
        version=version,
        labels={**decision.labels, **marks.as_labels()},
        description=decision.description or version.description,
        # An alias whose assignment was announced and that is elsewhere now was moved by somebody.
        aliases=tuple(alias for alias in fresh if alias not in version.aliases),
        events=(
            *((render.registered(),) if not seen.announced else ()),
            *(render.assigned(alias, at) for alias, at in fresh.items()),
        ),
        announced=replace(marks, announced=marks.revision).as_labels(),
    )


def _next_marks(model: BigQueryModel, decision: Register, seen: VersionMarks) -> VersionMarks:
    new = [alias for alias in decision.aliases if alias not in seen.aliases]
    revision = seen.revision + 1 if new or not seen.revision else seen.revision
    return VersionMarks(
        source=source_mark(model.name),
        revision=revision,
        announced=seen.announced,
        aliases={**seen.aliases, **dict.fromkeys(new, revision)},
    )
