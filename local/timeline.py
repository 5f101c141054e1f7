"""Prints the day: columns on a terminal of 100 characters, plain text in a pipe."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from local.expectations import Check, Version
from local.function_log import Decision
from local.observation import Observation
from local.output import write
from local.steps import Labels, NewDataset, Sql, Step
from local.subscriber import Event

WIDTH = 100
LEGEND = (
    "Nx: N deliveries; one statement writes several log entries, and the local cloud sends each "
    "twice. An event that comes again has the same id."
)
_HEAD = 12
_GAP = 2
_OUTCOME_STYLE = {
    "registered": "green",
    "rejected": "yellow",
    "failed": "red",
    "retried": "red",
}
_KEYWORDS = (
    "CREATE OR REPLACE MODEL|CREATE MODEL|ALTER MODEL|SET OPTIONS|OPTIONS|REMOTE WITH CONNECTION"
    "|CREATE OR REPLACE TABLE|MERGE|USING|WHEN MATCHED THEN|UPDATE SET|SELECT|EXCEPT|FROM|WHERE"
    "|GROUP BY|AS|ON"
)


def new_console() -> Console:
    """On a terminal with colours, at most 100 wide; elsewhere plain and 100 wide."""
    console = Console(highlight=False, emoji=False, markup=False)
    console.width = min(console.width, WIDTH) if console.is_terminal else WIDTH
    return console


class Timeline:
    """Prints rows: a word at the left that says what kind, the rest beside it."""

    def __init__(self, console: Console) -> None:
        self._console = console

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
        match step:
            case NewDataset(name):
                self.row("dataset", Text(name))
            case Labels(model, labels):
                self.row("labels", Text(f"{model}: {_pairs(labels.items())}"))
            case Sql(text, job_labels):
                self.row("SQL", _sql(text))
                if job_labels:
                    self.row("", Text(f"job labels: {_pairs(job_labels.items())}", style="dim"))

    def refused(self, words: str) -> None:
        """BigQuery refused what was run."""
        self.row("", Text(f"refused: {words}", style="yellow"))

    def observed(self, observation: Observation) -> None:
        """What came of it."""
        self.decisions(observation.decisions)
        self.row("registry", _versions(observation.registry))
        self.events(observation.events)
        for key in dict.fromkeys(event.ordering_key for event in observation.events):
            self.row("ordering key", Text(key, style="dim"))

    def decisions(self, counted: Counter[Decision]) -> None:
        """What the function decided, and how often."""
        self.row("decided", _decisions(counted))

    def events(self, events: Sequence[Event]) -> None:
        """What a subscriber received."""
        self.row("events", _events(events))

    def table(self, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """A table with heads."""
        self._print(_Grid([tuple(Text(head, style="dim") for head in heads), *rows]))

    def checked(self, checks: Sequence[Check], seconds: float) -> None:
        """A mark for each check, and what differs."""
        marks = Text()
        for check in checks:
            marks.append(*_mark(check))
            marks.append(f" {check.part}  ")
        marks.append(f"(at rest in {seconds:.1f} s)", style="dim")
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


def _sql(text: str) -> Text:
    shown = Text(text)
    shown.highlight_regex(rf"\b({_KEYWORDS})\b", "cyan")
    return shown


def _pairs(items: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{key}={value}" for key, value in items)


def _decisions(counted: Counter[Decision]) -> RenderableType:
    if not counted:
        return Text("nothing: the function was not woken", style="dim")
    rows = []
    for decision in sorted(counted, key=_place):
        verdict = Text(f"{decision.outcome} {decision.reason}")
        verdict.stylize(_OUTCOME_STYLE.get(decision.outcome, "dim"))
        why = Text(_why(decision), style="dim")
        rows.append((_times(counted[decision]), decision.model or "-", verdict, why))
    return _Grid(rows)


def _place(decision: Decision) -> tuple[bool, bool]:
    """Echoes of the function's own changes come last."""
    return decision.reason == "OWN_ECHO", not decision.model


def _why(decision: Decision) -> str:
    if decision.nothing_new:
        return " ".join(part for part in ("Already as the rule says.", decision.detail) if part)
    rule = f"By rule {decision.rule}." if decision.rule else ""
    told = decision.meaning if decision.outcome != "registered" or not rule else ""
    return " ".join(part for part in (told, rule, decision.detail) if part)


def _versions(versions: Sequence[Version]) -> RenderableType:
    if not versions:
        return Text("empty", style="dim")
    rows = []
    for version in versions:
        aliases, labels = ", ".join(version.aliases), _pairs(sorted(version.labels.items()))
        rows.append((version.name, aliases, labels, Text(version.description, style="dim")))
    return _Grid(rows)


def _events(events: Sequence[Event]) -> RenderableType:
    if not events:
        return Text("none", style="dim")
    rows = []
    for event, times in Counter(events).items():
        what = f"{event.alias} = {event.vertex}" if event.alias else event.vertex or event.model
        identity = Text(f"id {event.id[:8]}", style="dim")
        kind = Text(event.type, style="magenta")
        rows.append((_times(times), kind, what, event.reason, identity))
    return _Grid(rows)


def _times(number: int) -> str:
    return f"{number}x" if number > 1 else ""


class _Grid:
    """Aligned columns, without those that are empty. Only the last may wrap; where it would have to
    break words, it takes in the one before.
    """

    def __init__(self, rows: Sequence[Sequence[str | Text]]) -> None:
        columns = [column for column in zip(*rows, strict=True) if any(column)]
        self._columns = [[_text(cell) for cell in column] for column in columns]

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> RenderResult:
        columns = list(self._columns)
        while len(columns) > 1 and _least_width(columns) > options.max_width:
            last = columns.pop()
            columns[-1] = [_joined(pair) for pair in zip(columns[-1], last, strict=True)]
        grid = Table.grid(padding=(0, _GAP, 0, 0))
        for _column in columns[:-1]:
            grid.add_column(no_wrap=True)
        grid.add_column(overflow="fold")
        for row in zip(*columns, strict=True):
            grid.add_row(*row)
        yield grid


def _text(cell: str | Text) -> Text:
    return Text(cell) if isinstance(cell, str) else cell


def _joined(cells: Iterable[Text]) -> Text:
    return Text(" " * _GAP).join(cell for cell in cells if cell)


def _least_width(columns: Sequence[Sequence[Text]]) -> int:
    """How wide a grid must be, if its last column may wrap between words."""
    *fixed, last = columns
    words = [word for cell in last for word in cell.plain.split()]
    widths = [max(cell.cell_len for cell in column) + _GAP for column in fixed]
    return sum(widths) + max(map(cell_len, words), default=0)
