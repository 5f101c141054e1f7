"""What the function decided: read from its own structured log lines."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Decision:
    """How a delivery ended, as its log line says; the model as far as the line tells.

    `nothing_new`: registered, and nothing was left to announce.
    """

    model: str
    outcome: str
    reason: str
    rule: str
    meaning: str
    detail: str
    nothing_new: bool


def decisions(lines: Iterable[str]) -> Counter[Decision]:
    """How often which decision was logged, in order of the first time."""
    entries = (_entry(line) for line in lines)
    return Counter(_decision(entry) for entry in entries if "decision" in entry)


def complaints(lines: Iterable[str]) -> list[str]:
    """What the log says in words where it is grave: errors of deliveries, and of the start."""
    entries = (_entry(line) for line in lines)
    grave = (entry for entry in entries if entry.get("severity") in ("ERROR", "CRITICAL"))
    return [f"{entry['message']} {entry.get('detail', '')}".rstrip() for entry in grave]


def short_name(model: str) -> str:
    """`dataset.model` of a model's full resource name."""
    match model.split("/"):
        case ["projects", _, "datasets", dataset, "models", name]:
            return f"{dataset}.{name}"
    return model


def _entry(line: str) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) else {}


def _decision(entry: dict[str, Any]) -> Decision:
    return Decision(
        model=short_name(entry.get("model") or entry.get("resource", "")),
        outcome=entry["decision"],
        reason=entry["reason"],
        rule=entry.get("rule", ""),
        meaning=entry["message"],
        detail=entry.get("detail", ""),
        nothing_new=entry["decision"] == "registered" and not entry.get("announced"),
    )
