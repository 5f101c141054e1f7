"""The job that created a model: which one it is, and which ones it is not."""

from __future__ import annotations

import pytest
from google.cloud import bigquery
from msgspec.structs import replace

from bqml_registrar.adapters.bigquery import BigQueryCatalog
from bqml_registrar.names import JobName
from local.cloud.control import Control
from tests.analyst import a_client, create_dataset, train
from tests.builders import CHURN
from tests.contract.worlds import World


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
