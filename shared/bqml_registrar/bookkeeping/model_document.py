"""The document of one BigQuery model: all that is remembered of it (docs/state.md has every field)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import takewhile
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from bqml_registrar.bookkeeping.transitions import Change, NewId, Transition, numbered
from bqml_registrar.names import ModelName, VertexName
from bqml_registrar.resources.models import BigQueryModel, Origin

SCHEMA = 1
# How long the document of a model that is gone is kept: longer than Pub/Sub keeps a dead letter.
TOMBSTONE = timedelta(days=60)
# What gives way first in a document that grows. Transitions never do, and a replace makes one of
# each remembered alias: together they have to fit in the 1 MiB that a document may have.
_MOST_PAST = 5
_MOST_ALIASES = 50

_Count = Annotated[int, Meta(ge=0, le=10**12)]
_Milliseconds = Annotated[int, Meta(ge=0, le=10**15)]


class Giver(StrEnum):
    """Who gave a version an alias."""

    RULE = "rule"
    PEOPLE = "people"


class AliasRecord(Struct, frozen=True, kw_only=True):
    """An alias of a version: who gave it, and whether the version had it at the last look.

    `is_decided`: the rule names it, so that it is not set again if somebody takes it away.
    """

    giver: Giver
    is_decided: bool = False
    is_there: bool = True


class PastGeneration(Struct, frozen=True, kw_only=True):
    """An earlier model of the name: its version, people's aliases, when it ended.

    `is_partial`: it had more aliases than are remembered. `is_deleted`: it was dropped. `is_told`:
    its end was announced, though no version has taken its place.
    """

    generation: str
    ended: datetime
    vertex: VertexName | None = None
    aliases: tuple[str, ...] = ()
    is_partial: bool = False
    is_deleted: bool = False
    is_told: bool = False


class Look(Struct, frozen=True, kw_only=True):
    """What a sweep found in order: digests of the policy and of what the decision depends on."""

    policy: str
    model: str


class RetirementRecord(Struct, frozen=True, kw_only=True):
    """The last change of a retirement, of which generation, and the key of its intent.

    `wanted` is a date without hyphens, `none` or `inherited` with the date that no longer holds, or
    `unclear` and a digest of the label's value. `count` is the number of changes. `is_normalised`: the label was given that date.
    """

    key: str
    wanted: str
    generation: str
    count: _Count = 0
    is_normalised: bool = False


class ModelDocument(Struct, frozen=True, kw_only=True):
    """What is remembered of one BigQuery model. `epoch` is random, `count` numbers transitions.

    `generation` is the model's creation time in milliseconds since 1970, `modified` and `expires`
    are in milliseconds too (0: not known, never). `vertex` is the version whose registration is
    announced, `is_ours` says that the registrar registered it. `rejection` is the digest of the last
    refusal that is announced. `gone_at`: the model does not exist any more. `token` is random for
    each write. `is_rebuilt`: the document was lost, and made anew from what was there.
    """

    name: ModelName
    epoch: str
    schema: int = SCHEMA
    token: str = ""
    count: _Count = 0
    generation: str = ""
    is_ours: bool = False
    rule: str = ""
    vertex: VertexName | None = None
    origin: Origin | None = None
    aliases: Mapping[str, AliasRecord] = {}
    is_partial: bool = False
    rejection: str = ""
    retirement: RetirementRecord | None = None
    modified: _Milliseconds = 0
    expires: _Milliseconds = 0
    look: Look | None = None
    transitions: tuple[Transition, ...] = ()
    past: tuple[PastGeneration, ...] = ()
    is_rebuilt: bool = False
    gone_at: datetime | None = None
    expire_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether something is still to be finished or announced."""
        return bool(self.transitions)

    @property
    def replaced(self) -> tuple[PastGeneration, ...]:
        """The generations before, each replaced by the next, from the last one on.

        One that was dropped ends them: its id and its version's number may be another model's since.
        """
        return tuple(takewhile(lambda past: not past.is_deleted, self.past))

    @property
    def predecessor(self) -> PastGeneration | None:
        """The last generation before this one."""
        return self.past[0] if self.past else None

    def is_same(self, other: ModelDocument | None) -> bool:
        """Whether another document says the same: the token of the write does not count."""
        return other is not None and replace(other, token=self.token) == self

    def is_expired(self, now: datetime) -> bool:
        """Whether it only awaits its removal, which comes late."""
        return self.expire_at is not None and self.expire_at <= now

    @property
    def peoples_aliases(self) -> tuple[str, ...]:
        """The aliases that the version had from people at the last look."""
        return tuple(
            sorted(
                alias
                for alias, record in self.aliases.items()
                if record.giver is Giver.PEOPLE and record.is_there
            )
        )

    def with_changes(self, changes: Iterable[Change], new_id: NewId | None) -> ModelDocument:
        """The document with transitions for these changes, each with the next number."""
        added = numbered(changes, self.generation, self.epoch, self.count, new_id)
        return replace(self, count=self.count + len(added), transitions=(*self.transitions, *added))

    @property
    def effected_transitions(self) -> tuple[Transition, ...]:
        """Those that have certainly happened, and are to be announced."""
        return tuple(each for each in self.transitions if each.is_effected)

    def without_effected(self) -> ModelDocument:
        """The document once what has happened is announced; what is only planned stays."""
        return replace(self, transitions=tuple(t for t in self.transitions if not t.is_effected))

    def added_to(self, stored: ModelDocument | None) -> tuple[Transition, ...]:
        """The transitions that an earlier document has not effected: the others are not a dry run's."""
        known = {done.id for done in stored.effected_transitions} if stored else set()
        return tuple(new for new in self.transitions if new.id not in known)

    def without_transitions(self) -> ModelDocument:
        """The document once all its transitions are announced."""
        return replace(self, transitions=())


