"""From clean-up rules as they are written to those that are applied, over what else holds."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET
from msgspec.structs import asdict, replace

from bqml_registrar.policy.cleanup_rules import CleanupRules, Protections, Retirement
from bqml_registrar.policy.document.cleanup_schema import (
    CleanupDocument,
    ProtectDocument,
    RetireDocument,
)
from bqml_registrar.policy.document.condition_schema import check_globs, of_globs, on_labels
from bqml_registrar.policy.document.problems import NOTHING, Problems
from bqml_registrar.policy.document.yaml_lines import NodePath


def cleanup_rules(
    problems: Problems, path: NodePath, document: CleanupDocument, base: CleanupRules
) -> CleanupRules:
    """What is written, and of `base` what is not; what is wrong is added to `problems`."""
    written: dict[str, Any] = _written(problems, path, document)
    retire, protect = written.pop("retire", UNSET), written.pop("protect", UNSET)
    if retire is not UNSET:
        written["retirement"] = _retirement(problems, (*path, "retire"), retire)
    if protect is not UNSET:
        written["protect"] = _protections(problems, (*path, "protect"), protect)
    return replace(base, **written)


def _written(
    problems: Problems, path: NodePath, document: CleanupDocument | RetireDocument | ProtectDocument
) -> dict[str, Any]:
    """The values that are written, by key; YAML's other ways to write a number are refused."""
    written = {key: value for key, value in asdict(document).items() if value is not UNSET}
    for key, value in written.items():
        shown = problems.shown((*path, key), value)
        if type(value) is int and shown not in {str(value), NOTHING}:
            problems.add((*path, key), f"{shown} is read as {value}; write a plain number")
    return written


def _retirement(
    problems: Problems, path: NodePath, written: bool | RetireDocument
) -> Retirement | None:
    if isinstance(written, RetireDocument):
        return Retirement(**_written(problems, path, written))
    if written:
        hint = "write {} to follow the label retire, with 14 days of grace, or false to follow none"
        problems.add(path, f"{problems.shown(path, written)} is not accepted; {hint}")
    return None


def _protections(
    problems: Problems, path: NodePath, written: bool | ProtectDocument
) -> Protections:
    if isinstance(written, ProtectDocument):
        return _protections_of(problems, path, written)
    if written:
        hint = "write what protects, such as {aliases: champion}, or false for no protection"
        problems.add(path, f"{problems.shown(path, written)} is not accepted; {hint}")
    return Protections()


def _protections_of(problems: Problems, path: NodePath, document: ProtectDocument) -> Protections:
    written = _written(problems, path, document)
    if not written:
        hint = "write labels, aliases or traffic_share, or false for no protection"
        problems.add(path, f"says nothing of what protects; {hint}")
    labels = written.get("labels", {})
    globs = written.get("aliases", ())
    check_globs(problems, (*path, "aliases"), globs)
    return Protections(
        labels=on_labels(problems, (*path, "labels"), labels),
        aliases=of_globs(globs).globs,
        traffic_share=written.get("traffic_share"),
    )
