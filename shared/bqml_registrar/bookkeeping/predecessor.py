"""What is remembered of a version, so that the one that replaces it can go on with its aliases.

`CREATE OR REPLACE MODEL` deletes the version, and its aliases, before anybody hears of it. So they
are kept beforehand in two places that a replace may spare: labels of the BigQuery model, and a line
in the description of the version's model in the registry. Not in that one's labels: GetModel shows
them merged with each version's, so nobody could write them without taking somebody's along.

A label takes 63 characters of few kinds: the memory is cut over several, `bqml-registrar-memory-`,
8 digits that tell the BigQuery model, and a number.
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
_LONGEST_DESCRIPTION = 4000  # ours; where many models share one in the registry, each has a line
_BETWEEN = "__"  # no part ends in `_`, so that the first two of three always are this
_MORE = "-more"  # no alias begins with a hyphen
_NUMBER = re.compile(r"[0-9]+")
_REMEMBERED = re.compile(r"[a-zA-Z][a-zA-Z0-9_-]*")


class Predecessor(Struct, frozen=True, kw_only=True):
    """A version: of which generation of the BigQuery model, its number, aliases that people gave.

    Generation "": nothing is remembered. Version "": its number was not known yet. `is_partial`:
    there was no room for all aliases.
    """

    generation: str = ""
    version: str = ""
    aliases: tuple[str, ...] = ()
    is_partial: bool = False

    @classmethod
    def read(cls, name: ModelName, labels: Mapping[str, str]) -> Predecessor:
        """From labels of the BigQuery model; what a person garbled counts as forgotten."""
        return _decoded("".join(labels.get(key, "") for key in _keys(name)))

    @classmethod
    def read_line(cls, name: ModelName, description: str) -> Predecessor:
        """From the description of the registry's model; the same of a garbled line."""
        found = _line_of(name).search(description)
        return _decoded(found[1]) if found else cls()

    def changes(self, name: ModelName, labels: Mapping[str, str]) -> dict[str, str | None]:
        """What has to change in labels so that they hold this; None removes a key."""
        keys = _keys(name)
        taken = {*labels, OWNER, GENERATION, REJECTED} - {*keys}
        text = _encoded(self, _CHUNK * min(_CHUNKS, max(0, _MOST_LABELS - len(taken))))
        chunks = [text[at : at + _CHUNK] or None for at in range(0, _CHUNK * _CHUNKS, _CHUNK)]
        held = dict(zip(keys, chunks, strict=True))
        return {key: chunk for key, chunk in held.items() if chunk != labels.get(key)}

    def in_description(self, name: ModelName, description: str) -> str:
        """The description with this memory in a line of its own, and none of the model's older ones."""
        rest = _line_of(name).sub("", description).strip("\n")
        text = _encoded(self, _CHUNK * _CHUNKS)
        lines = [rest] if rest else []
        lines += [f"[{OWNER} {source_digest(name)[:8]}: {text}]"] if text else []
        changed = "\n".join(lines)
        return (
            changed if len(changed) <= max(_LONGEST_DESCRIPTION, len(description)) else description
        )


def aliases_to_keep(aliases: Iterable[str], ours: Iterable[str]) -> tuple[str, ...]:
    """The aliases to remember: not `default`, which the registry gives, nor what a rule has set."""
    known = {"default", *ours}
    custom = (alias for alias in aliases if alias not in known and _REMEMBERED.fullmatch(alias))
    return tuple(sorted(custom))


def _keys(name: ModelName) -> list[str]:
    source = source_digest(name)[:8]
    return [f"{PREFIX}{source}-{number}" for number in range(1, _CHUNKS + 1)]


def _line_of(name: ModelName) -> re.Pattern[str]:
    return re.compile(rf"\n?\[{OWNER} {source_digest(name)[:8]}: ([^\]\n]*)\]")


# As text: CHECK__GENERATION__VERSION__ALIAS__ALIAS, where `_a` in an alias stands for `A`, `_-` for `_`.


def _encoded(memory: Predecessor, room: int) -> str:
    """The text in so many characters; nothing where not even the version has room."""
    if not memory.generation:
        return ""
    text = f"{memory.generation}{_BETWEEN}{memory.version}"
    for number, alias in enumerate(memory.aliases, start=1):
        small = re.sub("[A-Z_]", lambda found: f"_{found[0].lower().replace('_', '-')}", alias)
        longer = f"{text}{_BETWEEN}{small}"
        is_last = number == len(memory.aliases) and not memory.is_partial
        if len(longer) + len(_checked("")) + (0 if is_last else len(_BETWEEN + _MORE)) > room:
            text = f"{text}{_BETWEEN}{_MORE}"
            break
        text = longer
    else:
        text = f"{text}{_BETWEEN}{_MORE}" if memory.is_partial else text
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
    """With a digest before it, so that what lost a part is not taken for something else."""
    return f"{hashlib.sha256(text.encode()).hexdigest()[:6]}{_BETWEEN}{text}"
