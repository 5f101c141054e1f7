"""What came of an act, as rows: decisions, the registry, events."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from local.people.expectations import Serving, Version
from local.people.function_log import Decision, short_name
from local.show.grid import Grid

_OUTCOME_STYLE = {
    "registered": "green",
    "deleted": "green",
    "undeployed": "green",
    "completed": "green",
    "requested": "green",
    "ready": "green",
    "swept": "green",
    "blocked": "yellow",
    "cancelled": "yellow",
    "drifted": "yellow",
    "rejected": "yellow",
    "failed": "red",
    "retried": "red",
}
_ECHO = "OWN_ECHO"
_RESOURCE = re.compile(
    r"projects/[^/\s]+/(?:locations/[^/\s]+/endpoints|datasets/[^/\s]+/models)/(?P<last>[\w-]+)"
)


def decision_rows(counted: Counter[Decision], explained: Collection[str] = ()) -> RenderableType:
    """What was decided, and how often; reasons that are `explained` are not explained again."""
    if not counted:
        return Text("nothing: no function was woken", style="dim")
    rows = []
    known = set(explained)
    for decision in sorted(counted, key=_place):
        verdict = Text(f"{decision.outcome} {decision.reason}")
        verdict.stylize(_OUTCOME_STYLE.get(decision.outcome, "dim"))
        why = Text(_why(decision, known=decision.reason in known), style="dim")
        known.add(decision.reason)
        times = times_mark(counted[decision])
        rows.append((times, dry_run_mark(decision.dry_run), decision.model or "-", verdict, why))
    return Grid(rows)


def registry_rows(versions: Sequence[Version], before: Sequence[Version]) -> RenderableType:
    """The versions that are not as before, and how many are."""
    if not versions and not before:
        return Text("empty", style="dim")
    changed = [version for version in versions if version not in before]
    names = {version.name for version in versions}
    gone = [version for version in before if version.name not in names]
    rows = [_version_row(version) for version in changed]
    rows += [(version.name, Text("gone", style="yellow"), "", "") for version in gone]
    same = len(versions) - len(changed)
    parts: list[RenderableType] = [Grid(rows)] if rows else []
    if same:
        parts.append(_as_before(same, "others" if changed else "versions"))
    return Group(*parts)


def endpoint_rows(now: Sequence[Serving], before: Sequence[Serving]) -> RenderableType:
    """The endpoints whose traffic is not as before: what they served, and what they serve now."""
    was = {serving.endpoint: _traffic(serving) for serving in before}
    changed = [serving for serving in now if serving not in before]
    rows = [
        _endpoint_row(serving.endpoint, was.get(serving.endpoint, ""), _traffic(serving))
        for serving in changed
    ]
    there = {serving.endpoint for serving in now}
    rows += [_endpoint_row(name, was[name], "gone") for name in was if name not in there]
    same = len(now) - len(changed)
    parts: list[RenderableType] = [Grid(rows)] if rows else []
    if same:
        parts.append(_as_before(same, "others" if changed else "endpoints"))
    return Group(*parts)


def pairs(items: Iterable[tuple[str, str | None]]) -> str:
    """Labels as text; one without a value is taken away."""
    return ", ".join(
        f"{key} taken away" if value is None else f"{key}={value}" for key, value in items
    )


def _place(decision: Decision) -> tuple[bool, bool, bool, bool]:
    """Dry runs after deeds, deletions after what led to them, echoes of own changes last."""
    is_echo, is_end = decision.reason == _ECHO, decision.outcome == "deleted"
    return is_echo, decision.dry_run, not decision.model, is_end


def _why(decision: Decision, *, known: bool) -> str:
    if decision.nothing_new:
        told = "Told before." if decision.dry_run else "Already as the rule says."
        return " ".join(part for part in (told, decision.detail) if part)
    names_rule = decision.detail.startswith(f"{decision.rule}:")
    rule = f"By rule {decision.rule}." if decision.rule and not names_rule else ""
    told = "" if known or (rule and decision.reason == "RULE_MATCHED") else decision.meaning
    detail = _RESOURCE.sub(_in_short, decision.detail)
    return " ".join(part for part in (told, rule, detail) if part)


def _in_short(resource: re.Match[str]) -> str:
    """A resource of a detail by what is told apart here: `dataset.model`, or an endpoint's id."""
    return short_name(resource[0]) if "/datasets/" in resource[0] else resource["last"]


def _as_before(number: int, things: str) -> Text:
    return Text(f"as before: {number} {things if number > 1 else things[:-1]}", style="dim")


def _endpoint_row(name: str, before: str, now: str) -> tuple[str | Text, ...]:
    arrow = Text("->" if before else "", style="dim")
    return name, Text(before, style="dim"), arrow, now


def _traffic(serving: Serving) -> str:
    """The shares, largest first."""
    shares = sorted(serving.shares.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{version} {share} %" for version, share in shares) or "empty"


def _version_row(version: Version) -> tuple[str | Text, ...]:
    labels = pairs(sorted(version.labels.items()))
    description = Text(version.description, style="dim")
    return version.name, ", ".join(version.aliases), labels, description


def dry_run_mark(whether: bool) -> Text:
    """A word where it is of a dry run."""
    return Text("dry run" if whether else "", style="cyan")


def times_mark(number: int) -> str:
    """How often, where that is more than once."""
    return f"{number}x" if number > 1 else ""
