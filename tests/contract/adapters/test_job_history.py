"""The job that created a model: which one it is, and which ones it is not."""

from __future__ import annotations

import pytest
from google.cloud import bigquery
from msgspec.structs import replace

from bqml_registrar.adapters import job_history
from bqml_registrar.adapters.bigquery import BigQueryCatalog
from bqml_registrar.names import JobName, ModelName
from bqml_registrar.resources.models import BigQueryModel
from local.cloud.control import Control
from tests.analyst import a_client, create_dataset, train
from tests.builders import CHURN
from tests.contract.worlds import World

COPY = replace(CHURN, model="copy")
CHURN_TABLE = f"{CHURN.project}.{CHURN.dataset}.{CHURN.model}"
COPY_TABLE = f"{COPY.project}.{COPY.dataset}.{COPY.model}"
RETRAIN = (
    "CREATE OR REPLACE MODEL prod_sales.churn OPTIONS(model_type='linear_reg') AS SELECT 1 AS label"
)


def read(catalog: BigQueryCatalog, name: ModelName = CHURN) -> BigQueryModel:
    model = catalog.get(name)
    assert model is not None
    return model


def listings(control: Control) -> list[object]:
    return [call for call in control.calls() if call["method"].endswith("JobService.ListJobs")]


def test_a_job_of_another_model_is_not_taken_for_the_creating_one(
    catalog: BigQueryCatalog,
) -> None:
    model = catalog.get(CHURN)
    assert model is not None
    create_dataset("other")
    other = train(
        type(CHURN)(project="analytics-dev", dataset="other", model="m"), principal="bo@x"
    )

    origin = catalog.origin(model, JobName(project="analytics-dev", job=other.job_id))

    assert origin is not None
    assert origin.creator == "ana@example.com"


def test_a_job_that_writes_the_name_in_another_case_is_the_creating_one_if_the_event_names_it(
    catalog: BigQueryCatalog,
) -> None:
    dataset = a_client().get_dataset("prod_sales")
    dataset.is_case_insensitive = True
    a_client().update_dataset(dataset, ["is_case_insensitive"])
    statement = "CREATE OR REPLACE MODEL prod_sales.CHURN OPTIONS(model_type='linear_reg') AS SELECT 1 AS label"
    job = a_client("bo@example.com").query(statement)
    job.result(timeout=10)
    model = catalog.get(replace(CHURN, model="CHURN"))
    assert model is not None

    origin = catalog.origin(model, JobName(project="analytics-dev", job=job.job_id))

    assert model.name == CHURN
    assert origin is not None
    assert origin.creator == "bo@example.com"


def test_a_job_that_ended_before_the_model_was_made_is_not_taken_for_the_creating_one(
    catalog: BigQueryCatalog,
) -> None:
    (first,) = a_client().list_jobs()
    statement = "CREATE OR REPLACE MODEL prod_sales.churn OPTIONS(model_type='linear_reg') AS SELECT 1 AS label"
    a_client("bo@example.com").query(statement).result(timeout=10)
    model = catalog.get(CHURN)
    assert model is not None

    origin = catalog.origin(model, JobName(project="analytics-dev", job=first.job_id))

    assert origin is not None
    assert origin.creator == "bo@example.com"


def test_a_job_of_a_script_is_found_when_no_event_names_it(catalog: BigQueryCatalog) -> None:
    statement = "CREATE OR REPLACE MODEL prod_sales.churn OPTIONS(model_type='linear_reg') AS SELECT 1 AS label"
    config = bigquery.QueryJobConfig(labels={"vertex": "register"})
    a_client("bo@example.com").query(f"{statement}; SELECT 1", job_config=config).result(timeout=10)
    model = catalog.get(CHURN)
    assert model is not None

    origin = catalog.origin(model, None)

    assert origin is not None
    assert origin.job.job.startswith("script_job_")
    assert (origin.creator, origin.labels) == ("bo@example.com", {"vertex": "register"})


def test_a_copy_job_is_the_origin_of_its_model(catalog: BigQueryCatalog) -> None:
    copied = bigquery.CopyJobConfig(labels={"vertex": "register"})
    job = a_client("dana@example.com").copy_table(CHURN_TABLE, COPY_TABLE, job_config=copied)
    job.result(timeout=10)

    for named in (None, JobName(project="analytics-dev", job=job.job_id)):
        origin = catalog.origin(read(catalog, COPY), named)

        assert origin is not None
        assert (origin.job.job, origin.kind, origin.replaced) == (job.job_id, "copy", False)
        assert (origin.creator, origin.labels) == ("dana@example.com", {"vertex": "register"})


