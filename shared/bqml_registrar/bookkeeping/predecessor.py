"""Records a version, so that the version that replaces it can take over its aliases.

`CREATE OR REPLACE MODEL` deletes the version and its aliases before any event arrives. So they are
recorded before that, in two places that a replace may keep: labels of the BigQuery model, and a
line in the description of the registry's model. Not in the labels of the latter: GetModel merges
them with each version's labels, so a writer would copy labels of others.

A label takes 63 characters of few kinds, so a record is cut into several labels, each named
`bqml-registrar-memory-`, 8 digits that identify the BigQuery model, and a number.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

from bqml_registrar.bookkeeping.ownership import GENERATION, OWNER, source_digest
from bqml_registrar.bookkeeping.rejections import REJECTED
from bqml_registrar.names import ModelName

PREFIX = f"{OWNER}-memory-"
_MOST_LABELS = 64  # of a BigQuery resource; some of them are not the registrar's
_CHUNK = 63
_CHUNKS = 8
_LONGEST_DESCRIPTION = 4000  # our limit; models that share one in the registry have a line each
_BETWEEN = "__"  # no part ends in `_`, so the first two of three are always this
_MORE = "-more"  # no alias begins with a hyphen
_NUMBER = re.compile(r"[0-9]+")
_REMEMBERED = re.compile(r"[a-zA-Z][a-zA-Z0-9_-]*")


class Predecessor(Struct, frozen=True, kw_only=True):
    """A recorded version: its BigQuery model's generation, its number, and aliases by people.

    Generation "": there is no record. Version "": its number was not known yet. `is_partial`: there
    was no room for all aliases.
    """

    generation: str = ""
    version: str = ""
    aliases: tuple[str, ...] = ()
    is_partial: bool = False

    @classmethod
    def read(cls, name: ModelName, labels: Mapping[str, str]) -> Predecessor:
        """From labels of the BigQuery model; an invalid record counts as none."""
        return _decoded("".join(labels.get(key, "") for key in _keys(name)))

    @classmethod
    def read_line(cls, name: ModelName, description: str) -> Predecessor:
        """From the description of the registry's model; an invalid line counts as none."""
        found = _line_of(name).search(description)
        return _decoded(found[1]) if found else cls()

    def changes(self, name: ModelName, labels: Mapping[str, str]) -> dict[str, str | None]:
        """The changes after which labels hold this record; None removes a key."""
        keys = _keys(name)
        taken = {*labels, OWNER, GENERATION, REJECTED} - {*keys}
        text = _encoded(self, _CHUNK * min(_CHUNKS, max(0, _MOST_LABELS - len(taken))))
        chunks = [text[at : at + _CHUNK] or None for at in range(0, _CHUNK * _CHUNKS, _CHUNK)]
        held = dict(zip(keys, chunks, strict=True))
        return {key: chunk for key, chunk in held.items() if chunk != labels.get(key)}

    def in_description(self, name: ModelName, description: str) -> str:
        """The description with this record as its own line, instead of the model's older one."""
        rest = _line_of(name).sub("", description).strip("\n")
        text = _encoded(self, _CHUNK * _CHUNKS)
        lines = [rest] if rest else []
        lines += [f"[{OWNER} {source_digest(name)[:8]}: {text}]"] if text else []
        changed = "\n".join(lines)
        return (
            changed if len(changed) <= max(_LONGEST_DESCRIPTION, len(description)) else description
        )


def aliases_to_keep(aliases: Iterable[str], ours: Iterable[str]) -> tuple[str, ...]:
    """The aliases to record: not `default`, which the registry sets, nor those that a rule set."""
    known = {"default", *ours}
    custom = (alias for alias in aliases if alias not in known and _REMEMBERED.fullmatch(alias))
    return tuple(sorted(custom))


def _keys(name: ModelName) -> list[str]:
    source = source_digest(name)[:8]
    return [f"{PREFIX}{source}-{number}" for number in range(1, _CHUNKS + 1)]


def _line_of(name: ModelName) -> re.Pattern[str]:
    return re.compile(rf"\n?\[{OWNER} {source_digest(name)[:8]}: ([^\]\n]*)\]")


# As text: CHECK__GENERATION__VERSION__ALIAS__ALIAS; in an alias `_a` stands for `A`, `_-` for `_`.


def _encoded(record: Predecessor, room: int) -> str:
    """The record as text of at most `room` characters; empty if not even the version fits."""
    if not record.generation:
        return ""
    text = f"{record.generation}{_BETWEEN}{record.version}"
    for number, alias in enumerate(record.aliases, start=1):
        small = re.sub("[A-Z_]", lambda found: f"_{found[0].lower().replace('_', '-')}", alias)
        longer = f"{text}{_BETWEEN}{small}"
        is_last = number == len(record.aliases) and not record.is_partial
        if len(longer) + len(_checked("")) + (0 if is_last else len(_BETWEEN + _MORE)) > room:
            text = f"{text}{_BETWEEN}{_MORE}"
            break
        text = longer
    else:
        text = f"{text}{_BETWEEN}{_MORE}" if record.is_partial else text
    checked = _checked(text)
    return checked if len(checked) <= room else ""


def _decoded(text: str) -> Predecessor:
    _, _, rest = text.partition(_BETWEEN)
    generation, _, parts = rest.partition(_BETWEEN)
    if _checked(rest) != text or not _NUMBER.fullmatch(generation):
        return Predecessor()
    version, *aliases = parts.split(_BETWEEN)
    is_partial = _MORE in aliases
    return Predecessor(
        generation=generation,
        version=version,
        aliases=tuple(_capitals(alias) for alias in aliases if alias != _MORE),
        is_partial=is_partial,
    )


def _capitals(text: str) -> str:
    return re.sub("_(.)", lambda found: "_" if found[1] == "-" else found[1].upper(), text)


def _checked(text: str) -> str:
    """The text after its digest, so that a text that lost a part is not taken for another."""
    return f"{hashlib.sha256(text.encode()).hexdigest()[:6]}{_BETWEEN}{text}"
