"""Labels of a Vertex version: what was decided about it, and what of that was announced.

`bqml-registrar-revision` and `-announced` (the last change decided, and the last one announced), and one
`-alias-NAME` for each alias that a rule gives: the revision that set it; 0 if it was there already;
behind it `-removed` while it is being taken away again, `-over-N` if version N had it before.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from bqml_registrar.bookkeeping.ownership import OF_DATASET, OF_MODEL, OWNER, number_in

REVISION = f"{OWNER}-revision"


ANNOUNCED = f"{OWNER}-announced"


ALIAS_PREFIX = f"{OWNER}-alias-"


_REMOVED = "removed"


_OVER = "over"


def alias_key(alias: str) -> str:
    """The key of an alias's mark."""
    return f"{ALIAS_PREFIX}{alias}"


class AliasLabel(Struct, frozen=True):
    """What was decided about one alias of a version, and in which revision.

    `over` is the version that had the alias then: found on yet another one, it was moved since.
    """

    revision: int
    removed: bool = False
    over: str = ""

    @classmethod
    def read(cls, value: str) -> AliasLabel:
        """From the mark's value."""
        revision, _, rest = value.partition("-")
        word, _, version = rest.partition("-")
        return cls(number_in(revision), word == _REMOVED, version if word == _OVER else "")

    def __str__(self) -> str:
        more = f"-{_REMOVED}" if self.removed else f"-{_OVER}-{self.over}" if self.over else ""
        return f"{self.revision}{more}"


class VersionLabels(Struct, frozen=True, kw_only=True):
    """The marks on a Vertex version. Revision 0: the version is new to us."""

    source: str = ""
    of_dataset: str = ""
    of_model: str = ""
    revision: int = 0
    announced: int = 0
    aliases: Mapping[str, AliasLabel] = {}

    @property
    def latest(self) -> int:
        """The highest revision that any mark speaks of, also where a person removed one."""
        marked = (mark.revision for mark in self.aliases.values())
        return max(self.revision, self.announced, *marked)

    @classmethod
    def read(cls, labels: Mapping[str, str]) -> VersionLabels:
        """From the version's labels; what a person garbled counts as absent."""
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
        aliases = {alias_key(alias): str(mark) for alias, mark in self.aliases.items()}
        return {
            OWNER: self.source,
            OF_DATASET: self.of_dataset,
            OF_MODEL: self.of_model,
            REVISION: str(self.revision),
            ANNOUNCED: str(self.announced),
            **aliases,
        }


def labels_once_announced(labels: Mapping[str, str], revision: int) -> dict[str, str | None]:
    """The mark that a revision is announced, unless a later one is, and no marks of what is over."""
    marks = VersionLabels.read(labels)
    announced = max(marks.announced, revision)
    over = (a for a, mark in marks.aliases.items() if mark.removed and mark.revision <= announced)
    return {ANNOUNCED: str(announced), **dict.fromkeys(map(alias_key, over))}
