"""Which audit entries BigQuery's actions write."""

import pytest
from google.api_core import exceptions
from google.cloud import bigquery
from google.cloud.bigquery.enums import QueryApiMethod

from tests.emulator.bigquery_server import LINEAR, REGISTERED, BigQueryServer, event_of

MODEL = "projects/shop/datasets/sales/models/m"
JOB_EVENTS = ["jobInsertion", "jobChange"]


@pytest.fixture
def client(server: BigQueryServer) -> bigquery.Client:
    client = server.client()
    client.create_dataset("sales")
    client.query(f"CREATE MODEL sales.m {LINEAR}").result()
    server.clear_entries()
    return client


def about_models(server: BigQueryServer) -> list[dict]:
    entries = [entry for entry in server.entries() if event_of(entry).startswith("model")]
    return [entry["protoPayload"] for entry in entries]


@pytest.mark.parametrize(
    ("method", "name"),
    [(QueryApiMethod.INSERT, "InsertJob"), (QueryApiMethod.QUERY, "Query")],
    ids=["insert", "query"],
)
def test_a_new_model_is_told_between_start_and_end_of_its_job(server, client, method, name) -> None:
    client.query(f"CREATE MODEL sales.n {LINEAR}", api_method=method).result()

    assert server.events() == ["jobInsertion", "modelCreation", "jobChange"]
    methods = {entry["protoPayload"]["methodName"] for entry in server.entries()}
    assert methods == {f"google.cloud.bigquery.v2.JobService.{name}"}


@pytest.mark.parametrize(
    ("sql", "events"),
    [
        ("ALTER MODEL sales.m SET OPTIONS(description='x')", ["modelMetadataChange"]),
        ("DROP MODEL sales.m", ["modelDeletion"]),
        ("DROP MODEL sales.x", []),
        ("SELECT 1", []),
        ("SELECT * FROM ML.PREDICT(MODEL sales.m, TABLE sales.t)", ["modelDataRead", "tableDataRead"]),
        ("CREATE MODEL sales.n OPTIONS(model_type='kmeans') AS SELECT * FROM sales.t", ["tableDataRead", "modelCreation"]),
        (f"CREATE OR REPLACE MODEL sales.n {LINEAR}", ["modelCreation"]),
        (f"CREATE OR REPLACE MODEL sales.m {LINEAR}", ["modelCreation", "modelDataChange", "modelMetadataChange"]),
    ],
    ids=["alter", "drop", "failed", "select", "predict", "training-table", "replace-of-nothing", "replace"],
)  # fmt: skip
def test_a_statement_writes_its_events(server, client, sql: str, events: list[str]) -> None:
    job = client.query(sql)
    job.exception(timeout=5)

    assert server.events() == [JOB_EVENTS[0], *events, JOB_EVENTS[1]]


def test_what_a_replace_writes_is_a_setting(server, client) -> None:
    server.set(replace_writes=["modelDataChange"])
    client.query(f"CREATE OR REPLACE MODEL sales.m {LINEAR}").result()

    assert server.events() == ["jobInsertion", "modelDataChange", "jobChange"]


def test_a_failed_job_is_an_error_without_model_events(server, client) -> None:
    client.query("DROP MODEL sales.x").exception(timeout=5)
    last = server.entries()[-1]

    assert last["severity"] == "ERROR"
    job = last["protoPayload"]["metadata"]["jobChange"]["job"]
    assert job["jobStatus"]["errorResult"]["message"] == "Not found: Model shop:sales.x"


def test_job_labels_are_in_job_entries_only(server, client) -> None:
    config = bigquery.QueryJobConfig(labels={"team": "ml"})
    client.query(f"CREATE MODEL sales.n {LINEAR}", job_config=config).result()
    carrying = [
        event_of(entry) for entry in server.entries() if '"ml"' in str(entry).replace("'", '"')
    ]

    assert carrying == JOB_EVENTS


def test_a_patch_is_told_with_the_labels_after_it(server, client) -> None:
    model = client.get_model("sales.m")
    model.labels = {"team": "ml"}
    client.update_model(model, ["labels"])
    [payload] = about_models(server)

    assert payload["methodName"] == "google.cloud.bigquery.v2.ModelService.PatchModel"
    assert payload["resourceName"] == MODEL
    assert payload["authenticationInfo"]["principalEmail"] == "ana@example.com"
    change = payload["metadata"]["modelMetadataChange"]
    assert change["reason"] == "MODEL_PATCH_REQUEST"
    assert change["model"]["modelInfo"]["labels"] == {"team": "ml"}


def test_a_registration_writes_only_the_entry_of_its_patch(server, client) -> None:
    server.set(registration_latency=5.0)
    resource = {
        **client.get_model("sales.m").to_api_repr(),
        "trainingRuns": [{"vertexAiModelId": "m"}],
    }
    client.update_model(bigquery.Model.from_api_repr(resource), ["trainingRuns"])
    server.env.clock.advance(6)
    server.await_that(lambda: server.versions("m") == [1])

    assert server.events() == ["modelMetadataChange"]


def test_a_deletion_by_the_api_is_told_without_a_job(server, client) -> None:
    client.delete_model("sales.m")
    [payload] = about_models(server)

    assert payload["methodName"] == "google.cloud.bigquery.v2.ModelService.DeleteModel"
    assert payload["metadata"]["modelDeletion"] == {"reason": "MODEL_DELETE_REQUEST"}


def test_a_refused_deletion_is_an_entry_with_a_status(server, client) -> None:
    client.query(f"CREATE OR REPLACE MODEL sales.m {REGISTERED}").result()
    server.deploy("m")
    server.clear_entries()

    with pytest.raises(exceptions.BadRequest):
        client.delete_model("sales.m")
    [entry] = server.entries()
    assert entry["protoPayload"]["resourceName"] == MODEL
    assert entry["protoPayload"]["status"]["code"] == 3
    assert "undeploy the model" in entry["protoPayload"]["status"]["message"]


def test_each_statement_of_a_script_has_its_own_job_entries(server, client) -> None:
    job = client.query("SELECT 1; DROP MODEL sales.m")
    job.result()

    assert server.events() == [
        *("jobInsertion", "jobInsertion", "jobChange"),
        *("jobInsertion", "modelDeletion", "jobChange", "jobChange"),
    ]
    [payload] = about_models(server)
    assert payload["metadata"]["modelDeletion"]["jobName"].startswith(
        "projects/shop/jobs/script_job_"
    )


def test_a_copy_tells_of_its_job_only(server, client) -> None:
    client.copy_table("shop.sales.m", "shop.sales.n").result()

    assert server.events() == JOB_EVENTS


@pytest.mark.parametrize("wanted", [True, False])
def test_old_format_twins_are_a_setting(server, client, wanted: bool) -> None:
    server.set(legacy_twins=wanted)
    client.query("SELECT 1").result()

    assert bool(server.entries(legacy=True)) == wanted
