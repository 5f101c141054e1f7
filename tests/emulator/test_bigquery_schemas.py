"""DDL of datasets, run as query jobs by the official client."""

import pytest
from google.api_core import exceptions
from google.cloud import bigquery

from tests.emulator.bigquery_server import LINEAR, REGISTERED, BigQueryServer, event_of, run

DAY_MS = 86_400_000


@pytest.fixture
def client(server: BigQueryServer) -> bigquery.Client:
    return server.client()


def names(client: bigquery.Client) -> list[str]:
    return [item.dataset_id for item in client.list_datasets()]


def test_a_schema_is_a_dataset(client) -> None:
    run(client, "CREATE SCHEMA sales")
    dataset = client.get_dataset("sales")

    assert (dataset.location, dataset.labels, dataset.description) == ("US", {}, None)
    run(client, f"CREATE MODEL sales.m {LINEAR}")
    assert [model.model_id for model in client.list_models("sales")] == ["m"]


def test_options_become_fields_of_the_dataset(client) -> None:
    options = (
        "location='EU', labels=[('team', 'ml'), ('stage', 'dev')], description='All of it',"
        " friendly_name='Sales', default_table_expiration_days=0.5, default_partition_expiration_days=2,"
        " default_kms_key_name='k', max_time_travel_hours=72, storage_billing_model='PHYSICAL',"
        " is_case_insensitive=TRUE, default_rounding_mode='ROUND_HALF_EVEN'"
    )
    job = run(client, f"CREATE SCHEMA `shop.sales` DEFAULT COLLATE 'und:ci' OPTIONS({options})")
    dataset = client.get_dataset("sales")

    assert (job.location, dataset.location) == ("EU", "EU")
    assert dataset.labels == {"team": "ml", "stage": "dev"}
    assert (dataset.description, dataset.friendly_name) == ("All of it", "Sales")
    assert dataset.default_table_expiration_ms == DAY_MS // 2
    assert dataset.default_partition_expiration_ms == 2 * DAY_MS
    assert dataset.default_encryption_configuration.kms_key_name == "k"
    assert (int(dataset.max_time_travel_hours), dataset.storage_billing_model) == (72, "PHYSICAL")
    assert dataset.is_case_insensitive
    assert dataset.default_rounding_mode == "ROUND_HALF_EVEN"
    assert dataset.to_api_repr()["defaultCollation"] == "und:ci"


def test_null_is_no_value(client) -> None:
    run(client, "CREATE SCHEMA sales OPTIONS(location=NULL, description=NULL, labels=NULL)")
    dataset = client.get_dataset("sales")

    assert (dataset.location, dataset.description, dataset.labels) == ("US", None, {})


def test_a_job_tells_which_dataset_it_made_and_which_it_dropped(client) -> None:
    made = run(client, "CREATE SCHEMA sales")
    dropped = run(client, "DROP SCHEMA sales RESTRICT")

    assert (made.statement_type, made.ddl_operation_performed) == ("CREATE_SCHEMA", "CREATE")
    assert (dropped.statement_type, dropped.ddl_operation_performed) == ("DROP_SCHEMA", "DROP")
    target = {"projectId": "shop", "datasetId": "sales"}
    statistics = [job._properties["statistics"]["query"] for job in (made, dropped)]
    assert [each["ddlTargetDataset"] for each in statistics] == [target, target]
    assert names(client) == []


def test_a_dry_run_makes_nothing(client) -> None:
    config = bigquery.QueryJobConfig(dry_run=True)
    job = client.query("CREATE SCHEMA sales", job_config=config)

    assert job.statement_type == "CREATE_SCHEMA"
    assert names(client) == []


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE SCHEMA IF NOT EXISTS sales OPTIONS(description='new')",
        "DROP SCHEMA IF EXISTS nowhere",
        "DROP SCHEMA IF EXISTS nowhere CASCADE",
    ],
    ids=["create", "drop", "cascade"],
)
def test_a_statement_with_nothing_to_do_is_skipped(server, client, sql: str) -> None:
    client.create_dataset("sales")
    before = client.get_dataset("sales").etag
    server.clear_entries()

    assert run(client, sql).ddl_operation_performed == "SKIP"
    assert server.events() == ["jobInsertion", "jobChange"]
    assert client.get_dataset("sales").etag == before


