"""Labels of a Vertex version: what was decided about it, and what of that was announced.

`bqml-registrar-revision` and `-announced` are the last change decided, and the last one announced.
Each alias that a rule gives has an `-alias-NAME`: the revision that set it, or 0 if it was there
already; then `-removed` while it is being removed, or `-over-N` if version N had it before.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from bqml_registrar.bookkeeping.ownership import OF_DATASET, OF_MODEL, OWNER

REVISION = f"{OWNER}-revision"
ANNOUNCED = f"{OWNER}-announced"
ALIAS_PREFIX = f"{OWNER}-alias-"
_REMOVED = "removed"
_OVER = "over"


def alias_key(alias: str) -> str:
    """The key of an alias's label."""
    return f"{ALIAS_PREFIX}{alias}"


class AliasLabel(Struct, frozen=True):
    """What was decided about one alias of a version, and in which revision.

    `over` is the version that had the alias then. If a third version has it now, somebody moved it.
    """

    revision: int
    removed: bool = False
    over: str = ""

    @classmethod
    def read(cls, value: str) -> AliasLabel:
        """From the label's value."""
        revision, _, rest = value.partition("-")
        word, _, version = rest.partition("-")
        return cls(number_in(revision), word == _REMOVED, version if word == _OVER else "")

    def __str__(self) -> str:
        more = f"-{_REMOVED}" if self.removed else f"-{_OVER}-{self.over}" if self.over else ""
        return f"{self.revision}{more}"


class VersionLabels(Struct, frozen=True, kw_only=True):
    """Our labels on a Vertex version. Revision 0: the version is new to us."""

    source: str = ""
    of_dataset: str = ""
    of_model: str = ""
    revision: int = 0
    announced: int = 0
    aliases: Mapping[str, AliasLabel] = {}

    @property
    def latest(self) -> int:
        """The highest revision in any label, even if a person removed one of them."""
        of_aliases = (label.revision for label in self.aliases.values())
        return max(self.revision, self.announced, *of_aliases)

    @classmethod
    def read(cls, labels: Mapping[str, str]) -> VersionLabels:
        """From the version's labels; an invalid label counts as absent."""
        return cls(
            source=labels.get(OWNER, ""),
            of_dataset=labels.get(OF_DATASET, ""),
            of_model=labels.get(OF_MODEL, ""),
            revision=number_in(labels.get(REVISION, "")),
            announced=number_in(labels.get(ANNOUNCED, "")),
            aliases={
                key.removeprefix(ALIAS_PREFIX): AliasLabel.read(value)
                for key, value in labels.items()
                if key.startswith(ALIAS_PREFIX)
            },
        )

    def as_labels(self) -> dict[str, str]:
        """As labels of the version."""
        aliases = {alias_key(alias): str(label) for alias, label in self.aliases.items()}
        return {
            OWNER: self.source,
            OF_DATASET: self.of_dataset,
            OF_MODEL: self.of_model,
            REVISION: str(self.revision),
            ANNOUNCED: str(self.announced),
            **aliases,
        }


def labels_once_announced(labels: Mapping[str, str], revision: int) -> dict[str, str | None]:
    """Label a revision as announced, unless a later one is; drop labels of removed aliases."""
    ours = VersionLabels.read(labels)
    announced = max(ours.announced, revision)
    removed = (a for a, has in ours.aliases.items() if has.removed and has.revision <= announced)
    return {ANNOUNCED: str(announced), **dict.fromkeys(map(alias_key, removed))}


def number_in(text: str) -> int:
    """The number in a label; 0 if a person made it invalid."""
    return int(text) if text.isascii() and text.isdigit() else 0
