"""UpdateModel over the official client."""

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


@pytest.mark.parametrize("suffix", ["", "@-"])
def test_a_bare_name_updates_the_model_for_all_versions(vertex: Vertex, suffix: str) -> None:
    updated = vertex.update(name("churn", suffix), display_name="Churn", description="who leaves")

    assert (updated.name, updated.display_name, updated.description) == (
        name("churn"),
        "Churn",
        "who leaves",
    )
    assert vertex.get("churn", "@2").display_name == "Churn"


@pytest.mark.parametrize("read", ["", "@2"])
def test_the_etag_of_any_version_will_do_for_the_model(vertex: Vertex, read: str) -> None:
    etag = vertex.get("churn", read).etag
    updated = vertex.update(name("churn"), description="who leaves", etag=etag)

    assert updated.description == "who leaves"
    with pytest.raises(exceptions.Aborted):
        vertex.update(name("churn"), description="again", etag=etag)


def test_a_version_wants_its_own_etag(vertex: Vertex) -> None:
    etag = vertex.get("churn", "@1").etag

    with pytest.raises(exceptions.Aborted):
        vertex.update(name("churn", "@2"), version_description="tuned", etag=etag)


@pytest.mark.parametrize("suffix", ["@2", "@golden"])
def test_a_name_with_a_version_updates_that_version(vertex: Vertex, suffix: str) -> None:
    updated = vertex.update(name("churn", suffix), version_description="tuned")

    assert (updated.version_id, updated.version_description) == ("2", "tuned")
    assert vertex.get("churn", "@1").version_description == ""


@pytest.mark.parametrize(
    ("suffix", "fields"),
    [
        ("", {"version_description": "x"}),
        ("@2", {"display_name": "x"}),
        ("@2", {"description": "x"}),
        ("", {"display_name": "x", "version_description": "x"}),
        ("@2", {"display_name": "x", "version_description": "x"}),
    ],
)
def test_a_mask_that_does_not_fit_the_name_is_a_failed_precondition(
    vertex: Vertex, suffix: str, fields: dict[str, str]
) -> None:
    with pytest.raises(exceptions.FailedPrecondition):
        vertex.update(name("churn", suffix), **fields)


@pytest.mark.parametrize(
    "mask", [[], ["*"], ["artifact_uri"], ["labels.team"], ["display_name", "version_aliases"]]
)
def test_a_mask_of_fields_that_cannot_be_updated_is_refused(
    vertex: Vertex, mask: list[str]
) -> None:
    with pytest.raises(exceptions.InvalidArgument, match="update_mask"):
        vertex.client.update_model(
            model={"name": name("churn"), "display_name": "x"}, update_mask={"paths": mask}
        )


@pytest.mark.parametrize("display_name", ["", "x" * 129])
def test_a_display_name_has_1_to_128_characters(vertex: Vertex, display_name: str) -> None:
    with pytest.raises(exceptions.InvalidArgument, match="display_name"):
        vertex.update(name("churn"), display_name=display_name)


def test_labels_of_model_and_version_are_merged_on_read(vertex: Vertex) -> None:
    vertex.update(name("churn"), labels={"team": "growth", "stage": "any"})
    vertex.update(name("churn", "@2"), labels={"stage": "live"})

    assert dict(vertex.get("churn").labels) == {"team": "growth", "stage": "any"}
    assert dict(vertex.get("churn", "@2").labels) == {"team": "growth", "stage": "live"}


def test_the_mask_labels_replaces_the_whole_map_of_its_own_side_only(vertex: Vertex) -> None:
    vertex.update(name("churn"), labels={"team": "growth"})
    vertex.update(name("churn", "@2"), labels={"stage": "live", "owner": "ada"})
    vertex.update(name("churn", "@2"), labels={"stage": "old"})

    assert dict(vertex.get("churn", "@2").labels) == {"team": "growth", "stage": "old"}


