"""What terraform/iam.tf says: the permissions of each function's role, and where it may publish."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import hcl2
from msgspec import Struct


class Role(Struct, frozen=True, kw_only=True):
    """What a function's role holds: what can be granted on datasets, and what on projects only."""

    data: set[str]
    project: set[str]

    @property
    def all(self) -> set[str]:
        return self.data | self.project


class Iam(Struct, frozen=True, kw_only=True):
    """By function."""

    permissions: dict[str, Role]
    publishes: dict[str, set[str]]


def read_iam(path: Path) -> Iam:
    found: dict[str, Any] = {}
    for block in hcl2.loads(path.read_text()).get("locals", ()):
        found |= block
    roles = {
        name: Role(data=_words(role["data"]), project=_words(role["project"]))
        for name, role in found["permissions"].items()
        if not name.startswith("__")
    }
    publishes = {
        name: _words(topics)
        for name, topics in found["publishes"].items()
        if not name.startswith("__")
    }
    return Iam(permissions=roles, publishes=publishes)


def _words(listed: list[str]) -> set[str]:
    """The strings of a list, which hcl2 leaves in their quotation marks; none of them twice."""
    words = [word.strip('"') for word in listed]
    assert len(words) == len(set(words)), f"twice: {sorted(words)}"
    return set(words)
