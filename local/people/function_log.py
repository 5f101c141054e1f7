"""What the function decided: read from its own structured log lines."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

LEFT_TO_ANOTHER = "UNDER_WAY"
_ASIDE = (LEFT_TO_ANOTHER, "OWN_ECHO")
_DEEDS = ("registered", "requested", "cancelled")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Decision:
    """How a delivery ended, as its log line says; the model as far as the line tells.

    `nothing_new`: registered, and nothing was left to announce. `dry_run`: by a function that only
    tells what it would do.
    """

    model: str
    outcome: str
    reason: str
    rule: str
    meaning: str
    detail: str
    nothing_new: bool
    dry_run: bool

    @property
    def did_something(self) -> bool:
        """Whether it registered or retired something, or had something to tell of it."""
        return self.outcome in _DEEDS and not self.nothing_new

    @property
    def is_final(self) -> bool:
        """Whether it decided about the model, instead of leaving that to another delivery."""
        return self.outcome != "retried" and self.reason not in _ASIDE


def decisions(lines: Iterable[str], *, dry_run: bool = False) -> Counter[Decision]:
    """How often which decision was logged, in order of the first time."""
    entries = (_entry(line) for line in lines)
    return Counter(_decision(entry, dry_run) for entry in entries if "decision" in entry)


def settled(counted: Counter[Decision]) -> Counter[Decision]:
    """What was decided, counting the deliveries that left it to another or came after it with it.

    How many there are of these depends on who comes first, what is decided does not.
    """
    result: Counter[Decision] = Counter()
    for decision, times in counted.items():
        result[_settling(decision, counted)] += times
    return result


def complaints(lines: Iterable[str]) -> list[str]:
    """What the log says in words where it is grave: errors of deliveries, and of the start."""
    entries = (_entry(line) for line in lines)
    grave = (entry for entry in entries if entry.get("severity") in ("ERROR", "CRITICAL"))
    return [f"{entry['message']} {entry.get('detail', '')}".rstrip() for entry in grave]


def short_name(model: str) -> str:
    """`dataset.model` of a model's full resource name, `dataset` of a dataset's."""
    match model.split("/"):
        case ["projects", _, "datasets", dataset, "models", name]:
            return f"{dataset}.{name}"
        case ["projects", _, "datasets", dataset]:
            return dataset
    return model


def _settling(decision: Decision, among: Iterable[Decision]) -> Decision:
    """The decision that settled what one left open, or found settled."""
    left = decision.reason == LEFT_TO_ANOTHER
    if not (left or decision.nothing_new):
        return decision
    about = (decision.model, decision.dry_run)
    same = [each for each in among if (each.model, each.dry_run) == about and each.is_final]
    did = [each for each in same if each.did_something]
    return next(iter(did or (same if left else [])), decision)


def _entry(line: str) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) else {}


def _decision(entry: dict[str, Any], dry_run: bool) -> Decision:
    return Decision(
        model=short_name(entry.get("model") or entry.get("resource", "")),
        outcome=entry["decision"],
        reason=entry["reason"],
        rule=entry.get("rule", ""),
        meaning=entry["message"],
        detail=entry.get("detail", ""),
        nothing_new=entry["decision"] == "registered" and not entry.get("announced"),
        dry_run=dry_run,
    )
