"""What came of an act, as rows: decisions, the registry, events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from local.expectations import Told, Version
from local.function_log import Decision
from local.grid import Grid
from local.subscriber import Event

_OUTCOME_STYLE = {
    "registered": "green",
    "deleted": "green",
    "rejected": "yellow",
    "failed": "red",
    "retried": "red",
}
_ECHO = "OWN_ECHO"


def decision_rows(counted: Counter[Decision], explained: Collection[str] = ()) -> RenderableType:
    """What was decided, and how often; reasons that are `explained` are not explained again."""
    if not counted:
        return Text("nothing: the function was not woken", style="dim")
    rows = []
    for decision in sorted(counted, key=_place):
        verdict = Text(f"{decision.outcome} {decision.reason}")
        verdict.stylize(_OUTCOME_STYLE.get(decision.outcome, "dim"))
        why = Text(_why(decision, known=decision.reason in explained), style="dim")
        times = _times(counted[decision])
        rows.append((times, _dry_run(decision.dry_run), decision.model or "-", verdict, why))
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
        others = "others" if changed else "versions"
        parts.append(Text(f"as before: {same} {others if same > 1 else others[:-1]}", style="dim"))
    return Group(*parts)


def event_rows(events: Sequence[Event]) -> RenderableType:
    """The events, and how often each came."""
    if not events:
        return Text("none", style="dim")
    rows = []
    for event, times in Counter(events).items():
        told = event.told
        identity = Text(f"id {event.id[:8]}", style="dim")
        kind = Text(told.type, style="magenta")
        row = (_times(times), _dry_run(told.dry_run), kind, _what(told), told.reason, identity)
        rows.append(row)
    return Grid(rows)


def pairs(items: Iterable[tuple[str, str | None]]) -> str:
    """Labels as text; one without a value is taken away."""
    return ", ".join(
        f"{key} taken away" if value is None else f"{key}={value}" for key, value in items
    )


def _place(decision: Decision) -> tuple[bool, bool, bool]:
    """Dry runs after deeds, echoes of the function's own changes last."""
    return decision.reason == _ECHO, decision.dry_run, not decision.model


def _why(decision: Decision, *, known: bool) -> str:
    if decision.nothing_new:
        told = "Told before." if decision.dry_run else "Already as the rule says."
        return " ".join(part for part in (told, decision.detail) if part)
    names_rule = decision.detail.startswith(f"{decision.rule}:")
    rule = f"By rule {decision.rule}." if decision.rule and not names_rule else ""
    told = "" if known or (rule and decision.reason == "RULE_MATCHED") else decision.meaning
    return " ".join(part for part in (told, rule, decision.detail) if part)


def _version_row(version: Version) -> tuple[str | Text, ...]:
    labels = pairs(sorted(version.labels.items()))
    description = Text(version.description, style="dim")
    return version.name, ", ".join(version.aliases), labels, description


def _what(told: Told) -> str:
    """What changed, with the version that it is about."""
    match told.type:
        case "alias.v1.removed" if told.alias == "*":
            return "all that nothing remembers"
        case "alias.v1.removed":
            return f"{told.alias}, from {told.vertex}"
        case "alias.v1.rejected":
            return f"{told.alias}, not to {told.vertex}"
        case "model.v1.replaced":
            return f"{told.vertex} for {_beside(told)}"
        case "model.v1.deleted" if told.gone:
            return f"{told.model}, {told.gone}"
    return f"{told.alias} = {told.vertex}" if told.alias else told.vertex or told.model


def _beside(told: Told) -> str:
    """The version that is gone, in short where it is of the same id."""
    model_id, _, number = told.gone.partition("@")
    same = model_id == told.vertex.partition("@")[0]
    return f"@{number}" if same else told.gone or "one that nothing remembers"


def _dry_run(whether: bool) -> Text:
    return Text("dry run" if whether else "", style="cyan")


def _times(number: int) -> str:
    return f"{number}x" if number > 1 else ""
