"""Conditions as a policy document writes them, and as they are applied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from msgspec import Meta, Struct

from bqml_registrar.policy.conditions import Condition
from bqml_registrar.policy.document.problems import Problems
from bqml_registrar.policy.document.values import LabelGlob, OnlyTrue, SourceKey, never_fits
from bqml_registrar.policy.document.yaml_lines import NodePath


class PresenceDocument(Struct, frozen=True, forbid_unknown_fields=True):
    """{present: true} or {absent: true}."""

    present: OnlyTrue = False
    absent: OnlyTrue = False


LabelCondition = Annotated[
    LabelGlob | Annotated[list[LabelGlob], Meta(min_length=1, max_length=100)] | PresenceDocument,
    Meta(
        description="A glob, a list of globs (one must fit), {present: true} or {absent: true}. "
        'Write true and numbers in quotes: "true", "1".'
    ),
]
LabelConditions = Annotated[dict[SourceKey, LabelCondition], Meta(max_length=64)]


def on_labels(
    problems: Problems, path: NodePath, documents: Mapping[str, LabelCondition]
) -> dict[str, Condition]:
    """The conditions on labels by key; what cannot be decided is added to `problems`."""
    return {
        key: _presence(problems, (*path, key), condition)
        if isinstance(condition, PresenceDocument)
        else of_globs(condition)
        for key, condition in documents.items()
    }


def of_globs(written: str | Sequence[str]) -> Condition:
    """The condition that one of the globs fits."""
    return Condition((written,) if isinstance(written, str) else tuple(written))


def check_globs(problems: Problems, path: NodePath, written: str | Sequence[str]) -> None:
    """Add what no value of the field that `path` ends in can fit."""
    field = str(path[-1])
    globs = {path: written} if isinstance(written, str) else _numbered(path, written)
    for place, glob in globs.items():
        if why := never_fits(field, glob):
            problems.add(place, f"{problems.shown(place, glob)} {why}")


def _numbered(path: NodePath, globs: Sequence[str]) -> dict[NodePath, str]:
    return {(*path, number): glob for number, glob in enumerate(globs)}


def _presence(problems: Problems, path: NodePath, document: PresenceDocument) -> Condition:
    if document.present == document.absent:
        problems.add(path, "it cannot be decided; write {present: true} or {absent: true}")
    return Condition(present=document.present)
