"""Reads what release 0.4.0 kept in labels and in a description, to take it over once.

What it had decided and not recorded as announced may have been announced, so it is not announced
again: it counts as settled.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, date, datetime

from msgspec import Struct
from msgspec.structs import replace

from bqml_registrar.bookkeeping.model_document import (
    AliasRecord,
    Giver,
    ModelDocument,
    PastGeneration,
    RetirementRecord,
)
from bqml_registrar.bookkeeping.ownership import OWNER, leftovers, source_digest
from bqml_registrar.names import ModelName, VertexName
from bqml_registrar.resources.models import BigQueryModel, ModelVersion

_GENERATION = f"{OWNER}-generation"
_REJECTED = f"{OWNER}-rejected"
_ALIAS = f"{OWNER}-alias-"
_ANNOUNCED = f"{OWNER}-announced"
_REVISION = f"{OWNER}-revision"
_SWEPT = f"{OWNER}-swept"
_CHUNKS = 8
_MOST_DIGITS = 14  # so that every number is a time in milliseconds
_REJECTION = re.compile(r"[0-9]{1,15}-(?P<digest>[0-9a-f]{16})(?P<pending>-pending)?")
_RETIREMENT = re.compile(
    r"(?P<count>[0-9]{1,6})-(?P<wanted>[0-9]{8}|(?:none|inherited)(?:[0-9]{8})?|unclear[0-9a-f]{8})"
    r"-(?P<generation>[0-9]{1,15})(?P<pending>-pending)?"
)
_ALIAS_VALUE = re.compile(r"(?P<revision>[0-9]{1,15})(?P<rest>-removed|-over-.*)?")


class Takeover(Struct, frozen=True, kw_only=True):
    """The document made of labels, and whether something had not been recorded as announced."""

    document: ModelDocument
    was_pending: bool


def has_labels(labels: Mapping[str, str]) -> bool:
    """Whether labels of a BigQuery model or of a version have anything of 0.4.0."""
    return bool(leftovers(labels, (f"{OWNER}-of-dataset", f"{OWNER}-of-model")))


def rule_of(labels: Mapping[str, str]) -> str:
    """The rule by which 0.4.0 registered or adopted a model; empty if it did not."""
    return labels.get(OWNER, "") if has_labels(labels) else ""


def taken_over(
    model: BigQueryModel, version: ModelVersion | None, empty: ModelDocument
) -> Takeover | None:
    """What 0.4.0 remembered of the model; None if it remembered nothing."""
    marks = version.labels if version else {}
    line = _line_of(model.name).search(version.model_description) if version else None
    if not (has_labels(model.labels) or has_labels(marks) or line):
        return None
    rejection = _REJECTION.fullmatch(model.labels.get(_REJECTED, ""))
    retirement, is_retirement_pending = _retirement(model.labels)
    past = _predecessor(model, line[1] if line else "")
    document = replace(
        empty,
        is_ours=model.labels.get(_GENERATION) == model.generation,
        rule=model.labels.get(OWNER, ""),
        vertex=version.name if version and _is_known(model, version, past) else None,
        aliases=_aliases(version) if version else {},
        rejection=rejection["digest"] if rejection else "",
        retirement=retirement,
        past=(past,) if past and past.generation != model.generation else (),
    )
    was_pending = is_retirement_pending or bool(rejection and rejection["pending"])
    revision, announced = _number(marks.get(_REVISION, "")), _number(marks.get(_ANNOUNCED, ""))
    return Takeover(document=document, was_pending=was_pending or revision > announced)


def _is_known(model: BigQueryModel, version: ModelVersion, past: PastGeneration | None) -> bool:
    """Whether 0.4.0 handled this very version: it is not announced again."""
    was_registered = model.labels.get(_GENERATION) == model.generation
    was_swept = past is None and {OWNER, _SWEPT} <= model.labels.keys()
    return bool(_number(version.labels.get(_REVISION, ""))) or was_registered or was_swept


def with_parent(document: ModelDocument, parent: VertexName) -> ModelDocument:
    """The document whose past versions have the id of their registry model, which no record had."""
    past = tuple(
        replace(each, vertex=parent.at(each.vertex.version))
        if each.vertex and not each.vertex.model_id
        else each
        for each in document.past
    )
    return replace(document, past=past)


def without_line(name: ModelName, description: str) -> str:
    """The description of a registry model without the line that 0.4.0 wrote about a model."""
    line = _line_of(name)
    return line.sub("", description).strip("\n") if line.search(description) else description


def _aliases(version: ModelVersion) -> dict[str, AliasRecord]:
    records = {}
    for key, value in version.labels.items():
        found = _ALIAS_VALUE.fullmatch(value) if key.startswith(_ALIAS) else None
        if found is None or found["rest"] == "-removed":
            continue
        alias = key.removeprefix(_ALIAS)
        giver = Giver.RULE if _number(found["revision"]) else Giver.PEOPLE
        is_there = alias in version.aliases
        records[alias] = AliasRecord(giver=giver, is_decided=True, is_there=is_there)
    others = {*version.aliases} - {*records, "default"}
    return {**records, **{alias: AliasRecord(giver=Giver.PEOPLE) for alias in sorted(others)}}


def _retirement(labels: Mapping[str, str]) -> tuple[RetirementRecord | None, bool]:
    found = _RETIREMENT.fullmatch(labels.get(f"{OWNER}-retirement", ""))
    if found is None or not _is_possible(found["wanted"]):
        return None, False
    count, wanted = int(found["count"]), found["wanted"]
    over = next((end for end in ("none", "inherited") if wanted.startswith(end)), "")
    number, date = (count - 1, wanted.removeprefix(over)) if over else (count, wanted)
    record = RetirementRecord(
        key=f"retirement-{number}-{date}",
        wanted=wanted,
        generation=found["generation"],
        count=count,
        is_normalised=True,
    )
    return record, bool(found["pending"])


def _is_possible(wanted: str) -> bool:
    """Whether eight digits are a date, where there are eight."""
    digits = wanted[-8:] if wanted[-8:].isdigit() and not wanted.startswith("unclear") else ""
    with suppress(ValueError):
        return not digits or bool(date.fromisoformat(f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"))
    return False


# The record of a version: CHECK__GENERATION__VERSION__ALIAS__ALIAS, in an alias `_a` for `A`, `_-`
# for `_`; in labels of the BigQuery model, and in a line of the registry model's description.


def _predecessor(model: BigQueryModel, line: str) -> PastGeneration | None:
    """The newest record, in either place, of an earlier generation of the model."""
    keys = (f"{OWNER}-memory-{source_digest(model.name)[:8]}-{n}" for n in range(1, _CHUNKS + 1))
    texts = ["".join(model.labels.get(key, "") for key in keys), line]
    records = [record for text in texts if (record := _decoded(model, text))]
    earlier = [record for record in records if record.generation != model.generation]
    return max(earlier, key=lambda record: int(record.generation), default=None)


def _decoded(model: BigQueryModel, text: str) -> PastGeneration | None:
    check, _, rest = text.partition("__")
    generation, _, parts = rest.partition("__")
    is_whole = hashlib.sha256(rest.encode()).hexdigest()[:6] == check
    if not (is_whole and _number(generation) > 0):
        return None
    number, *aliases = parts.split("__")
    return PastGeneration(
        generation=generation,
        ended=datetime.fromtimestamp(_number(generation) / 1000, UTC),
        vertex=model.vertex.at(number),
        aliases=tuple(_capitals(alias) for alias in aliases if alias != "-more"),
        is_partial="-more" in aliases,
    )


def _capitals(text: str) -> str:
    return re.sub("_(.)", lambda found: "_" if found[1] == "-" else found[1].upper(), text)


def _line_of(name: ModelName) -> re.Pattern[str]:
    return re.compile(rf"\n?\[{OWNER} {source_digest(name)[:8]}: ([^\]\n]*)\]")


def _number(text: str) -> int:
    """The number in a label; 0 if it is none, or longer than any that was written."""
    is_number = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    return int(text) if is_number else 0