@pytest.mark.parametrize(
    ("sql", "reason", "text"),
    [
        ("CREATE SCHEMA sales", "duplicate", "Already Exists: Dataset shop:sales"),
        ("DROP SCHEMA nowhere", "notFound", "Not found: Dataset shop:nowhere was not found in location US"),
        ("DROP SCHEMA sales", "resourceInUse", "Dataset shop:sales is still in use"),
        ("DROP SCHEMA sales RESTRICT", "resourceInUse", "Dataset shop:sales is still in use"),
        ("DROP SCHEMA sales CASCADE", "invalid", "Please undeploy the model before retry"),
        ("CREATE SCHEMA `a-b`", "invalid", 'Invalid dataset ID "a-b"'),
        ("CREATE SCHEMA `region-us`", "invalid", 'Invalid dataset ID "region-us"'),
        ("CREATE SCHEMA a.b.c", "invalidQuery", 'Invalid dataset name "a.b.c"'),
        ("CREATE SCHEMA new OPTIONS(colour='red')", "invalidQuery", "Unknown option: colour"),
        ("CREATE SCHEMA new OPTIONS(description=5)", "invalidQuery", "Option description value has type INT64"),
        ("CREATE SCHEMA new OPTIONS(labels=[('Team', 'ml')])", "invalid", 'Invalid label key "Team"'),
        ("CREATE SCHEMA new OPTIONS(is_primary=TRUE)", "notImplemented", "is_primary"),
        ("CREATE SCHEMA new OPTIONS(default_table_expiration_days=1+1)", "notImplemented", "default_table_expiration_days"),
        ("CREATE OR REPLACE SCHEMA new", "notImplemented", "CREATE OR REPLACE SCHEMA"),
        ("CREATE SCHEMA 'new'", "invalidQuery", "Syntax error: Unexpected string literal"),
        ("CREATE SCHEMA new DEFAULT COLLATE und", "invalidQuery", "Syntax error"),
        ("DROP SCHEMA sales CASCADE RESTRICT", "invalidQuery", "Syntax error"),
    ],
    ids=lambda value: value if " " in value and value.isupper() else None,
)  # fmt: skip
def test_a_statement_that_fails_says_why_and_changes_nothing(
    server, client, sql: str, reason: str, text: str
) -> None:
    client.create_dataset("sales")
    run(client, f"CREATE MODEL sales.m {REGISTERED}")
    server.deploy("m")
    server.clear_entries()
    job = client.query(sql, job_retry=None)
    error = job.exception(timeout=5)

    assert isinstance(error, exceptions.GoogleAPICallError)
    assert text in job.error_result["message"]
    assert job.error_result["reason"] == reason
    assert server.events() == ["jobInsertion", "jobChange"]
    assert names(client) == ["sales"]
    assert server.versions("m") == [1]


def test_cascade_takes_the_models_with_it(server, client) -> None:
    client.create_dataset("sales")
    run(client, f"CREATE MODEL sales.m {REGISTERED}")
    server.clear_entries()
    run(client, "DROP SCHEMA sales CASCADE")

    assert names(client) == []
    assert server.versions("m") == []
    assert server.events() == ["jobInsertion", "datasetDeletion", "jobChange"]


def test_the_entries_name_the_job_and_its_reason(server, client) -> None:
    jobs = [
        run(client, "CREATE SCHEMA sales OPTIONS(labels=[('team', 'ml')])"),
        run(client, "DROP SCHEMA sales"),
    ]
    found = [entry for entry in server.entries() if event_of(entry).startswith("dataset")]
    made, dropped = (entry["protoPayload"] for entry in found)

    creation = made["metadata"]["datasetCreation"]
    assert creation["dataset"]["datasetInfo"]["labels"] == {"team": "ml"}
    assert made["resourceName"] == dropped["resourceName"] == "projects/shop/datasets/sales"
    causes = [creation, dropped["metadata"]["datasetDeletion"]]
    assert [cause["reason"] for cause in causes] == ["QUERY", "QUERY"]
    named = [f"projects/shop/jobs/{job.job_id}" for job in jobs]
    assert [cause["jobName"] for cause in causes] == named
    methods = {made["methodName"], dropped["methodName"]}
    assert methods == {"google.cloud.bigquery.v2.JobService.InsertJob"}


def test_without_a_location_the_dataset_is_where_the_query_runs(server, client) -> None:
    run(server.client(location="europe-west1"), "CREATE SCHEMA sales")

    assert client.get_dataset("sales").location == "europe-west1"
    job = run(client, "DROP SCHEMA sales")
    assert job.location == "europe-west1"


def test_a_location_other_than_that_of_the_query_is_refused(server, client) -> None:
    with pytest.raises(exceptions.BadRequest, match="in location EU: the query runs in location"):
        run(server.client(location="US"), "CREATE SCHEMA sales OPTIONS(location='EU')")
    assert names(client) == []


def test_a_dataset_is_dropped_only_where_it_is(server, client) -> None:
    client.create_dataset("sales")

    with pytest.raises(exceptions.NotFound, match="was not found in location EU"):
        run(server.client(location="EU"), "DROP SCHEMA sales")
    assert names(client) == ["sales"]


def test_a_script_works_in_the_dataset_that_it_makes(client) -> None:
    parent = run(
        client,
        "CREATE SCHEMA IF NOT EXISTS sales OPTIONS(location='EU');"
        f"CREATE MODEL sales.m {LINEAR}; DROP SCHEMA sales CASCADE",
    )
    children = list(client.list_jobs(parent_job=parent))

    assert [child.location for child in children] == ["EU"] * 3
    types = [child.statement_type for child in children]
    assert types == ["DROP_SCHEMA", "CREATE_MODEL", "CREATE_SCHEMA"]
    assert names(client) == []
