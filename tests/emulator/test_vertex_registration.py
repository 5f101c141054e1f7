"""What BigQuery does to the registry, seen through the official client."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from google.api_core import exceptions
from google.cloud.aiplatform_v1.types import Model, ModelSourceInfo

from emulator.errors import ServiceError
from tests.emulator.vertex_server import CALLER, NUMBER, PROJECT, REGION, Vertex, name, serve

ENDPOINT = f"projects/{NUMBER}/locations/{REGION}/endpoints/55"


@pytest.fixture
def vertex() -> Iterator[Vertex]:
    with serve() as served:
        yield served


def test_the_first_registration_becomes_version_1_and_carries_default(vertex: Vertex) -> None:
    number = vertex.register("churn", aliases=["golden"])

    model = vertex.get("churn")

    assert number == "1"
    assert (model.name, model.display_name, model.version_id) == (name("churn"), "churn", "1")
    assert sorted(model.version_aliases) == ["default", "golden"]
    assert model.model_source_info.source_type == ModelSourceInfo.ModelSourceType.BQML
    assert model.supported_deployment_resources_types == [
        Model.DeploymentResourcesType.DEDICATED_RESOURCES
    ]


def test_a_second_model_under_one_id_becomes_version_2_and_default_stays(vertex: Vertex) -> None:
    vertex.register("churn")

    assert vertex.register("churn") == "2"
    assert vertex.get("churn").version_id == "1"
    assert vertex.versions("churn") == ["1", "2"]


def test_default_moves_to_the_newest_version_when_the_setting_says_so(vertex: Vertex) -> None:
    vertex.env.set({"default_alias_moves": True})
    vertex.register("churn")
    vertex.register("churn")

    assert vertex.get("churn").version_id == "2"
    assert list(vertex.get("churn", "@1").version_aliases) == []


def test_an_alias_in_use_moves_to_the_version_registered_with_it(vertex: Vertex) -> None:
    vertex.register("churn", aliases=["golden"])
    vertex.register("churn", aliases=["golden"])

    assert vertex.get("churn", "@golden").version_id == "2"
    assert list(vertex.get("churn", "@1").version_aliases) == ["default"]


def test_a_number_is_not_reused_while_the_model_exists(vertex: Vertex) -> None:
    vertex.register("churn")
    vertex.register("churn")
    vertex.registry.remove_bqml_version(PROJECT, REGION, "churn", "2")

    assert vertex.register("churn") == "3"
    assert vertex.versions("churn") == ["1", "3"]


def test_removing_the_default_version_passes_default_to_the_most_recent_one(vertex: Vertex) -> None:
    for _ in range(3):
        vertex.register("churn")
    vertex.registry.remove_bqml_version(PROJECT, REGION, "churn", "1")

    assert vertex.get("churn").version_id == "3"


def test_removing_the_last_version_removes_the_model_and_its_numbering(vertex: Vertex) -> None:
    vertex.register("churn")
    vertex.registry.remove_bqml_version(PROJECT, REGION, "churn", "1")

    with pytest.raises(exceptions.NotFound, match="The Model does not exist"):
        vertex.get("churn")
    assert vertex.register("churn") == "1"


def test_removing_a_version_that_is_gone_changes_nothing(vertex: Vertex) -> None:
    vertex.register("churn")
    before = vertex.registry.dump()

    vertex.registry.remove_bqml_version(PROJECT, REGION, "churn", "7")
    vertex.registry.remove_bqml_version(PROJECT, REGION, "other", "1")

    assert vertex.registry.dump() == before


def test_a_deployed_version_cannot_be_removed(vertex: Vertex) -> None:
    vertex.register("churn")
    vertex.deploy(ENDPOINT)

    with pytest.raises(ServiceError) as refused:
        vertex.registry.remove_bqml_version(PROJECT, REGION, "churn", "1")

    assert refused.value.status == "FAILED_PRECONDITION"
    assert str(refused.value) == (
        f"The Model is deployed or being deployed at the following Endpoint(s): {ENDPOINT}. "
        "Please undeploy the model before retry."
    )
    assert vertex.registry.deployed(PROJECT, REGION, "churn", "1")
    assert vertex.get("churn").deployed_models[0].endpoint == ENDPOINT


def test_a_version_is_absent_from_the_api_until_its_latency_has_passed(vertex: Vertex) -> None:
    vertex.env.set({"version_latency": 60.0})
    vertex.register("churn")

    assert vertex.registry.pending() == ["vertex version churn@1"]
    with pytest.raises(exceptions.NotFound):
        vertex.get("churn")
    vertex.env.clock.advance(60)

    assert vertex.get("churn").version_id == "1"
    assert vertex.registry.pending() == []


def test_aliases_leave_the_old_version_only_when_the_new_one_appears(vertex: Vertex) -> None:
    vertex.register("churn", aliases=["golden"])
    vertex.get("churn")
    vertex.env.set({"version_latency": 60.0})
    vertex.register("churn", aliases=["golden", "default"])

    assert vertex.get("churn", "@golden").version_id == "1"
    assert vertex.versions("churn") == ["1"]
    vertex.env.clock.advance(60)

    assert vertex.get("churn", "@golden").version_id == "2"
    assert vertex.get("churn").version_id == "2"


def test_a_version_removed_before_it_appears_takes_no_aliases(vertex: Vertex) -> None:
    vertex.register("churn", aliases=["golden"])
    vertex.env.set({"version_latency": 60.0})
    vertex.register("churn", aliases=["golden"])
    vertex.registry.remove_bqml_version(PROJECT, REGION, "churn", "2")
    vertex.env.clock.advance(60)

    assert vertex.get("churn", "@golden").version_id == "1"


def test_labels_reach_the_version_only_when_the_setting_says_so(vertex: Vertex) -> None:
    vertex.register("plain", labels={"team": "growth"})
    vertex.env.set({"labels_copied_to_registry": True})
    vertex.register("labelled", labels={"team": "growth"})

    assert dict(vertex.get("plain").labels) == {}
    assert dict(vertex.get("labelled").labels) == {"team": "growth"}


@pytest.mark.parametrize("model_id", ["a", "_a", "a-b_1", "a" * 63])
def test_a_model_id_of_the_documented_form_is_accepted(vertex: Vertex, model_id: str) -> None:
    vertex.registry.check_model_id(model_id)


@pytest.mark.parametrize("model_id", ["", "1a", "-a", "A", "a.b", "ü", "a" * 64])
def test_a_model_id_that_breaks_the_rule_is_refused(vertex: Vertex, model_id: str) -> None:
    with pytest.raises(ServiceError) as refused:
        vertex.register(model_id)

    assert refused.value.status == "INVALID_ARGUMENT"


@pytest.mark.parametrize("alias", ["1", "x", "ends-", "ends_", "_begins", "Upper", "inUpper"])
def test_an_alias_of_another_form_is_refused_unless_the_setting_allows_it(
    vertex: Vertex, alias: str
) -> None:
    with pytest.raises(ServiceError, match="Invalid version alias"):
        vertex.register("churn", aliases=[alias])
    vertex.env.set({"bqml_aliases_follow_format": False})
    vertex.register("churn", aliases=[alias])

    assert alias in vertex.get("churn").version_aliases


def test_an_alias_with_an_underscore_comes_with_the_registration_and_not_by_a_merge(
    vertex: Vertex,
) -> None:
    vertex.register("churn", aliases=["logistic_reg"])

    with pytest.raises(exceptions.InvalidArgument, match="Invalid version alias"):
        vertex.client.merge_version_aliases(
            name=name("churn", "@1"), version_aliases=["linear_reg"]
        )
    assert list(vertex.get("churn", "@logistic_reg").version_aliases) == ["default", "logistic_reg"]


def test_an_id_of_a_model_from_elsewhere_is_refused(vertex: Vertex) -> None:
    own = {"number": 1, "aliases": ["default"]}
    elsewhere = {"project": PROJECT, "location": REGION, "model_id": "churn", "versions": [own]}
    vertex.registry.load({"models": [{**elsewhere, "source": "CUSTOM"}]})

    with pytest.raises(ServiceError) as refused:
        vertex.register("churn")

    assert refused.value.status == "FAILED_PRECONDITION"


def test_a_multi_region_has_no_registry(vertex: Vertex) -> None:
    with pytest.raises(ServiceError, match="'US' is not a region"):
        vertex.registry.register_bqml(PROJECT, "US", "churn", caller=CALLER)
