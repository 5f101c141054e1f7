"""Aligned columns that never break a name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

_GAP = 2


class Grid:
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
