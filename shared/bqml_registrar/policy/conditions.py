"""A condition on one value: globs that it must fit, or that there is one at all."""

from __future__ import annotations

from fnmatch import fnmatchcase

from msgspec import Struct


class Condition(Struct, frozen=True):
    """What a value must be: any of the globs, or (with no globs) merely present or absent."""

    globs: tuple[str, ...] = ()
    present: bool = True

    def holds(self, value: str | None) -> bool:
        """Whether a value (None: there is none) meets the condition."""
        if not self.globs:
            return (value is not None) == self.present
        return value is not None and any(fnmatchcase(value, glob) for glob in self.globs)
