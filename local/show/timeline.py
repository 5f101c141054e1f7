"""Prints the day: columns on a terminal of 100 characters, plain text in a pipe."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence

from rich.console import Console, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from local.people.expectations import Check
from local.people.function_log import Decision
from local.people.observation import Observation
from local.people.steps import Step
from local.people.subscriber import Event
from local.show.decision_rows import decision_rows
from local.show.event_rows import event_rows
from local.show.grid import Grid
from local.show.output import write
from local.show.step_rows import step_rows
from local.show.vertex_rows import endpoint_rows, registry_rows

WIDTH = 100
LEGEND = (
    "Nx: N deliveries. One statement writes several log entries, and the local cloud sends each "
    "twice; what one of them settles, the others find settled. An event that comes again has the "
    "same id. Each act ends with its checks, and the seconds until nothing was under way."
)
_HEAD = 12


def new_console() -> Console:
    """On a terminal with colours, at most 100 wide; elsewhere plain and 100 wide."""
    console = Console(highlight=False, emoji=False, markup=False)
    console.width = min(console.width, WIDTH) if console.is_terminal else WIDTH
    return console


class Timeline:
    """Prints rows: a word at the left that says what kind, the rest beside it."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._explained: set[str] = set()
        self._has_shown_key = False

    def say(self, text: str, style: str = "") -> None:
        """A line of plain text."""
        self._print(Text(text, style=style))

    def title(self, text: str) -> None:
        """The head of a part."""
        self._print(Text())
        self._print(Rule(Text(text, style="bold"), align="left", style="dim"))

    def row(self, head: str, content: RenderableType) -> None:
        """One row."""
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(width=_HEAD, style="dim")
        grid.add_column(overflow="fold")
        grid.add_row(head, content)
        self._print(grid)

    def step(self, step: Step) -> None:
        """What is run."""
        for head, content in step_rows(step):
            self.row(head, content)

    def answer(self, head: str, text: str) -> None:
        """What somebody read."""
        self.row(head, Text(text))

    def refused(self, words: str) -> None:
        """BigQuery refused what was run."""
        self.row("", Text(f"refused: {words}", style="yellow"))

    def observed(self, observation: Observation) -> None:
        """What came of it."""
        self.decisions(observation.decisions)
        self.row("registry", registry_rows(observation.registry, observation.registry_before))
        if observation.endpoints or observation.endpoints_before:
            rows = endpoint_rows(observation.endpoints, observation.endpoints_before)
            self.row("endpoints", rows)
        self.events(observation.events)
        if observation.events and not self._has_shown_key:
            self.row("ordering key", Text(observation.events[0].ordering_key, style="dim"))
            self._has_shown_key = True

    def decisions(self, counted: Counter[Decision]) -> None:
        """What the function decided, and how often."""
        self.row("decided", decision_rows(counted, self._explained))
        self._explained.update(decision.reason for decision in counted)

    def events(self, events: Sequence[Event]) -> None:
        """What a subscriber received."""
        self.row("events", event_rows(events))
        for advice in dict.fromkeys(event.how_to_go_on for event in events):
            if advice:
                self.row("how to go on", Text(advice))

    def table(self, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """A table with heads."""
        self._print(Grid([tuple(Text(head, style="dim") for head in heads), *rows]))

    def checked(self, checks: Sequence[Check], seconds: float) -> None:
        """A mark for each check, and what differs."""
        marks = Text()
        for check in checks:
            marks.append(*_mark(check))
            marks.append(f" {check.part}  ")
        marks.append(f"({seconds:.1f} s)", style="dim")
        self.row("checks", marks)
        for check in checks:
            if not check.holds:
                self.row("", Text(f"{check.part} {_differ(check.part)}", style="bold red"))
                self.row("expected", Text("\n".join(check.expected) or "none"))
                self.row("seen", Text("\n".join(check.seen) or "none"))

    def _print(self, content: RenderableType) -> None:
        """Print at once, without the blanks that fill up cells."""
        with self._console.capture() as printed:
            self._console.print(content)
        lines = [line.rstrip() for line in printed.get().splitlines()]
        write("\n".join(lines) + "\n")


def _mark(check: Check) -> tuple[str, str]:
    can = (sys.stdout.encoding or "").lower().startswith("utf")
    if check.holds:
        return ("✓" if can else "ok"), "green"
    return ("✗" if can else "NO"), "bold red"


def _differ(part: str) -> str:
    return "differ" if part.endswith("s") else "differs"
