"""The registry's state as the control API reads and writes it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from google.api_core import exceptions

from emulator.errors import ServiceError
from tests.emulator.vertex_server import NUMBER, PROJECT, REGION, Vertex, name, serve

VERSION: dict[str, Any] = {"number": 1, "aliases": ["default"]}
MODEL: dict[str, Any] = {
    "project": PROJECT,
    "location": REGION,
    "model_id": "churn",
    "versions": [VERSION],
}


@pytest.fixture
def vertex() -> Iterator[Vertex]:
    with serve(
        version_latency=60.0, operation_latency=60.0, bqml_delete_from_vertex_allowed=True
    ) as served:
        yield served


def test_a_dump_is_json_that_loads_to_the_same_state(vertex: Vertex) -> None:
    vertex.register("churn", aliases=["golden"])
    vertex.env.clock.advance(60)
    vertex.register("churn")
    vertex.client.delete_model(name=name("churn"))
    dumped = json.loads(json.dumps(vertex.registry.dump()))

    vertex.registry.reset()
    vertex.registry.load(dumped)

    assert vertex.registry.dump() == dumped


def test_what_was_under_way_goes_on_after_a_load(vertex: Vertex) -> None:
    vertex.register("churn")
    vertex.env.clock.advance(60)
    begun = vertex.client.delete_model(name=name("churn")).operation
    vertex.register("other")
    vertex.registry.load(vertex.registry.dump())

    assert len(vertex.registry.pending()) == 2
    vertex.env.clock.advance(60)

    assert vertex.operation(begun.name).done
    assert vertex.get("other").version_id == "1"
    assert vertex.registry.pending() == []


def test_a_model_written_by_hand_needs_little(vertex: Vertex) -> None:
    deployed = {"endpoint": "projects/1/locations/us-east1/endpoints/5", "id": "77"}
    vertex.registry.load(
        {"models": [{**MODEL, "versions": [{**VERSION, "deployed_models": [deployed]}]}]}
    )

    model = vertex.get("churn")

    assert (model.display_name, model.version_id) == ("churn", "1")
    assert model.deployed_models[0].deployed_model_id == "77"
    assert vertex.register("churn") == "2"


@pytest.mark.parametrize(
    "state",
    [
        {"indexes": []},
        {"models": [{**MODEL, "size": 3}]},
        {"models": [{"model_id": "churn", "versions": [VERSION]}]},
        {"models": [{**MODEL, "versions": []}]},
        {"models": [{**MODEL, "versions": [{"number": 1}]}]},
        {"models": [{**MODEL, "versions": [VERSION, {**VERSION, "number": 2}]}]},
        {"models": [{**MODEL, "versions": [VERSION, {"number": 1}]}]},
        {"models": [{**MODEL, "source": "HOMEMADE"}]},
        {"models": [{**MODEL, "versions": [{**VERSION, "content": {"size": 3}}]}]},
        {"operations": [{"id": "1"}]},
    ],
    ids=[
        "unknown-part",
        "unknown-field",
        "missing",
        "no-version",
        "no-default",
        "alias-twice",
        "number-twice",
        "source",
        "content",
        "operation",
    ],
)
def test_a_state_that_makes_no_sense_is_refused(vertex: Vertex, state: dict[str, Any]) -> None:
    with pytest.raises(ServiceError) as refused:
        vertex.registry.load(state)

    assert refused.value.status == "INVALID_ARGUMENT"


def test_project_numbers_stay_through_a_load_that_does_not_name_them(vertex: Vertex) -> None:
    vertex.registry.project_number("first")
    number = vertex.registry.project_number("second")
    vertex.registry.load({"models": [MODEL]})

    assert vertex.registry.project_number("second") == number
    assert vertex.registry.project_number(number) == number


def test_a_reset_forgets_everything(vertex: Vertex) -> None:
    vertex.registry.project_number("other")
    vertex.register("churn")
    vertex.registry.reset()
    vertex.env.clock.advance(60)

    assert vertex.registry.dump() == {
        "project_numbers": {},
        "models": [],
        "endpoints": [],
        "operations": [],
    }
    assert vertex.registry.pending() == []
    assert vertex.registry.project_number(PROJECT) == NUMBER
    with pytest.raises(exceptions.NotFound):
        vertex.get("churn")
