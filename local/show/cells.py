"""Cells that rows of several kinds have."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text


def pairs(items: Iterable[tuple[str, str | None]]) -> str:
    """Labels as text; one without a value is taken away."""
    return ", ".join(
        f"{key} taken away" if value is None else f"{key}={value}" for key, value in items
    )


def dry_run_mark(whether: bool) -> Text:
    """A word where it is of a dry run."""
    return Text("dry run" if whether else "", style="cyan")


def times_mark(number: int) -> str:
    """How often, where that is more than once."""
    return f"{number}x" if number > 1 else ""
