"""GetModel, names, and what holds for every method, over the official client."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from google.api_core import exceptions

from tests.emulator.vertex_server import (
    CALLER,
    NUMBER,
    PARENT,
    PROJECT,
    REGION,
    Vertex,
    name,
    serve,
)


@pytest.fixture
def vertex() -> Iterator[Vertex]:
    with serve() as served:
        yield served


@pytest.mark.parametrize("project", [PROJECT, NUMBER])
@pytest.mark.parametrize(
    ("suffix", "expected"), [("", "1"), ("@2", "2"), ("@golden", "2"), ("@default", "1")]
)
def test_a_name_finds_its_version(vertex: Vertex, project: str, suffix: str, expected: str) -> None:
    vertex.register("churn")
    vertex.register("churn", aliases=["golden"])

    model = vertex.client.get_model(
        name=f"projects/{project}/locations/{REGION}/models/churn{suffix}"
    )

    assert model.version_id == expected
    assert model.name == name("churn", f"@{expected}" if suffix else "")


@pytest.mark.parametrize("missing", ["other", "churn@9", "churn@silver"])
def test_what_is_not_there_is_not_found(vertex: Vertex, missing: str) -> None:
    vertex.register("churn")

    with pytest.raises(exceptions.NotFound, match="The Model does not exist"):
        vertex.client.get_model(name=name(missing))


@pytest.mark.parametrize(
    "bad",
    [
        "churn",
        f"{PARENT}/models/",
        "projects/shop/locations/US/models/churn",
        f"{PARENT}/datasets/x",
    ],
)
def test_a_malformed_name_is_an_invalid_argument(vertex: Vertex, bad: str) -> None:
    with pytest.raises(exceptions.InvalidArgument):
        vertex.client.get_model(name=bad)


def test_names_carry_the_project_id_when_the_setting_says_so(vertex: Vertex) -> None:
    vertex.env.set({"vertex_names_use_number": False})
    vertex.register("churn")

    assert vertex.get("churn").name == f"projects/{PROJECT}/locations/{REGION}/models/churn"


def test_two_projects_have_numbers_and_models_of_their_own(vertex: Vertex) -> None:
    vertex.register("churn")
    vertex.registry.register_bqml("second", REGION, "other", caller=CALLER)
    number = vertex.registry.project_number("second")

    found = vertex.client.list_models(parent=f"projects/{number}/locations/{REGION}")

    assert number == str(int(NUMBER) + 1)
    assert [model.name for model in found] == [f"projects/{number}/locations/{REGION}/models/other"]
    assert [model.name for model in vertex.client.list_models(parent=PARENT)] == [name("churn")]


def test_the_caller_is_the_bearer_token(vertex: Vertex) -> None:
    vertex.register("churn")
    vertex.client.get_model(
        name=name("churn"), metadata=[("authorization", "Bearer ada@example.com")]
    )

    (call,) = vertex.env.gate.calls.dump()

    assert call["principal"] == "ada@example.com"
    assert call["method"] == "google.cloud.aiplatform.v1.ModelService.GetModel"
    assert (call["resource"], call["status"]) == (name("churn"), "OK")


def test_a_method_that_nobody_serves_is_named(vertex: Vertex) -> None:
    with pytest.raises(exceptions.MethodNotImplemented, match=r"ModelService\.CopyModel"):
        vertex.client.copy_model(parent=PARENT, source_model=name("churn"))
