"""What is typed, as a whole: a command of one line, or SQL up to the `;` that ends it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

COMMANDS = (
    "help",
    "models",
    "endpoints",
    "label",
    "alias",
    "deploy",
    "request",
    "sweep",
    "state",
    "quit",
    "exit",
)

BEGUN, CONTINUED = "sql> ", "...> "
# What is quoted stays; a comment goes.
_QUOTED_OR_COMMENT = re.compile(r"""('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`[^`]*`)|(?:--|\#).*""")

# Gives the next line for a prompt; EOFError at the end, GivenUpError at Ctrl-C.
Ask = Callable[[str], str]


class GivenUpError(Exception):
    """Ctrl-C at a prompt; the text is what was typed on the line."""


def entries(ask: Ask, tell: Callable[[str], None]) -> Iterator[str]:
    """Each command and each statement, until the input ends; of unfinished SQL it is only told.

    Ctrl-C gives up what is typed. Where there is nothing it ends the input.
    """
    lines: list[str] = []
    while True:
        try:
            line = ask(CONTINUED if lines else BEGUN)
        except GivenUpError as given_up:
            if not lines and not str(given_up):
                return
            lines = []
            continue
        except EOFError:
            if lines:
                tell(f"Unfinished, not run (no ; at its end): {lines[0].strip()}")
            return
        if not lines and (is_command(line) or not line.strip()):
            yield from [line.strip().removesuffix(";")] if line.strip() else []
            continue
        lines.append(line)
        if _QUOTED_OR_COMMENT.sub(r"\1", line).rstrip().endswith(";"):
            yield "\n".join(lines)
            lines = []


def is_command(entry: str) -> bool:
    """Whether it is a command; everything else is SQL."""
    words = entry.strip().removesuffix(";").split()
    return bool(words) and words[0].lower() in COMMANDS
