"""What the clean-up relies on about BigQuery's deletions: see serving_worlds.py."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from bqml_registrar.audit.statements import RefusedStatement, model_of_statement
from bqml_registrar.errors import DeliveryError, PermanentError, RetryableError, StaleError
from bqml_registrar.names import JobName, ModelName
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.models import BigQueryModel
from local.cloud.control import Control
from local.cloud.servers import Addresses
from tests.analyst import a_client
from tests.builders import CHURN
from tests.contract.real_serving import RealServingWorld
from tests.contract.serving_worlds import ENDPOINT, SLOW, ServingWorld, registered
from tests.model_names import UNUSUAL

REPLACE = (
    "CREATE OR REPLACE MODEL prod_sales.churn OPTIONS(model_type='linear_reg') AS SELECT 1 AS label"
)


def model(world: ServingWorld) -> BigQueryModel:
    found = world.catalog.get(CHURN)
    assert found is not None
    return found


def test_a_registered_model_is_deleted_and_its_version_with_it(serving: ServingWorld) -> None:
    version = registered(serving).name

    serving.deletions.delete(model(serving))

    assert serving.catalog.get(CHURN) is None
    assert serving.registry.get(version) is None


def test_a_model_that_is_gone_is_deleted(serving: ServingWorld) -> None:
    registered(serving)
    read = model(serving)
    serving.deletions.delete(read)

    serving.deletions.delete(read)

    assert serving.catalog.get(CHURN) is None


def test_a_deployed_model_stays_and_time_is_what_it_takes(serving: ServingWorld) -> None:
    serving.serve(registered(serving).name, split=(100,))

    with pytest.raises(RetryableError) as raised:
        serving.deletions.delete(model(serving))

    assert raised.value.reason is Reason.STILL_DEPLOYED
    assert serving.catalog.get(CHURN) is not None


def test_after_the_undeployment_a_delete_is_refused_for_a_while_and_then_taken(
    serving: ServingWorld,
) -> None:
    serving.serve(registered(serving).name, split=(100,))
    serving.let(refused=SLOW)
    endpoint = serving.endpoints.get(ENDPOINT)
    assert endpoint is not None
    operation = serving.endpoints.undeploy(ENDPOINT, endpoint.deployed[0].id)
    assert serving.endpoints.is_done(operation)

    with pytest.raises(RetryableError) as raised:
        serving.deletions.delete(model(serving))
    serving.pass_time(SLOW + 1)
    serving.deletions.delete(model(serving))

    assert raised.value.reason is Reason.STILL_DEPLOYED
    assert serving.catalog.get(CHURN) is None


@pytest.mark.parametrize(
    ("sql", "dataset", "kind"),
    [
        ("DROP MODEL `analytics-dev.prod_sales.churn`", "", RefusedStatement.DROP_MODEL),
        ("DROP MODEL prod_sales.churn", "", RefusedStatement.DROP_MODEL),
        ("DROP MODEL churn", "prod_sales", RefusedStatement.DROP_MODEL),
        ("SELECT 1; DROP MODEL IF EXISTS prod_sales.churn", "", RefusedStatement.DROP_MODEL),
        ("SELECT 1; DROP MODEL churn", "prod_sales", RefusedStatement.DROP_MODEL),
        (REPLACE, "", RefusedStatement.REPLACE_MODEL),
    ],
    ids=["full name", "no project", "default dataset", "script", "script's default", "replace"],
)
def test_a_refused_job_tells_which_model_it_was_about(
    serving: ServingWorld, sql: str, dataset: str, kind: RefusedStatement
) -> None:
    serving.serve(registered(serving).name, split=(100,))
    job = serving.run(sql, dataset)

    found = serving.deletions.statement(job, "US")

    assert found is not None
    assert model_of_statement(found.sql, found.default_project, found.default_dataset) == (
        kind,
        CHURN,
    )
    assert serving.catalog.get(CHURN) is not None


def test_a_job_that_is_not_there_tells_nothing(serving: ServingWorld) -> None:
    job = JobName(project=CHURN.project, job="no_such_job")

    assert serving.deletions.statement(job, "US") is None


# What only the local cloud can be set to.


@pytest.fixture
def real(local_cloud: Addresses, control: Control) -> ServingWorld:
    """The adapters, and `churn` deployed."""
    world = RealServingWorld(local_cloud, control)
    world.serve(registered(world).name, split=(100,))
    return world


@pytest.mark.parametrize("words", ["wrapped", "wrapped-sdk-issue", "sdk-issue"])
def test_in_whichever_words_a_delete_is_refused_time_is_what_it_takes(
    real: ServingWorld, control: Control, words: str
) -> None:
    control.settings(refused_delete_text=words)

    with pytest.raises(RetryableError) as raised:
        real.deletions.delete(model(real))

    assert raised.value.reason is Reason.STILL_DEPLOYED


@pytest.mark.parametrize(
    ("settings", "named"),
    [({}, None), ({"refused_job_names_model": ["DROP_MODEL"]}, CHURN)],
    ids=["not named", "named"],
)
def test_the_destination_of_a_refused_drop_is_told_where_the_job_has_one(
    real: ServingWorld, control: Control, settings: dict[str, list[str]], named: ModelName | None
) -> None:
    control.settings(**settings)

    found = real.deletions.statement(real.run("DROP MODEL prod_sales.churn"), "US")

    assert found is not None
    assert found.destination == named


def test_a_job_that_is_no_query_tells_nothing(real: ServingWorld) -> None:
    client = a_client()
    copy = client.copy_table("analytics-dev.prod_sales.churn", "analytics-dev.prod_sales.copied")
    copy.result(timeout=10)

    assert real.deletions.statement(JobName(project=copy.project, job=copy.job_id), "US") is None


def test_a_job_that_may_not_be_read_tells_nothing(real: ServingWorld, control: Control) -> None:
    job = real.run("DROP MODEL prod_sales.churn")
    control.fault("JobService.GetJob", "error_before", status="PERMISSION_DENIED")

    assert real.deletions.statement(job, "US") is None


@pytest.mark.parametrize(
    ("reason", "kind", "told"),
    [
        ("rateLimitExceeded", RetryableError, Reason.SERVICE_UNAVAILABLE),
        ("accessNotConfigured", PermanentError, Reason.API_DISABLED),
    ],
)
def test_a_403_that_is_not_about_the_job_does_not_count_as_a_job_that_tells_nothing(
    real: ServingWorld, control: Control, reason: str, kind: type[DeliveryError], told: Reason
) -> None:
    job = real.run("DROP MODEL prod_sales.churn")
    control.fault("JobService.GetJob", "error_before", status="PERMISSION_DENIED", reason=reason)

    with pytest.raises(kind) as failed:
        real.deletions.statement(job, "US")

    assert failed.value.reason is told


@pytest.mark.parametrize("unusual", UNUSUAL.values(), ids=UNUSUAL)
def test_a_model_of_any_name_is_deleted(serving: ServingWorld, unusual: str) -> None:
    name = replace(CHURN, model=unusual)
    serving.train(name, {})
    read = serving.catalog.get(name)
    assert read is not None

    serving.deletions.delete(read)

    assert serving.catalog.get(name) is None


@pytest.mark.parametrize("honoured", [True, False], ids=["honoured", "ignored"])
def test_the_etag_that_was_read_goes_along_for_a_service_that_honours_it(
    local_cloud: Addresses, control: Control, honoured: bool
) -> None:
    world = RealServingWorld(local_cloud, control)
    registered(world)
    read = model(world)
    world.catalog.patch(read, {"reviewed": "yes"})
    control.settings(deletes_check_etag=honoured)

    if honoured:
        with pytest.raises(StaleError):
            world.deletions.delete(read)
    else:
        world.deletions.delete(read)

    assert (world.catalog.get(CHURN) is not None) is honoured
