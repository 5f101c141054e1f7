"""What a subscriber received, as rows of a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from local.people.expectations import Told
from local.people.subscriber import Event
from local.show.cells import dry_run_mark, times_mark
from local.show.grid import Grid


def event_rows(events: Sequence[Event]) -> RenderableType:
    """The events, and how often each came."""
    if not events:
        return Text("none", style="dim")
    rows = []
    for event, times in Counter(events).items():
        told = event.told
        identity = Text(f"id {event.id[:8]}", style="dim")
        kind = Text(told.type, style="magenta")
        row = (
            times_mark(times),
            dry_run_mark(told.dry_run),
            kind,
            _what(told),
            told.reason,
            identity,
        )
        rows.append(row)
    return Grid(rows)


def _what(told: Told) -> str:
    """What changed, with the version that it is about."""
    of_family = {"alias": _alias, "deployment": _deployment, "reconcile": _sweep}
    return of_family.get(told.type.partition(".")[0], _model)(told)


def _alias(told: Told) -> str:
    match told.type:
        case "alias.v1.removed" if told.alias == "*":
            return "all that nothing remembers"
        case "alias.v1.removed":
            return f"{told.alias}, from {told.vertex}"
        case "alias.v1.rejected":
            return f"{told.alias}, not to {told.vertex}"
    return f"{told.alias} = {told.vertex}"


def _deployment(told: Told) -> str:
    return f"from {told.about}"


def _sweep(told: Told) -> str:
    return f"{told.model}: {told.about}" if told.about else told.vertex or told.model


def _model(told: Told) -> str:
    match told.type:
        case "model.v1.replaced":
            return f"{told.vertex} for {_beside(told)}"
        case "model.v1.deleted" if told.gone:
            return told.gone
        case "deletion.v1.requested" if told.about:
            return f"{told.model} in {told.about}"
    return told.vertex or told.model


def _beside(told: Told) -> str:
    """The version that is gone, in short where it is of the same id."""
    model_id, _, number = told.gone.partition("@")
    same = model_id == told.vertex.partition("@")[0]
    return f"@{number}" if same else told.gone or "one that nothing remembers"
