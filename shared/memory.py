"""What is remembered of a version, so that the one that replaces it can go on with its aliases.

`CREATE OR REPLACE MODEL` deletes the version, and its aliases, before anybody hears of it. So they
are kept beforehand in two places that a replace may spare: labels of the BigQuery model, and labels
of the version's parent model in the registry (which GetModel shows among each version's).

A label takes 63 characters of few kinds: the memory is cut over several, `bqml-registrar-memory-`,
8 digits that tell the BigQuery model, and a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

from shared.marks import OWNER, source_mark
from shared.names import ModelName

PREFIX = f"{OWNER}-memory-"
MOST_LABELS = 64  # of a resource, BigQuery's as well as Vertex AI's
_CHUNK = 63
_CHUNKS = 8
_BETWEEN = "__"  # no part ends in `_`, so that the first two of three always are this
_NUMBER = re.compile(r"[0-9]+")
_REMEMBERED = re.compile(r"[a-zA-Z0-9_-]+")


class Memory(Struct, frozen=True, kw_only=True):
    """A version: of which generation of the BigQuery model, its number, aliases that no rule gives.

    Generation "": nothing is remembered. Version "": its number was not known yet.
    """

    # As labels: GENERATION__VERSION__ALIAS__ALIAS, cut where a label is full.

    generation: str = ""
    version: str = ""
    aliases: tuple[str, ...] = ()

    @classmethod
    def read(cls, name: ModelName, labels: Mapping[str, str]) -> Memory:
        """From the labels of either place; what a person garbled counts as forgotten."""
        text = "".join(labels.get(key, "") for key in _keys(name))
        generation, _, rest = text.partition(_BETWEEN)
        if not _NUMBER.fullmatch(generation):
            return cls()
        version, *aliases = rest.split(_BETWEEN)
        return cls(
            generation=generation,
            version=version if _NUMBER.fullmatch(version) else "",
            aliases=tuple(_decoded(alias) for alias in aliases if alias),
        )

    def changes(self, name: ModelName, labels: Mapping[str, str]) -> dict[str, str | None]:
        """What has to change in labels so that they hold this; None removes a key."""
        text = self._encoded()
        chunks = [text[at : at + _CHUNK] or None for at in range(0, _CHUNK * _CHUNKS, _CHUNK)]
        held = dict(zip(_keys(name), chunks, strict=True))
        return {key: chunk for key, chunk in held.items() if chunk != labels.get(key)}

    def _encoded(self) -> str:
        """The parts, without the aliases for which there is no room."""
        text = f"{self.generation}{_BETWEEN}{self.version}" if self.generation else ""
        for alias in self.aliases:
            longer = f"{text}{_BETWEEN}{_encoded(alias)}"
            text = longer if len(longer) <= _CHUNK * _CHUNKS else text
        return text


def is_memory(key: str) -> bool:
    """Whether a label's key is of a memory, whoever's."""
    return key.startswith(PREFIX)


def without_memory(labels: Mapping[str, str]) -> dict[str, str]:
    """A version's labels without the memories that GetModel shows among them."""
    return {key: value for key, value in labels.items() if not is_memory(key)}


def memorable(aliases: Iterable[str], given: Iterable[str]) -> tuple[str, ...]:
    """The aliases to remember: not `default`, which the registry gives, nor what the rule gives."""
    known = {"default", *given}
    custom = (alias for alias in aliases if alias not in known and _REMEMBERED.fullmatch(alias))
    return tuple(sorted(custom))


def _keys(name: ModelName) -> list[str]:
    source = source_mark(name)[:8]
    return [f"{PREFIX}{source}-{number}" for number in range(1, _CHUNKS + 1)]


def _encoded(alias: str) -> str:
    """An alias in what labels take: `_a` stands for `A`, `_-` for `_`."""
    return re.sub("[A-Z_]", lambda found: f"_{found[0].lower().replace('_', '-')}", alias)


def _decoded(text: str) -> str:
    return re.sub("_(.)", lambda found: "_" if found[1] == "-" else found[1].upper(), text)
