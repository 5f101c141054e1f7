"""Names of resources: what is one, what is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bqml_registrar.names import (
    EndpointName,
    JobName,
    ModelName,
    VertexName,
    bare_model_id,
    is_model_id,
    vertex_region,
)
from tests.builders import CHURN
from tests.model_names import MODEL_IDS, NO_NAMES, UNUSUAL

RESOURCE = "projects/analytics-dev/datasets/prod_sales/models/churn"


def test_a_models_name_is_read_and_written_alike() -> None:
    name = ModelName.parse(RESOURCE)

    assert name == ModelName(project="analytics-dev", dataset="prod_sales", model="churn")
    assert str(name) == RESOURCE


@pytest.mark.parametrize(
    "resource",
    [
        "projects/example.com:analytics/datasets/sales/models/churn",
        "projects/analytics-dev/datasets/Sales_1/models/Churn-2",
        "projects/analytics-dev/datasets/_temp/models/größe",
        f"projects/analytics-dev/datasets/sales/models/{'m' * 1024}",
    ],
)
def test_names_as_bigquery_allows_them_are_read(resource: str) -> None:
    assert str(ModelName.parse(resource)) == resource


@pytest.mark.parametrize(
    "resource",
    [
        "",
        "projects/analytics-dev/datasets/prod_sales/tables/churn",
        "projects/analytics-dev/locations/us-central1/models/churn",
        "projects/analytics-dev/datasets/prod_sales/models/",
        "projects/analytics-dev/datasets/prod-sales/models/churn",
        "projects/analytics-dev/datasets/prod_sales/models/churn/versions/1",
        "projects/analytics-dev/datasets/prod_sales/models/churn@1",
        "projects/analytics-dev/datasets/prod_sales/models/churn\n",
        "projects/-/datasets/prod_sales/models/churn",
        f"{RESOURCE}/{RESOURCE}",
        f"projects/analytics-dev/datasets/sales/models/{'m' * 1025}",
    ],
)
def test_anything_else_is_not_a_models_name(resource: str) -> None:
    with pytest.raises(ValueError, match="is not "):
        ModelName.parse(resource)


@pytest.mark.parametrize("model", UNUSUAL.values(), ids=UNUSUAL)
def test_a_model_is_named_as_a_table_may_be(model: str) -> None:
    name = ModelName.parse(f"projects/analytics-dev/datasets/prod_sales/models/{model}")

    assert name == replace(CHURN, model=model)
    assert is_model_id(model)


@pytest.mark.parametrize("model", NO_NAMES.values(), ids=NO_NAMES)
def test_other_characters_are_refused_and_told_in_plain_ones(model: str) -> None:
    with pytest.raises(ValueError, match="is not ") as refused:
        replace(CHURN, model=model)

    assert str(refused.value).isprintable()
    assert not is_model_id(model)


@given(MODEL_IDS)
def test_a_name_comes_back_from_its_text_as_it_was(model: str) -> None:
    name = replace(CHURN, model=model)

    assert ModelName.parse(str(name)) == name
    assert ModelName.of_destination_table(str(name).replace("/models/", "/tables/")) == name


def test_a_name_is_not_normalised() -> None:
    composed, decomposed = "mod\u00e8le", "mode\u0300le"

    assert replace(CHURN, model=composed) != replace(CHURN, model=decomposed)


@given(st.text())
def test_any_text_is_a_name_or_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not "):
        ModelName.parse(text)
    with pytest.raises(ValueError, match="is not "):
        JobName.parse(text)


def test_a_destination_table_names_its_model() -> None:
    table = RESOURCE.replace("/models/", "/tables/")

    assert ModelName.of_destination_table(table) == ModelName.parse(RESOURCE)
    with pytest.raises(ValueError, match="is not "):
        ModelName.of_destination_table(RESOURCE)


def test_a_jobs_name_is_read() -> None:
    job = JobName.parse("projects/analytics-dev/jobs/bquxjob_1-a")

    assert job == JobName(project="analytics-dev", job="bquxjob_1-a")


@pytest.mark.parametrize("resource", ["projects/<redacted>/jobs/a", "projects/analytics-dev/jobs/"])
def test_a_redacted_job_has_no_name(resource: str) -> None:
    with pytest.raises(ValueError, match="is not "):
        JobName.parse(resource)


def test_a_version_is_named_after_its_model() -> None:
    model = VertexName(project="analytics-dev", region="us-central1", model_id="prod_sales-churn")

    assert str(model) == "projects/analytics-dev/locations/us-central1/models/prod_sales-churn"
    assert str(model.at("2")) == f"{model}@2"
    assert str(model.at("2").at("3")) == f"{model}@3"


@pytest.mark.parametrize(
    ("location", "region"),
    [
        ("US", "us-central1"),
        ("EU", "europe-west4"),
        ("us", "us-central1"),
        ("asia-northeast1", "asia-northeast1"),
        ("europe-west4", "europe-west4"),
    ],
)
def test_a_location_has_its_region(location: str, region: str) -> None:
    assert vertex_region(location) == region


@pytest.mark.parametrize(
    "vertex_model_id",
    [
        "churn",
        "churn@2",
        "projects/1/locations/us-central1/models/churn",
        "projects/1/locations/us-central1/models/churn@2",
    ],
)
def test_a_vertex_id_reads_bare_or_as_a_path(vertex_model_id: str) -> None:
    assert bare_model_id(vertex_model_id) == "churn"


@pytest.mark.parametrize(
    "region",
    ["", "us.central1", "evil.example:443", "us/central1", "US", "us-central1\n", "x" * 81],
)
def test_what_is_no_region_is_no_part_of_an_endpoints_name(region: str) -> None:
    """It becomes a part of the host that our credentials go to."""
    with pytest.raises(ValueError, match="is not projects/P/locations/L/endpoints/E"):
        EndpointName.parse(f"projects/1/locations/{region}/endpoints/7")
