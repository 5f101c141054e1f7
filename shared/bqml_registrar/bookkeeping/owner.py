"""Labels of our own, by which the registrar remembers in Google's resources what it did and told.

On the BigQuery model: `bqml-registrar` (the rule that registered or adopted it), `-generation` (which
of the models of this name the registrar registered) and `-rejected` (the refusal last announced). On the Vertex version: `bqml-registrar` (which BigQuery model it is; `-of-dataset`
and `-of-model` say it in words, as nothing in Vertex AI points back to BigQuery),
`-revision` and `-announced` (the last change decided, and the last one announced) and one
`-alias-NAME` for each alias that a rule gives (the revision that set it; 0 if it was there already;
behind it `-removed` while it is being taken away again, `-over-N` if version N had it before). What replaces survive is in memory.py.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from msgspec import Struct

from bqml_registrar.names import ModelName

OWNER = "bqml-registrar"
GENERATION = f"{OWNER}-generation"
REJECTED = f"{OWNER}-rejected"
REVISION = f"{OWNER}-revision"
ANNOUNCED = f"{OWNER}-announced"
ALIAS_PREFIX = f"{OWNER}-alias-"
OF_DATASET = f"{OWNER}-of-dataset"
OF_MODEL = f"{OWNER}-of-model"
_AS_LABEL = re.compile(r"[a-z0-9_-]{1,63}")
_DIGEST_OF = "sha256-"
_PENDING = "pending"
_REMOVED = "removed"
_OVER = "over"
_SETTLED = "registered"


def alias_key(alias: str) -> str:
    """The key of an alias's mark."""
    return f"{ALIAS_PREFIX}{alias}"


def source_mark(name: ModelName) -> str:
    """The owner label's value on a Vertex version: which BigQuery model it was made of."""
    return hashlib.sha256(str(name).encode()).hexdigest()[:32]


def name_mark(part: str) -> str:
    """The name of a dataset or model as a label's value: a digest where a label cannot hold it."""
    if _AS_LABEL.fullmatch(part) and not part.startswith(_DIGEST_OF):
        return part
    return _DIGEST_OF + hashlib.sha256(part.encode()).hexdigest()[:32]


def is_digest(mark: str) -> bool:
    """Whether a name's mark does not tell the name."""
    return mark.startswith(_DIGEST_OF)


def marked_name(labels: Mapping[str, str], project: str) -> ModelName | None:
    """The BigQuery model that a version's labels name; None where they do not, or only by digests."""
    dataset, model = labels.get(OF_DATASET, ""), labels.get(OF_MODEL, "")
    if is_digest(dataset) or is_digest(model):
        return None
    try:
        name = ModelName(project=project, dataset=dataset, model=model)
    except ValueError:
        return None
    # Whoever changed one of the labels has not changed the other.
    return name if labels.get(OWNER) == source_mark(name) else None


class AliasMark(Struct, frozen=True):
    """What was decided about one alias of a version, and in which revision.

    `over` is the version that had the alias then: found on yet another one, it was moved since.
    """

    revision: int
    removed: bool = False
    over: str = ""

    @classmethod
    def read(cls, value: str) -> AliasMark:
        """From the mark's value."""
        revision, _, rest = value.partition("-")
        word, _, version = rest.partition("-")
        return cls(_number(revision), word == _REMOVED, version if word == _OVER else "")

    def __str__(self) -> str:
        more = f"-{_REMOVED}" if self.removed else f"-{_OVER}-{self.over}" if self.over else ""
        return f"{self.revision}{more}"


class VersionMarks(Struct, frozen=True, kw_only=True):
    """The marks on a Vertex version. Revision 0: the version is new to us."""

    source: str = ""
    of_dataset: str = ""
    of_model: str = ""
    revision: int = 0
    announced: int = 0
    aliases: Mapping[str, AliasMark] = {}

    @property
    def latest(self) -> int:
        """The highest revision that any mark speaks of, also where a person removed one."""
        marked = (mark.revision for mark in self.aliases.values())
        return max(self.revision, self.announced, *marked)

    @classmethod
    def read(cls, labels: Mapping[str, str]) -> VersionMarks:
        """From the version's labels; what a person garbled counts as absent."""
        return cls(
            source=labels.get(OWNER, ""),
            of_dataset=labels.get(OF_DATASET, ""),
            of_model=labels.get(OF_MODEL, ""),
            revision=_number(labels.get(REVISION, "")),
            announced=_number(labels.get(ANNOUNCED, "")),
            aliases={
                key.removeprefix(ALIAS_PREFIX): AliasMark.read(value)
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


def announced_labels(labels: Mapping[str, str], revision: int) -> dict[str, str | None]:
    """The mark that a revision is announced, unless a later one is, and no marks of what is over."""
    marks = VersionMarks.read(labels)
    announced = max(marks.announced, revision)
    over = (a for a, mark in marks.aliases.items() if mark.removed and mark.revision <= announced)
    return {ANNOUNCED: str(announced), **dict.fromkeys(map(alias_key, over))}


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

    @property
    def is_settled(self) -> bool:
        """Whether the model was registered since."""
        return self.digest == _SETTLED

    def as_told(self) -> RejectionMark:
        """The mark once the refusal is announced."""
        return RejectionMark(count=self.count, digest=self.digest)

    def settled(self) -> RejectionMark:
        """The mark once the model is registered: the count stays, so that no id comes twice."""
        return RejectionMark(count=self.count, digest=_SETTLED)

    def as_label(self) -> str:
        """As the label's value."""
        return f"{self.count}-{self.digest}" + ("" if self.told else f"-{_PENDING}")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0
