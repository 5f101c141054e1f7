"""What is typed, as a whole: a command of one line, or SQL up to the `;` that ends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

COMMANDS = ("help", "models", "label", "state", "quit", "exit")

# Gives the next line for a prompt; EOFError at the end.
Ask = Callable[[str], str]


def entries(ask: Ask) -> Iterator[str]:
    """Each command and each statement, until the input ends; unfinished SQL is given as it is."""
    lines: list[str] = []
    while True:
        try:
            line = ask("...> " if lines else "sql> ")
        except EOFError:
            break
        if not lines and (is_command(line) or not line.strip()):
            yield from [line.strip().removesuffix(";")] if line.strip() else []
            continue
        lines.append(line)
        if line.rstrip().endswith(";"):
            yield "\n".join(lines)
            lines = []
    if lines:
        yield "\n".join(lines)


def is_command(entry: str) -> bool:
    """Whether it is a command; everything else is SQL."""
    words = entry.strip().removesuffix(";").split()
    return bool(words) and words[0].lower() in COMMANDS
