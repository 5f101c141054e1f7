"""MergeVersionAliases over the official client."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from google.api_core import exceptions

from tests.emulator.vertex_server import Vertex, name, serve_two_versions


@pytest.fixture
def vertex() -> Iterator[Vertex]:
    """Model `churn` with versions 1 (default) and 2 (golden)."""
    with serve_two_versions() as served:
        yield served


def merge(vertex: Vertex, suffix: str, *changes: str) -> list[str]:
    model = vertex.client.merge_version_aliases(
        name=name("churn", suffix), version_aliases=list(changes)
    )
    return sorted(model.version_aliases)


@pytest.mark.parametrize(
    ("changes", "first", "second"),
    [
        (["fresh"], ["default", "fresh"], ["golden"]),
        (["golden"], ["default", "golden"], []),
        (["golden", "fresh"], ["default", "fresh", "golden"], []),
        (["-golden"], ["default"], ["golden"]),
        (["fresh", "-fresh"], ["default"], ["golden"]),
        (["default"], ["default"], ["golden"]),
        (["-default", "default"], ["default"], ["golden"]),
    ],
    ids=[
        "add",
        "move",
        "add-and-move",
        "remove-anothers",
        "cancelled",
        "again",
        "cancelled-default",
    ],
)
def test_aliases_are_merged(
    vertex: Vertex, changes: list[str], first: list[str], second: list[str]
) -> None:
    assert merge(vertex, "@1", *changes) == first
    assert sorted(vertex.get("churn", "@2").version_aliases) == second


def test_an_alias_is_removed_by_a_leading_hyphen(vertex: Vertex) -> None:
    assert merge(vertex, "@2", "-golden") == []
    with pytest.raises(exceptions.NotFound):
        vertex.get("churn", "@golden")


def test_default_moves_by_adding_it_elsewhere(vertex: Vertex) -> None:
    assert merge(vertex, "@2", "default") == ["default", "golden"]
    assert vertex.get("churn").version_id == "2"


def test_default_cannot_be_removed(vertex: Vertex) -> None:
    with pytest.raises(exceptions.FailedPrecondition, match="default"):
        merge(vertex, "@1", "fresh", "-default")

    assert sorted(vertex.get("churn").version_aliases) == ["default"]


@pytest.mark.parametrize("alias", ["7", "x", "Upper", "under_score", "ends-", "", "-", "a" * 129])
def test_an_alias_of_another_form_is_refused(vertex: Vertex, alias: str) -> None:
    with pytest.raises(exceptions.InvalidArgument, match="alias"):
        merge(vertex, "@1", alias)


def test_the_hyphen_of_a_removal_is_not_counted(vertex: Vertex) -> None:
    longest = "a" * 128
    merge(vertex, "@1", longest)

    assert merge(vertex, "@1", f"-{longest}") == ["default"]


def test_an_alias_names_the_version_too(vertex: Vertex) -> None:
    assert merge(vertex, "@golden", "fresh", "-golden") == ["fresh"]


def test_aliases_are_not_merged_under_a_bare_name(vertex: Vertex) -> None:
    with pytest.raises(exceptions.InvalidArgument, match="must contain a version"):
        merge(vertex, "", "fresh")


def test_merging_no_aliases_is_refused(vertex: Vertex) -> None:
    with pytest.raises(exceptions.InvalidArgument, match="version_aliases"):
        merge(vertex, "@1")


@pytest.mark.parametrize("suffix", ["@9", "@silver", "@-"])
def test_merging_into_what_is_not_there_is_not_found(vertex: Vertex, suffix: str) -> None:
    with pytest.raises(exceptions.NotFound):
        merge(vertex, suffix, "fresh")