def test_a_copy_over_a_model_takes_the_place_of_the_job_that_made_it(
    catalog: BigQueryCatalog,
) -> None:
    train(COPY)
    over = bigquery.CopyJobConfig(write_disposition="WRITE_TRUNCATE")
    dana = a_client("dana@example.com")
    dana.copy_table(CHURN_TABLE, COPY_TABLE, job_config=over).result(timeout=10)

    origin = catalog.origin(read(catalog, COPY), None)

    assert origin is not None
    assert (origin.creator, origin.kind) == ("dana@example.com", "copy")


@pytest.mark.parametrize("hours", [20, 30, 72, 94])
def test_the_job_of_a_long_training_is_found(
    catalog: BigQueryCatalog, control: Control, hours: int
) -> None:
    control.settings(job_latency=hours * 3600.0)
    job = a_client("bo@example.com").query(RETRAIN)
    control.advance(hours * 3600.0)
    job.result(timeout=10)

    origin = catalog.origin(read(catalog), None)

    assert origin is not None
    assert (origin.job.job, origin.replaced) == (job.job_id, True)


@pytest.mark.parametrize("place", ["US", "europe-west4"])
def test_a_job_of_a_script_is_found_where_it_ran_whatever_else_ran_then(
    catalog: BigQueryCatalog, control: Control, place: str
) -> None:
    bo, dataset = a_client("bo@example.com"), f"at_{place[:2].lower()}"
    made = bigquery.Dataset(f"analytics-dev.{dataset}")
    made.location = place
    bo.create_dataset(made)
    control.settings(job_latency=60.0)
    sql = RETRAIN.replace("prod_sales", dataset)
    mine = bo.query(f"SELECT 1; {sql}", job_id="night", location=place, job_retry=None)
    others = [
        bo.query(f"SELECT {n}; {RETRAIN.replace('churn', f'm{n}')}", location="US")
        for n in range(12)
    ]
    elsewhere = "US" if place != "US" else "EU"
    others.append(
        bo.query("SELECT 1; SELECT 2", job_id="night", location=elsewhere, job_retry=None)
    )
    control.advance(60.0)
    for job in (mine, *others):
        job.result(timeout=10)

    origin = catalog.origin(read(catalog, replace(CHURN, dataset=dataset)), None)

    assert origin is not None
    assert origin.job.job.startswith("script_job_")
    assert origin.creator == "bo@example.com"


def test_a_busy_project_is_read_page_by_page_as_far_as_needed(
    catalog: BigQueryCatalog, control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_history, "_PAGE", 3)
    control.settings(job_latency=3600.0)
    bo = a_client("bo@example.com")
    job, others = bo.query(RETRAIN), [bo.query(f"SELECT {n}") for n in range(7)]
    control.advance(3600.0)
    for each in (job, *others):
        each.result(timeout=10)
    model, before = read(catalog), len(listings(control))

    origin = catalog.origin(model, None)

    assert origin is not None
    assert origin.job.job == job.job_id
    assert len(listings(control)) - before == 3


def test_the_search_ends_after_so_many_jobs(
    catalog: BigQueryCatalog, control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_history, "_MOST_JOBS", 2)
    control.settings(job_latency=3600.0)
    bo = a_client("bo@example.com")
    jobs = [bo.query(RETRAIN), *(bo.query(f"SELECT {n}") for n in range(3))]
    control.advance(3600.0)
    for each in jobs:
        each.result(timeout=10)

    assert catalog.origin(read(catalog), None) is None


def test_a_job_that_an_event_names_costs_no_list(
    catalog: BigQueryCatalog, control: Control
) -> None:
    (job,) = a_client().list_jobs()
    before = len(listings(control))

    catalog.origin(read(catalog), JobName(project="analytics-dev", job=job.job_id))

    assert len(listings(control)) == before


def test_a_job_that_we_may_not_read_is_looked_for_in_the_history(
    catalog: BigQueryCatalog, control: Control
) -> None:
    model = catalog.get(CHURN)
    assert model is not None
    control.fault("JobService.GetJob", "error_before", status="PERMISSION_DENIED")

    origin = catalog.origin(model, JobName(project="elsewhere-1", job="job_1"))

    assert origin is not None
    assert origin.creator == "ana@example.com"


def test_a_job_tells_which_model_it_created(world: World) -> None:
    job = world.train(CHURN, {})

    assert world.catalog.created_by_job(job, "US") == CHURN
    assert world.catalog.created_by_job(replace(job, job="no_such_job"), "US") is None


@pytest.mark.parametrize("named", [True, False], ids=["named by the event", "from the history"])
def test_the_creating_job_tells_creator_and_labels(world: World, named: bool) -> None:
    job = world.train(CHURN, {"vertex": "register"})
    model = world.catalog.get(CHURN)
    assert model is not None

    origin = world.catalog.origin(model, job if named else None)

    assert origin is not None
    assert (origin.job, origin.creator) == (job, "ana@example.com")
    assert origin.labels == {"vertex": "register"}
