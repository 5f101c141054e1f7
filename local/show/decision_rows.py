"""What the functions decided, as rows of a table: how often, what, and why."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection

from rich.console import RenderableType
from rich.text import Text

from local.people.function_log import Decision, short_name
from local.show.cells import dry_run_mark, times_mark
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
    r"projects/[^/\s]+/(?:locations/[^/\s]+/endpoints|datasets/[^/\s]+/models)/(?P<last>(?:[\w-]|[^\x00-\x7f\s])+)"
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
