"""The revisions of one schema, in the order of their creation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from emulator.errors import not_found


@dataclass(frozen=True, kw_only=True)
class Revision:
    """One revision: what the API shows of it, and the class that messages must fit."""

    schema: Any
    message_class: Any
    deleted: bool = False

    @property
    def id(self) -> str:
        """Its revision id."""
        return str(self.schema.revision_id)


class Revisions:
    """Deleted revisions keep their places: a topic's range may begin or end with one.

    "The next revision is used", or the one before:
    https://cloud.google.com/pubsub/docs/delete-schema-revision
    """

    def __init__(self) -> None:
        self.every: list[Revision] = []

    def append(self, revision: Revision) -> None:
        """Add the newest one."""
        self.every.append(revision)

    def alive(self) -> list[Revision]:
        """Those that were not deleted, the oldest first."""
        return [each for each in self.every if not each.deleted]

    def find(self, revision_id: str) -> Revision:
        """The revision, or NOT_FOUND."""
        for each in self.alive():
            if each.id == revision_id:
                return each
        raise not_found(f"Resource not found (resource={revision_id}).")  # assumed: the text

    def delete(self, revision: Revision) -> None:
        """Delete the revision."""
        self.every[self.every.index(revision)] = replace(revision, deleted=True)

    def between(self, first: str, last: str) -> list[Revision]:
        """Those in a range, both ends included, the newest first; "" is no limit."""
        ids = [each.id for each in self.every]
        start = ids.index(first) if first in ids else 0
        end = ids.index(last) if last in ids else len(ids)
        return [each for each in reversed(self.every[start : end + 1]) if not each.deleted]
