"""Labels of our own, by which the registrar remembers in Google's resources what it did and told.

On the BigQuery model: `bqml-registrar` (the rule that registered it) and `bqml-registrar-rejected`
(the refusal last announced). On the Vertex version: `bqml-registrar` (which BigQuery model it is),
`-revision` and `-announced` (the last change decided, and the last one announced) and one
`-alias-NAME` for each alias that a rule set (the revision that set it).
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


def source_mark(name: ModelName) -> str:
    """The owner label's value on a Vertex version: which BigQuery model it was made of."""
    return hashlib.sha256(str(name).encode()).hexdigest()[:32]


class VersionMarks(Struct, frozen=True, kw_only=True):
    """The marks on a Vertex version. Revision 0: the version is new to us."""

    source: str = ""
    revision: int = 0
    announced: int = 0
    aliases: Mapping[str, int] = {}

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
        aliases = {f"{ALIAS_PREFIX}{alias}": str(at) for alias, at in self.aliases.items()}
        return {
            OWNER: self.source,
            REVISION: str(self.revision),
            ANNOUNCED: str(self.announced),
            **aliases,
        }


class RejectionMark(Struct, frozen=True, kw_only=True):
    """The refusal last announced for a BigQuery model: its digest, and how many there were."""

    count: int
    digest: str

    @classmethod
    def read(cls, labels: Mapping[str, str]) -> RejectionMark:
        """From the model's labels; count 0 where none was announced."""
        count, _, digest = labels.get(REJECTED, "").partition("-")
        return cls(count=_number(count), digest=digest)

    def next(self, digest: str) -> RejectionMark:
        """The mark of this refusal: the same one if it is the last announced."""
        return self if digest == self.digest else RejectionMark(count=self.count + 1, digest=digest)

    def settled(self) -> RejectionMark:
        """The mark once the model is registered: the count stays, so that no id comes twice."""
        return RejectionMark(count=self.count, digest="registered")

    def as_label(self) -> str:
        """As the label's value."""
        return f"{self.count}-{self.digest}"


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0
