"""Scripts: which child jobs they have, and what those tell of themselves."""

import pytest
from google.cloud import bigquery
from google.cloud.bigquery.enums import QueryApiMethod

from tests.emulator.bigquery_server import LINEAR


def children(client: bigquery.Client, parent: bigquery.QueryJob) -> list[bigquery.QueryJob]:
    """The child jobs in the order of their statements."""
    return list(client.list_jobs(parent_job=parent))[::-1]


def script(client: bigquery.Client, sql: str) -> tuple[bigquery.QueryJob, list[bigquery.QueryJob]]:
    parent = client.query(sql)
    parent.result()
    return parent, children(client, parent)


STEERING = {
    "declare": ("DECLARE n INT64; SELECT 1", ["STATEMENT"]),
    "declare-default": ("DECLARE n INT64 DEFAULT 5; SELECT n", ["STATEMENT"]),
    "set-constant": ("DECLARE n INT64; SET n = 5; SELECT n", ["STATEMENT"]),
    "set-query": ("DECLARE n INT64; SET n = (SELECT 5); SELECT n", ["EXPRESSION", "STATEMENT"]),
    "default-query": ("DECLARE n DEFAULT (SELECT 5); SELECT n", ["EXPRESSION", "STATEMENT"]),
    "query-label": ("SET @@query_label = 'a:b'; SELECT 1", ["STATEMENT"]),
    "nothing-runs": ("DECLARE n INT64; SET n = 5", []),
    "declare-alone": ("DECLARE n INT64", []),
}


@pytest.mark.parametrize(("sql", "kinds"), STEERING.values(), ids=STEERING)
def test_what_only_steers_a_script_has_no_job(client, sql: str, kinds: list[str]) -> None:
    parent, jobs = script(client, sql)

    assert parent.statement_type == "SCRIPT"
    assert [job.script_statistics.evaluation_kind for job in jobs] == kinds
    assert {job.statement_type for job in jobs} <= {"SELECT"}
    assert (parent.num_child_jobs or 0) == len(kinds)


def test_a_query_in_an_expression_reads_what_it_names(server, client) -> None:
    client.query(f"CREATE MODEL sales.m {LINEAR}").result()
    server.clear_entries()
    source = "ML.PREDICT(MODEL sales.m, TABLE sales.t)"
    script(client, f"DECLARE n INT64; SET n = (SELECT COUNT(*) FROM {source}); SELECT n")

    assert server.events()[:5] == [
        *("jobInsertion", "jobInsertion", "modelDataRead", "tableDataRead", "jobChange"),
    ]


def test_a_script_runs_where_the_model_in_its_first_expression_is(client) -> None:
    there = bigquery.Dataset("shop.there")
    there.location = "EU"
    client.create_dataset(there)
    client.query(f"CREATE MODEL there.m {LINEAR}").result()
    parent, jobs = script(
        client, "DECLARE n DEFAULT (SELECT 1 FROM ML.WEIGHTS(MODEL there.m)); SELECT n"
    )

    assert {parent.location, *(job.location for job in jobs)} == {"EU"}


def test_a_child_tells_where_its_statement_stands(client) -> None:
    sql = "-- two of a kind\nSELECT 1;\n  SELECT\n 1; BEGIN SELECT 1; END"
    _, jobs = script(client, sql)
    frames = [job.script_statistics.stack_frames[0] for job in jobs]

    assert [(frame.start_line, frame.start_column) for frame in frames] == [(2, 1), (3, 3), (4, 11)]
    assert [(frame.end_line, frame.end_column) for frame in frames] == [(2, 9), (4, 3), (4, 19)]
    assert [frame.text for frame in frames] == ["SELECT 1", "SELECT\n 1", "SELECT 1"]


def test_temporary_functions_do_not_make_a_script_of_a_query(client) -> None:
    functions = "CREATE TEMP FUNCTION f(x INT64) AS (x + 1); CREATE TEMPORARY FUNCTION g() AS (1);"
    job, jobs = script(client, f"{functions} SELECT f(g())")

    assert (job.statement_type, jobs, job.num_child_jobs) == ("SELECT", [], 0)


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TEMP FUNCTION f(x INT64) AS (x + 1); SELECT f(1); SELECT f(2)",
        "CREATE FUNCTION sales.f(x INT64) AS (x + 1); SELECT 1",
        "CREATE TEMP FUNCTION f(x INT64) AS (x + 1); DROP TABLE sales.t",
    ],
    ids=["two-queries", "lasting-function", "no-query"],
)
def test_all_else_with_functions_is_a_script(client, sql: str) -> None:
    assert script(client, sql)[0].statement_type == "SCRIPT"


def test_labels_of_the_job_and_of_the_script_meet_in_the_children(client) -> None:
    config = bigquery.QueryJobConfig(labels={"team": "ml", "stage": "dev"})
    parent = client.query(
        f"SELECT 1; SET @@query_label = 'stage:prod'; CREATE MODEL sales.m {LINEAR};"
        " SET @@query_label = ''; SELECT 2",
        job_config=config,
    )
    parent.result()

    assert parent.labels == {"team": "ml", "stage": "dev"}
    assert [job.labels for job in children(client, parent)] == [
        {"team": "ml", "stage": "dev"},
        {"team": "ml", "stage": "prod"},
        {"team": "ml", "stage": "dev"},
    ]


@pytest.mark.parametrize("method", list(QueryApiMethod), ids=lambda method: method.name)
def test_children_are_jobs_of_whoever_started_the_script(server, client, method) -> None:
    server.clear_entries()
    parent = client.query(f"SELECT 1; CREATE MODEL sales.m {LINEAR}", api_method=method)
    parent.result()
    _, training = children(client, parent)
    wanted = {QueryApiMethod.INSERT: "InsertJob", QueryApiMethod.QUERY: "Query"}[method]
    [created] = [
        entry["protoPayload"]
        for entry in server.entries()
        if "modelCreation" in entry["protoPayload"]["metadata"]
    ]

    assert training.user_email == "ana@example.com"
    assert created["methodName"] == f"google.cloud.bigquery.v2.JobService.{wanted}"
    assert created["metadata"]["modelCreation"]["jobName"] == (
        f"projects/shop/jobs/{training.job_id}"
    )
    names_parent = [
        entry["protoPayload"]["metadata"]["jobChange"]["job"]["jobStats"].get("parentJobName")
        for entry in server.entries()
        if "jobChange" in entry["protoPayload"]["metadata"]
    ]
    assert names_parent == [f"projects/shop/jobs/{parent.job_id}"] * 2 + [None]


def test_temporary_models_do_not_exist(client) -> None:
    job = client.query("CREATE TEMP MODEL m OPTIONS(model_type='kmeans') AS SELECT 1 AS x")

    assert "does not implement" in job.exception(timeout=5).message