def test_a_label_is_removed_by_leaving_it_out(vertex: Vertex) -> None:
    vertex.update(name("churn"), labels={"team": "growth"})
    vertex.update(name("churn"), labels={})

    assert dict(vertex.get("churn").labels) == {}


@pytest.mark.parametrize(
    "labels",
    [{"k" * 64: "v" * 64}, {"größe": "ünï_1-2"}, {"empty": ""}, {f"k{i}": "" for i in range(64)}],
    ids=["longest", "international", "empty-value", "64-labels"],
)
def test_labels_within_the_rules_are_accepted(vertex: Vertex, labels: dict[str, str]) -> None:
    assert dict(vertex.update(name("churn"), labels=labels).labels) == labels


@pytest.mark.parametrize(
    "labels",
    [
        {"": "v"},
        {"k" * 65: "v"},
        {"k": "v" * 65},
        {"Team": "v"},
        {"k": "a b"},
        {"a.b": "v"},
        {"goog-x": "v"},
        {"vertex-ai-x": "v"},
        {f"k{i}": "" for i in range(65)},
    ],
    ids=[
        "no-key",
        "long-key",
        "long-value",
        "upper",
        "space",
        "dot",
        "goog",
        "vertex-ai",
        "65-labels",
    ],
)
def test_labels_that_break_the_rules_are_refused(vertex: Vertex, labels: dict[str, str]) -> None:
    with pytest.raises(exceptions.InvalidArgument, match="abel"):
        vertex.update(name("churn", "@1"), labels=labels)

    assert dict(vertex.get("churn", "@1").labels) == {}


def test_the_current_etag_is_accepted_and_then_changes(vertex: Vertex) -> None:
    before = vertex.get("churn").etag
    after = vertex.update(name("churn"), display_name="new", etag=before).etag

    assert after != before
    assert vertex.get("churn").etag == after


@pytest.mark.parametrize("suffix", ["", "@1"])
def test_a_stale_etag_is_refused_and_nothing_changes(vertex: Vertex, suffix: str) -> None:
    stale = vertex.get("churn", suffix).etag
    vertex.update(name("churn"), labels={"by": "someone"})

    with pytest.raises(exceptions.Aborted, match="does not match server"):
        vertex.update(name("churn", suffix), labels={"by": "me"}, etag=stale)
    assert dict(vertex.get("churn").labels) == {"by": "someone"}


def test_the_status_for_a_stale_etag_is_settable(vertex: Vertex) -> None:
    vertex.env.set({"stale_etag_status": "FAILED_PRECONDITION"})

    with pytest.raises(exceptions.FailedPrecondition):
        vertex.update(name("churn"), display_name="x", etag="stale")


def test_a_change_of_one_version_leaves_the_etag_of_another(vertex: Vertex) -> None:
    before = vertex.get("churn", "@1").etag
    vertex.update(name("churn", "@2"), version_description="x")

    assert vertex.get("churn", "@1").etag == before


def test_an_update_without_an_etag_overwrites(vertex: Vertex) -> None:
    vertex.update(name("churn"), labels={"by": "someone"})

    assert dict(vertex.update(name("churn"), labels={"by": "me"}).labels) == {"by": "me"}


def test_an_update_sets_the_times_of_its_side(vertex: Vertex) -> None:
    before = vertex.get("churn")
    vertex.env.clock.advance(60)
    vertex.update(name("churn", "@1"), version_description="x")

    after = vertex.get("churn")

    assert after.update_time == before.update_time
    assert (after.version_update_time - before.version_update_time).total_seconds() >= 60
    assert after.version_create_time == before.version_create_time


@pytest.mark.parametrize(
    ("model", "field"), [("other", "display_name"), ("churn@9", "version_description")]
)
def test_an_update_of_what_is_not_there_is_not_found(
    vertex: Vertex, model: str, field: str
) -> None:
    with pytest.raises(exceptions.NotFound):
        vertex.update(name(model), **{field: "x"})
