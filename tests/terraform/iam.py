"""What terraform/ says: the permissions of each function's roles, and where it may publish."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import hcl2
from msgspec import Struct

from local.cloud.repository import REPOSITORY

_TERRAFORM = REPOSITORY / "terraform"


class Role(Struct, frozen=True, kw_only=True):
    """What a function's role holds: what can be granted on datasets, and what on projects only."""

    data: set[str]
    project: set[str]

    @property
    def all(self) -> set[str]:
        return self.data | self.project


class Iam(Struct, frozen=True, kw_only=True):
    """By function; what it may do in a database by both."""

    permissions: dict[str, Role]
    publishes: dict[str, set[str]]
    store_roles: dict[str, set[str]]
    store_access: dict[tuple[str, str], str]


def read_iam() -> Iam:
    roles = {
        name: Role(data=_words(role["data"]), project=_words(role["project"]))
        for name, role in _local(_TERRAFORM / "custom_roles.tf", "permissions").items()
    }
    publishes = {
        name: _words(topics)
        for name, topics in _local(_TERRAFORM / "iam_functions.tf", "publishes").items()
    }
    store = _TERRAFORM / "iam_store.tf"
    return Iam(
        permissions=roles,
        publishes=publishes,
        store_roles={
            name: _words(held) for name, held in _local(store, "store_permissions").items()
        },
        store_access={
            (function, database): role.strip('"')
            for function, databases in _local(store, "store_access").items()
            for database, role in databases.items()
        },
    )


def _local(path: Path, name: str) -> dict[str, Any]:
    """A map among the locals of a file, without what hcl2 adds to it."""
    found = [block[name] for block in hcl2.loads(path.read_text())["locals"] if name in block]
    assert len(found) == 1, f"{name} in {path.name}: {len(found)} times"
    return {key: value for key, value in found[0].items() if not key.startswith("__")}


def _words(listed: list[str]) -> set[str]:
    """The strings of a list, which hcl2 leaves in their quotation marks; none of them twice."""
    words = [word.strip('"') for word in listed]
    assert len(words) == len(set(words)), f"twice: {sorted(words)}"
    return set(words)
