"""Rows as a reader sees them: a line of words each, whatever lies between the columns."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from rich.console import Console, RenderableType


@pytest.fixture
def printed() -> Callable[[RenderableType], list[str]]:
    """The lines of a table, 86 characters wide."""

    def lines(rows: RenderableType) -> list[str]:
        console = Console(file=io.StringIO(), width=86, color_system=None)
        with console.capture() as capture:
            console.print(rows)
        return [" ".join(line.split()) for line in capture.get().splitlines()]

    return lines
