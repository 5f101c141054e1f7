"""ListModels and ListModelVersions over the official client."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from google.api_core import exceptions
from google.cloud import aiplatform_v1

from tests.emulator.vertex_server import CALLER, PARENT, PROJECT, Vertex, name, serve


@pytest.fixture
def vertex() -> Iterator[Vertex]:
    with serve() as served:
        yield served


@pytest.fixture
def labelled(vertex: Vertex) -> Vertex:
    """Three models: `alpha` of team red, `beta` of team blue with tier, `gamma` without labels."""
    for model_id in ("alpha", "beta", "gamma"):
        vertex.register(model_id)
    vertex.update(name("alpha"), labels={"team": "red"})
    vertex.update(name("beta", "@1"), labels={"team": "blue", "tier": "1"})
    return vertex


def listed(vertex: Vertex, **request: object) -> list[str]:
    found = vertex.client.list_models(request={"parent": PARENT, **request})
    return [model.name.rpartition("/")[2] for model in found]


def test_a_list_has_one_row_per_model_of_the_region(vertex: Vertex) -> None:
    vertex.register("churn")
    vertex.register("churn")
    vertex.registry.register_bqml(PROJECT, "us-central1", "churn", caller=CALLER)

    (model,) = vertex.client.list_models(parent=PARENT)

    assert (model.name, model.version_id) == (name("churn"), "1")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["alpha", "beta", "gamma"]),
        ("model=alpha", ["alpha"]),
        ("model!=alpha", ["beta", "gamma"]),
        ('display_name="beta"', ["beta"]),
        ("displayName = 'beta'", ["beta"]),
        ("display_name!=beta", ["alpha", "gamma"]),
        ("baseModelName=text-bison", []),
        ("labels.team=red", ["alpha"]),
        ('labels."team"="red"', ["alpha"]),
        ("labels.team:*", ["alpha", "beta"]),
        ("labels:tier", ["beta"]),
        ("labels.team:* AND labels.tier=1", ["beta"]),
        ("NOT labels.team:*", ["gamma"]),
        ("-labels.team=red", ["beta", "gamma"]),
        ("model=alpha OR model=beta AND labels.tier:*", ["beta"]),
        ("(model=alpha OR NOT labels.team:*) AND display_name!=gamma", ["alpha"]),
    ],
)
def test_a_filter_selects_models(labelled: Vertex, text: str, expected: list[str]) -> None:
    assert sorted(listed(labelled, filter=text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "state=READY",
        "display_name>a",
        "display_name:a",
        "base_model_name!=a",
        "labels.team!=red",
        "labels=red",
        "labels.team:red",
        "model.id=a",
        "display_name=",
        "model=a model=b",
        "(model=a",
        "alpha",
    ],
)
def test_a_filter_that_is_not_documented_is_refused(labelled: Vertex, text: str) -> None:
    with pytest.raises(exceptions.InvalidArgument, match="filter"):
        listed(labelled, filter=text)


@pytest.mark.parametrize(
    ("order_by", "expected"),
    [
        ("display_name", ["alpha", "beta", "gamma"]),
        ("display_name desc", ["gamma", "beta", "alpha"]),
        ("create_time", ["alpha", "beta", "gamma"]),
        ("update_time desc, display_name", ["alpha", "gamma", "beta"]),
        ("", ["gamma", "beta", "alpha"]),
    ],
)
def test_a_list_is_ordered(labelled: Vertex, order_by: str, expected: list[str]) -> None:
    assert listed(labelled, order_by=order_by) == expected


def test_versions_are_listed_oldest_first(vertex: Vertex) -> None:
    for _ in range(3):
        vertex.register("churn")

    listed = vertex.client.list_model_versions(name=name("churn"))

    assert [version.version_id for version in listed] == ["1", "2", "3"]


def test_an_unknown_order_is_refused(labelled: Vertex) -> None:
    with pytest.raises(exceptions.InvalidArgument, match="order_by"):
        listed(labelled, order_by="size")


def test_pages_join_to_the_whole_list(labelled: Vertex) -> None:
    request = {"parent": PARENT, "page_size": 2, "order_by": "display_name"}
    pages = list(labelled.client.list_models(request=request).pages)

    assert [[model.display_name for model in page.models] for page in pages] == [
        ["alpha", "beta"],
        ["gamma"],
    ]


@pytest.mark.parametrize("token", ["nonsense", "NQ=="])
def test_a_forged_page_token_is_refused(labelled: Vertex, token: str) -> None:
    with pytest.raises(exceptions.InvalidArgument, match="page token"):
        listed(labelled, page_token=token)


def test_a_page_token_belongs_to_its_query(labelled: Vertex) -> None:
    first = next(labelled.client.list_models(request={"parent": PARENT, "page_size": 1}).pages)

    with pytest.raises(exceptions.InvalidArgument, match="another request"):
        listed(labelled, page_token=first.next_page_token, filter="model=alpha")


def test_a_read_mask_leaves_only_its_fields(labelled: Vertex) -> None:
    request = {
        "parent": PARENT,
        "read_mask": {"paths": ["name", "version_id"]},
        "filter": "model=alpha",
    }
    (model,) = labelled.client.list_models(request=request)

    assert (model.name, model.version_id, model.display_name) == (name("alpha"), "1", "")
    with pytest.raises(exceptions.InvalidArgument, match="read_mask"):
        listed(labelled, read_mask={"paths": ["size"]})


def test_versions_are_listed_under_their_numbers(vertex: Vertex) -> None:
    for _ in range(3):
        vertex.register("churn")
    vertex.update(name("churn", "@2"), labels={"stage": "live"})
    request = aiplatform_v1.ListModelVersionsRequest(
        name=name("churn"), page_size=2, order_by="create_time"
    )

    pages = [
        [model.name for model in page.models]
        for page in vertex.client.list_model_versions(request).pages
    ]
    request.filter = "labels.stage=live"
    (live,) = vertex.client.list_model_versions(request)

    assert pages == [[name("churn", "@1"), name("churn", "@2")], [name("churn", "@3")]]
    assert live.version_id == "2"


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", name("churn", "@1")), ("filter", "display_name=a"), ("order_by", "display_name")],
)
def test_a_list_of_versions_refuses_what_it_does_not_know(
    vertex: Vertex, field: str, value: str
) -> None:
    vertex.register("churn")

    with pytest.raises(exceptions.InvalidArgument):
        list(vertex.client.list_model_versions(request={"name": name("churn"), field: value}))
