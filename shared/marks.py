"""Labels of our own, by which the registrar remembers in Google's resources what it did and told.

On the BigQuery model: `bqml-registrar` (the rule that registered it) and `bqml-registrar-rejected`
(the refusal last announced). On the Vertex version: `bqml-registrar` (which BigQuery model it is),
`-revision` and `-announced` (the last change decided, and the last one announced) and one
`-alias-NAME` for each alias that a rule gives (the revision that set it; 0 if it was there already).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from msgspec import Struct

from shared.names import ModelName

OWNER = "bqml-registrar"
REJECTED = f"{OWNER}-rejected"
REVISION = f"{OWNER}-revision"
ANNOUNCED = f"{OWNER}-announced"
ALIAS_PREFIX = f"{OWNER}-alias-"
_PENDING = "pending"


def alias_key(alias: str) -> str:
    """The key of an alias's mark."""
    return f"{ALIAS_PREFIX}{alias}"


def source_mark(name: ModelName) -> str:
    """The owner label's value on a Vertex version: which BigQuery model it was made of."""
    return hashlib.sha256(str(name).encode()).hexdigest()[:32]


class VersionMarks(Struct, frozen=True, kw_only=True):
    """The marks on a Vertex version. Revision 0: the version is new to us."""

    source: str = ""
    revision: int = 0
    announced: int = 0
    aliases: Mapping[str, int] = {}

    @property
    def latest(self) -> int:
        """The highest revision that any mark speaks of, also where a person removed one."""
        return max(self.revision, self.announced, *self.aliases.values())

    @classmethod
    def read(cls, labels: Mapping[str, str]) -> VersionMarks:
        """From the version's labels; what a person garbled counts as absent."""
        return cls(
            source=labels.get(OWNER, ""),
            revision=_number(labels.get(REVISION, "")),
            announced=_number(labels.get(ANNOUNCED, "")),
            aliases={
                key.removeprefix(ALIAS_PREFIX): _number(value)
                for key, value in labels.items()
                if key.startswith(ALIAS_PREFIX)
            },
        )

    def as_labels(self) -> dict[str, str]:
        """As labels of the version."""
        aliases = {alias_key(alias): str(at) for alias, at in self.aliases.items()}
        return {
            OWNER: self.source,
            REVISION: str(self.revision),
            ANNOUNCED: str(self.announced),
            **aliases,
        }


def announced_label(labels: Mapping[str, str], revision: int) -> dict[str, str]:
    """The mark that a revision is announced, unless a later one already is."""
    return {ANNOUNCED: str(max(VersionMarks.read(labels).announced, revision))}


class RejectionMark(Struct, frozen=True, kw_only=True):
    """The last refusal of a BigQuery model: its digest, its number, and whether it was announced.

    Written as pending before the announcement and as told after it: so that a refusal keeps its
    number, and with it its event's id, however often the announcement is tried.
    """

    count: int = 0
    digest: str = ""
    told: bool = True

    @classmethod
    def read(cls, labels: Mapping[str, str]) -> RejectionMark:
        """From the model's labels; count 0 where there was none."""
        count, _, rest = labels.get(REJECTED, "").partition("-")
        digest, _, state = rest.partition("-")
        return cls(count=_number(count), digest=digest, told=state != _PENDING)

    def next(self, digest: str) -> RejectionMark:
        """The mark of this refusal: the same one if it is the last, else the next, pending."""
        if digest == self.digest:
            return self
        return RejectionMark(count=self.count + 1, digest=digest, told=False)

    def as_told(self) -> RejectionMark:
        """The mark once the refusal is announced."""
        return RejectionMark(count=self.count, digest=self.digest)

    def settled(self) -> RejectionMark:
        """The mark once the model is registered: the count stays, so that no id comes twice."""
        return RejectionMark(count=self.count, digest="registered")

    def as_label(self) -> str:
        """As the label's value."""
        return f"{self.count}-{self.digest}" + ("" if self.told else f"-{_PENDING}")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0
