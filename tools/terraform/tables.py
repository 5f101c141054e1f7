"""Tables of Terraform's variables and outputs, from the files that declare them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import hcl2

from local.cloud.repository import REPOSITORY

_TERRAFORM = REPOSITORY / "terraform"
_LONGEST_TYPE = 120


def variables_table(module: str = ".") -> str:
    """What a module takes: name, type, default, meaning."""
    rows = [
        f"| `{name}` | {_type(block)} | {_default(block)} | {_text(block['description'])} |"
        for name, block in _blocks(module, "variable")
    ]
    return "\n".join(["| Variable | Type | Default | What it is |", "|---|---|---|---|", *rows])


def outputs_table(module: str = ".") -> str:
    """What a module gives."""
    rows = [
        f"| `{name}` | {_text(block['description'])} |" for name, block in _blocks(module, "output")
    ]
    return "\n".join(["| Output | What it is |", "|---|---|", *rows])


def _blocks(module: str, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    declared = hcl2.loads((_TERRAFORM / module / f"{kind}s.tf").read_text())
    for block in declared[kind]:
        for name, content in block.items():
            yield _text(name), content


def _text(literal: str) -> str:
    """A string of HCL without its quotation marks."""
    return literal.strip('"').replace('\\"', '"').replace("|", "\\|")


def _type(block: dict[str, Any]) -> str:
    words = str(block["type"]).removeprefix("${").removesuffix("}")
    if len(words) > _LONGEST_TYPE:
        return "object: [variables.tf](variables.tf)"
    return f"`{words}`"


def _default(block: dict[str, Any]) -> str:
    if "default" not in block:
        return "required"
    default = block["default"]
    if default is None:
        return "`null`"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{_text(str(default))}`" if _text(str(default)) else '`""`'