def new_document(model: BigQueryModel, epoch: str) -> ModelDocument:
    """The document of a model that nothing is remembered of."""
    return seen(ModelDocument(name=model.name, epoch=epoch, generation=model.generation), model)


def seen(document: ModelDocument, model: BigQueryModel) -> ModelDocument:
    """The document with what it keeps of the model as read."""
    return replace(
        document,
        modified=milliseconds(model.modified),
        expires=milliseconds(model.expires),
    )


def succeeded(document: ModelDocument, model: BigQueryModel) -> ModelDocument:
    """The document for the next model of the name; the one before becomes a past generation."""
    ended = document.gone_at or model.created
    past = PastGeneration(
        generation=document.generation,
        ended=ended,
        vertex=document.vertex,
        aliases=document.peoples_aliases,
        is_partial=document.is_partial,
        is_deleted=document.gone_at is not None,
    )
    new = ModelDocument(
        name=document.name,
        epoch=document.epoch,
        count=document.count,
        generation=model.generation,
        retirement=document.retirement,
        transitions=document.transitions,
        past=(past, *document.past)[:_MOST_PAST],
    )
    return seen(new, model)


def buried(document: ModelDocument, at: datetime, now: datetime) -> ModelDocument:
    """The document of a model that is gone: it remains for entries that come late."""
    return replace(document, gone_at=at, expire_at=now + TOMBSTONE, look=None)


def bounded(aliases: Mapping[str, AliasRecord]) -> tuple[dict[str, AliasRecord], bool]:
    """The aliases that a document keeps, and whether some of people's had to give way."""
    people = sorted(alias for alias, record in aliases.items() if record.giver is Giver.PEOPLE)
    dropped = {*people[_MOST_ALIASES:]}
    kept = {alias: record for alias, record in sorted(aliases.items()) if alias not in dropped}
    return kept, bool(dropped)


def milliseconds(at: datetime | None) -> int:
    """Milliseconds since 1970; 0 for no time."""
    return round(at.timestamp() * 1000) if at else 0


class Stored(Struct, frozen=True, kw_only=True):
    """A document as read (None: there is none), and the revision that a write must find unchanged."""

    document: ModelDocument | None = None
    revision: object = None
