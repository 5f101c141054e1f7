"""Version aliases: their format, and what MergeVersionAliases does with them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from emulator.errors import failed_precondition, invalid
from emulator.vertex.state import DEFAULT_ALIAS, RegisteredModel, Version

_FORMAT = re.compile(r"[a-z][a-zA-Z0-9-]{0,126}[a-z0-9]")
# https://cloud.google.com/vertex-ai/docs/model-registry/model-alias has no capitals in its pattern. Underscores stand
# in a tested notebook of Google's: vertex-ai-samples, bqml-online-prediction. assumed: that these are all.
_SQL_FORMAT = re.compile(r"[a-z][a-z0-9_-]{0,126}[a-z0-9]")


def check_alias(alias: str) -> None:
    """The format of Model.version_aliases; a number would be taken for a version's."""
    if not _FORMAT.fullmatch(alias):
        # assumed: the text.
        raise invalid(
            f"Invalid version alias {alias!r}: it must match [a-z][a-zA-Z0-9-]{{0,126}}[a-z0-9]."
        )


def check_sql_alias(alias: str) -> None:
    """The format that CREATE MODEL takes, which is another one."""
    if not _SQL_FORMAT.fullmatch(alias):
        # assumed: the text.
        raise invalid(
            f"Invalid version alias {alias!r}: it must match [a-z][a-z0-9_-]{{0,126}}[a-z0-9]."
        )


def merge_aliases(
    model: RegisteredModel, version: Version, changes: Iterable[str], now: float
) -> None:
    """Add aliases to a version, moving them from others, and remove those that begin with `-`.

    An alias both added and removed stays as it is (MergeVersionAliasesRequest.version_aliases).
    """
    added, removed = _sides(changes)
    if DEFAULT_ALIAS in removed and DEFAULT_ALIAS in version.aliases:
        # assumed: status and text; documented is only that one version must carry it.
        raise failed_precondition(
            "The default version alias cannot be removed. Set another version as the default instead."
        )
    # assumed: removing an alias that this version does not carry changes nothing.
    version.aliases = [alias for alias in version.aliases if alias not in removed]
    model.take_aliases(version, added, now)


def _sides(changes: Iterable[str]) -> tuple[list[str], set[str]]:
    wanted = list(changes)
    if not wanted:
        raise invalid("version_aliases must not be empty.")  # assumed: the text
    for change in wanted:
        check_alias(change.removeprefix("-"))
    added = [change for change in wanted if not change.startswith("-")]
    removed = {change[1:] for change in wanted if change.startswith("-")}
    return [alias for alias in added if alias not in removed], removed - set(added)
