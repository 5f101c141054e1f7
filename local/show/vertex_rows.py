"""What Vertex AI holds, as rows of a table: versions and endpoints that are not as before."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from local.people.expectations import Serving, Version
from local.show.cells import pairs
from local.show.grid import Grid


def registry_rows(versions: Sequence[Version], before: Sequence[Version]) -> RenderableType:
    """The versions that are not as before, and how many are."""
    if not versions and not before:
        return Text("empty", style="dim")
    changed = [version for version in versions if version not in before]
    names = {version.name for version in versions}
    gone = [version for version in before if version.name not in names]
    rows = [_version_row(version) for version in changed]
    rows += [(version.name, Text("gone", style="yellow"), "", "") for version in gone]
    same = len(versions) - len(changed)
    return _with_the_rest(rows, same, "others" if changed else "versions")


def endpoint_rows(now: Sequence[Serving], before: Sequence[Serving]) -> RenderableType:
    """The endpoints whose traffic is not as before: what they served, and what they serve now."""
    was = {serving.endpoint: _traffic(serving) for serving in before}
    changed = [serving for serving in now if serving not in before]
    rows = [
        _endpoint_row(serving.endpoint, was.get(serving.endpoint, ""), _traffic(serving))
        for serving in changed
    ]
    there = {serving.endpoint for serving in now}
    rows += [_endpoint_row(name, was[name], "gone") for name in was if name not in there]
    same = len(now) - len(changed)
    return _with_the_rest(rows, same, "others" if changed else "endpoints")


def _version_row(version: Version) -> tuple[str | Text, ...]:
    labels = pairs(sorted(version.labels.items()))
    description = Text(version.description, style="dim")
    return version.name, ", ".join(version.aliases), labels, description


def _endpoint_row(name: str, before: str, now: str) -> tuple[str | Text, ...]:
    arrow = Text("->" if before else "", style="dim")
    return name, Text(before, style="dim"), arrow, now


def _traffic(serving: Serving) -> str:
    """The shares, largest first."""
    shares = sorted(serving.shares.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{version} {share} %" for version, share in shares) or "empty"


def _with_the_rest(rows: Sequence[Sequence[str | Text]], same: int, things: str) -> RenderableType:
    """The rows, and below them how many things are as before."""
    parts: list[RenderableType] = [Grid(rows)] if rows else []
    if same:
        parts.append(Text(f"as before: {same} {things if same > 1 else things[:-1]}", style="dim"))
    return Group(*parts)
