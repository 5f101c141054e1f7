"""The high-level SDK, google.cloud.aiplatform, unmodified: models and their versions.

Real: the SDK, HTTP, the registry. The SDK is pointed here by aiplatform.init alone; what a test
leaves in its global configuration the next one's init replaces.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from google.api_core import exceptions
from google.cloud import aiplatform
from google.cloud.aiplatform.models import ModelRegistry

from tests.emulator.sdk import point_sdk_at
from tests.emulator.vertex_server import NUMBER, PROJECT, REGION, Vertex, name, rest_port, serve

IMAGE = "europe-docker.pkg.dev/vertex-ai/prediction/sklearn-cpu.1-5:latest"


@pytest.fixture
def vertex() -> Iterator[Vertex]:
    """BigQuery ML model `churn` with versions 1 (default) and 2 (golden), and the SDK pointed at it."""
    with serve(operation_latency=0.0) as served, rest_port(served) as address:
        served.register("churn")
        served.register("churn", aliases=["golden"])
        point_sdk_at(address)
        yield served


def uploaded(**options: Any) -> aiplatform.Model:
    given = {"serving_container_image_uri": IMAGE, "display_name": "Own", "model_id": "own"}
    return aiplatform.Model.upload(**{**given, **options})


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"model_name": name("churn")}, "1"),
        ({"model_name": f"projects/{PROJECT}/locations/{REGION}/models/churn"}, "1"),
        ({"model_name": "churn"}, "1"),
        ({"model_name": "churn@2"}, "2"),
        ({"model_name": name("churn", "@golden")}, "2"),
        ({"model_name": "churn", "version": "golden"}, "2"),
        ({"model_name": "churn", "version": "default"}, "1"),
    ],
    ids=str,
)
def test_a_model_is_found(vertex: Vertex, options: dict[str, str], expected: str) -> None:
    model = aiplatform.Model(**options)

    assert (model.resource_name, model.version_id) == (name("churn"), expected)
    assert model.versioned_resource_name == name("churn", f"@{expected}")
    assert (model.name, model.display_name) == ("churn", "churn")


def test_the_caller_is_the_bearer_token(vertex: Vertex) -> None:
    aiplatform.Model("churn")

    (call,) = vertex.env.gate.calls.dump()
    assert (call["principal"], call["status"]) == ("ada@example.com", "OK")


def test_what_is_not_there_is_not_found(vertex: Vertex) -> None:
    with pytest.raises(exceptions.NotFound, match="does not exist"):
        aiplatform.Model("churn", version="silver")


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        (None, ["churn", "own"]),
        ('display_name="Own"', ["own"]),
        ("labels.team=growth", ["churn"]),
        ('labels.team="growth" AND display_name="Own"', []),
    ],
)
def test_models_are_listed_by_their_default_version(
    vertex: Vertex, filter_: str | None, expected: list[str]
) -> None:
    uploaded()
    vertex.update(name("churn", "@1"), labels={"team": "growth"})

    models = aiplatform.Model.list(filter=filter_, order_by="create_time")

    assert [model.name for model in models] == expected
    assert {model.version_id for model in models} <= {"1"}


def test_versions_are_listed_and_looked_at(vertex: Vertex) -> None:
    vertex.update(name("churn", "@2"), version_description="tuned", labels={"stage": "live"})
    registry = aiplatform.Model("churn").versioning_registry

    versions = registry.list_versions()
    (live,) = registry.list_versions(filter="labels.stage=live")
    info = registry.get_version_info("golden")

    assert [version.version_id for version in versions] == ["1", "2"]
    assert [list(version.version_aliases) for version in versions] == [["default"], ["golden"]]
    assert live == info
    assert (info.version_id, info.version_description) == ("2", "tuned")
    assert (info.model_resource_name, info.model_display_name) == (name("churn"), "churn")


@pytest.mark.parametrize("under", ["2", "golden"], ids=["number", "alias"])
def test_aliases_are_added_and_removed(vertex: Vertex, under: str) -> None:
    registry = ModelRegistry("churn")
    registry.add_version_aliases(["live", "default"], under)
    registry.remove_version_aliases(["golden"], "live")

    assert list(registry.get_model("live").version_aliases) == ["live", "default"]
    assert registry.get_model().version_id == "2"
    assert list(registry.get_model("1").version_aliases) == []


@pytest.mark.parametrize("version", ["default", "golden"])
def test_a_model_is_updated_through_any_of_its_versions(vertex: Vertex, version: str) -> None:
    model = aiplatform.Model("churn", version=version)
    model.update(display_name="Churn", description="who leaves", labels={"team": "growth"})

    assert (model.display_name, model.description) == ("Churn", "who leaves")
    assert vertex.get("churn", "@1").labels == {"team": "growth"}
    assert vertex.get("churn", "@2").display_name == "Churn"


def test_a_version_is_updated_under_an_alias(vertex: Vertex) -> None:
    ModelRegistry("churn").update_version(
        "golden", version_description="tuned", labels={"stage": "live"}
    )

    assert vertex.get("churn", "@2").version_description == "tuned"
    assert vertex.get("churn", "@2").labels == {"stage": "live"}
    assert vertex.get("churn", "@1").labels == {}


def test_a_custom_model_is_uploaded(vertex: Vertex) -> None:
    model = uploaded(
        artifact_uri="gs://models/own",
        description="ours",
        labels={"team": "ops"},
        version_aliases=["first"],
        version_description="the first one",
        serving_container_environment_variables={"MODE": "fast"},
        serving_container_ports=[8080],
    )

    assert (model.resource_name, model.version_id) == (name("own"), "1")
    assert list(model.version_aliases) == ["first", "default"]
    assert (model.uri, model.labels, model.description) == (
        "gs://models/own",
        {"team": "ops"},
        "ours",
    )
    assert model.version_description == "the first one"


def test_a_model_may_be_a_placeholder_with_an_id_of_the_services_choice(vertex: Vertex) -> None:
    model = aiplatform.Model.upload(display_name="Placeholder")

    assert model.name.isdecimal()
    assert model.supported_deployment_resources_types == []


@pytest.mark.parametrize(
    ("options", "aliases", "default"),
    [
        ({"is_default_version": False}, [], "1"),
        ({"is_default_version": False, "version_aliases": ["trial"]}, ["trial"], "1"),
        ({}, ["default"], "2"),
        ({"version_aliases": ["live"]}, ["live", "default"], "2"),
    ],
    ids=str,
)
@pytest.mark.parametrize("parent", ["own", name("own")], ids=["id", "name"])
def test_a_version_of_a_custom_model_is_uploaded(
    vertex: Vertex, parent: str, options: dict[str, Any], aliases: list[str], default: str
) -> None:
    uploaded()
    # The SDK adds `default` to the very list that it is given.
    second = uploaded(parent_model=parent, model_id=None, **copy.deepcopy(options))

    assert (second.resource_name, second.version_id) == (name("own"), "2")
    assert list(second.version_aliases) == aliases
    assert aiplatform.Model("own").version_id == default


def test_a_version_of_a_bigquery_model_cannot_be_uploaded(vertex: Vertex) -> None:
    with pytest.raises(exceptions.BadRequest, match="BigQuery ML"):
        uploaded(parent_model="churn", model_id=None)


def test_a_custom_version_and_then_its_model_are_deleted(vertex: Vertex) -> None:
    model = uploaded()
    uploaded(parent_model="own", model_id=None)
    model.versioning_registry.delete_version("1")

    assert vertex.versions("own") == ["2"]
    aiplatform.Model("own").delete()
    with pytest.raises(exceptions.NotFound):
        aiplatform.Model("own")


DELETIONS: dict[str, Callable[[], None]] = {
    "model": lambda: aiplatform.Model("churn").delete(),
    "version": lambda: ModelRegistry("churn").delete_version("2"),
}


@pytest.mark.parametrize("what", DELETIONS)
@pytest.mark.parametrize("allowed", [False, True], ids=["refused", "allowed"])
def test_a_bigquery_model_is_deleted_from_here_only_where_a_setting_allows_it(
    vertex: Vertex, what: str, allowed: bool
) -> None:
    vertex.env.set({"bqml_delete_from_vertex_allowed": allowed})
    if allowed:
        DELETIONS[what]()
    else:
        with pytest.raises(exceptions.BadRequest, match="BigQuery ML"):
            DELETIONS[what]()

    after = [] if what == "model" else [1]
    left = [len(model["versions"]) for model in vertex.registry.dump()["models"]]
    assert left == (after if allowed else [2])


def test_a_deployed_version_is_not_deleted(vertex: Vertex) -> None:
    uploaded()
    uploaded(parent_model="own", model_id=None)
    endpoint = f"projects/{NUMBER}/locations/{REGION}/endpoints/55"
    vertex.deploy(endpoint, "own", 1)

    with pytest.raises(exceptions.BadRequest, match="can't be deleted because it's deployed"):
        ModelRegistry("own").delete_version("1")
