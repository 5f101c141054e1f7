"""Jobs: how they start, end, are listed and cancelled, through the official client."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from google.api_core import exceptions
from google.cloud import bigquery
from google.cloud.bigquery.enums import QueryApiMethod

from tests.emulator.bigquery_server import LINEAR

SCRIPT = f"""
SET @@query_label = "team:ml,stage:dev";
CREATE MODEL sales.a {LINEAR};
SELECT 1;
DROP MODEL sales.a;
"""


def ids(jobs) -> list[str]:
    return [job.job_id for job in jobs]


@pytest.mark.parametrize("method", list(QueryApiMethod), ids=lambda method: method.name)
def test_a_job_runs_for_its_latency(server, client, method: QueryApiMethod) -> None:
    server.set(job_latency=0.05)
    job = client.query(f"CREATE MODEL sales.m {LINEAR}", api_method=method)
    job.result(timeout=5)

    assert job.state == "DONE"
    assert client.get_job(job.job_id).ended >= job.started + timedelta(seconds=0.04)
    assert client.get_model("sales.m").model_id == "m"


def test_a_running_job_has_done_nothing_yet(server, client) -> None:
    server.set(job_latency=60.0)
    job = client.query(f"CREATE MODEL sales.m {LINEAR}")

    assert job.state == "RUNNING"
    assert list(client.list_models("sales")) == []
    assert server.env.clock.pending() == [f"job {job.job_id}"]
    server.env.clock.advance(60)
    job.result(timeout=5)
    assert [model.model_id for model in client.list_models("sales")] == ["m"]


def test_waiting_for_results_ends_at_its_timeout(server, client) -> None:
    server.set(job_latency=3600.0)
    job = client.query("SELECT 1")
    answer = client._get_query_results(job.job_id, retry=None, timeout_ms=100)

    assert answer.complete is False


def test_a_waiting_call_keeps_nobody_else_waiting(server, client) -> None:
    server.set(job_latency=3600.0)
    job = client.query("SELECT 1")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(client._get_query_results, job.job_id, retry=None)
        other = server.client()

        assert other.get_dataset("sales").dataset_id == "sales"
        other.cancel_job(job.job_id)
        with pytest.raises(exceptions.Cancelled, match="Job execution was cancelled"):
            waiting.result(timeout=5)


@pytest.mark.parametrize("latency", [0.0, 0.02])
def test_query_and_wait_gives_an_empty_result(server, client, latency: float) -> None:
    server.set(job_latency=latency)

    assert list(client.query_and_wait("SELECT 1 AS x", wait_timeout=5)) == []
    assert list(client.query_and_wait(f"CREATE MODEL sales.m {LINEAR}", wait_timeout=5)) == []
    assert client.get_model("sales.m").model_id == "m"


def test_query_and_wait_tells_why_it_failed(client) -> None:
    with pytest.raises(exceptions.NotFound, match=r"Not found: Model shop:sales.x") as caught:
        client.query_and_wait("DROP MODEL sales.x", job_retry=None)
    assert caught.value.errors[0]["reason"] == "notFound"


def test_a_query_sent_twice_runs_once(server, client) -> None:
    server.env.gate.faults.add({"method": "JobService.Query", "kind": "error_after"})
    client.query_and_wait(f"CREATE MODEL sales.m {LINEAR}")

    assert server.events().count("modelCreation") == 1


def test_a_job_id_is_used_once(client) -> None:
    client.query("SELECT 1", job_id="mine", job_retry=None)

    with pytest.raises(exceptions.Conflict, match=r"Already Exists: Job shop:US.mine"):
        client.query("SELECT 1", job_id="mine", job_retry=None)


def test_a_job_knows_who_started_it(client) -> None:
    job = client.query("SELECT 1")

    assert job.user_email == "ana@example.com"
    assert job._properties["principal_subject"] == "user:ana@example.com"


def test_a_dry_run_does_nothing(server, client) -> None:
    server.clear_entries()
    config = bigquery.QueryJobConfig(dry_run=True)
    job = client.query(f"CREATE MODEL sales.m {LINEAR}", job_config=config)

    assert (job.state, job.statement_type, job.total_bytes_processed) == ("DONE", "CREATE_MODEL", 0)
    assert list(client.list_models("sales")) == list(client.list_jobs()) == server.events() == []


def test_a_dry_run_of_a_wrong_text_is_refused_at_once(client) -> None:
    with pytest.raises(exceptions.BadRequest, match="Syntax error"):
        client.query("CREATE MODEL", job_config=bigquery.QueryJobConfig(dry_run=True))


def test_unqualified_names_take_the_default_dataset(client) -> None:
    config = bigquery.QueryJobConfig(default_dataset="shop.sales")
    client.query(f"CREATE MODEL m {LINEAR}", job_config=config).result()

    assert client.get_model("sales.m").model_id == "m"


def test_a_job_runs_where_its_dataset_is(server, client) -> None:
    there = bigquery.Dataset("shop.there")
    there.location = "europe-west1"
    client.create_dataset(there)
    job = client.query(f"CREATE MODEL there.m {LINEAR}")
    job.result()

    assert job.location == "europe-west1"
    assert client.get_job(job.job_id, location="europe-west1").location == "europe-west1"
    with pytest.raises(exceptions.NotFound, match="Not found: Job"):
        client.get_job(job.job_id)


def test_lists_show_the_callers_jobs_newest_first(server, client) -> None:
    mine = [client.query("SELECT 1", job_id_prefix=f"n{n}-").job_id for n in range(3)]
    theirs = server.client("bob@example.com").query("SELECT 1").job_id

    assert ids(client.list_jobs(page_size=2)) == mine[::-1]
    assert ids(client.list_jobs(all_users=True)) == [theirs, *mine[::-1]]
    assert ids(client.list_jobs(max_results=1)) == [mine[2]]


def test_lists_filter_by_state_and_time(server, client) -> None:
    done = client.query("SELECT 1")
    server.set(job_latency=3600.0)
    server.env.clock.advance(600)
    running = client.query("SELECT 1")
    middle = datetime.now(UTC) + timedelta(seconds=300)

    assert ids(client.list_jobs(state_filter="running")) == [running.job_id]
    assert ids(client.list_jobs(state_filter="done")) == [done.job_id]
    assert ids(client.list_jobs(min_creation_time=middle)) == [running.job_id]
    assert ids(client.list_jobs(max_creation_time=middle)) == [done.job_id]


def test_lists_show_the_configuration_in_the_full_projection_only(client) -> None:
    config = bigquery.QueryJobConfig(labels={"team": "ml"})
    client.query("SELECT 1", job_config=config)
    minimal = client._connection.api_request("GET", "/projects/shop/jobs")["jobs"][0]

    assert next(iter(client.list_jobs())).labels == {"team": "ml"}
    assert "configuration" not in minimal
    assert minimal["state"] == "DONE"


def test_a_script_has_a_child_job_for_each_statement(client) -> None:
    parent = client.query(SCRIPT)
    parent.result()
    children = list(client.list_jobs(parent_job=parent))

    assert (parent.statement_type, parent.num_child_jobs) == ("SCRIPT", 3)
    types = [child.statement_type for child in children]
    assert types == ["DROP_MODEL", "SELECT", "CREATE_MODEL"]
    assert all(child.job_id.startswith("script_job_") for child in children)
    assert {child.parent_job_id for child in children} == {parent.job_id}
    assert children[0].labels == {"team": "ml", "stage": "dev"}
    assert children[0].script_statistics.evaluation_kind == "STATEMENT"
    assert ids(client.list_jobs()) == [parent.job_id]


@pytest.mark.parametrize(
    ("sql", "types"),
    [
        ("INSERT INTO prod_sales.t SELECT * FROM stg", ["INSERT"]),
        (f"CREATE MODEL sales.n {LINEAR.replace('SELECT 1 AS label', 'SELECT * FROM stg')}", ["CREATE_MODEL"]),
        ("SELECT * FROM ML.PREDICT(MODEL sales.m, TABLE stg)", ["SELECT"]),
        ("BEGIN UPDATE stg SET x = 2 WHERE TRUE; DROP TABLE stg; END", ["UPDATE", "DROP_TABLE"]),
    ],
    ids=["insert", "training", "predict", "block"],
)  # fmt: skip
def test_a_statement_sees_the_temporary_tables_before_it(client, sql: str, types) -> None:
    client.query(f"CREATE MODEL sales.m {LINEAR}").result()
    parent = client.query(f"CREATE TEMP TABLE stg AS SELECT 1 AS x; {sql}")
    parent.result()
    children = list(client.list_jobs(parent_job=parent))

    assert [child.statement_type for child in children] == [*types[::-1], "CREATE_TABLE_AS_SELECT"]
    assert {child.state for child in children} == {"DONE"}


def test_a_temporary_table_ends_with_its_script(client) -> None:
    client.query("CREATE TEMP TABLE stg AS SELECT 1 AS x; SELECT * FROM stg").result()

    with pytest.raises(exceptions.BadRequest, match='Table "stg" must be qualified'):
        client.query("SELECT * FROM stg").result()


def test_a_script_ends_at_its_first_failure(client) -> None:
    parent = client.query("SELECT 1; DROP MODEL sales.x; SELECT 2")

    with pytest.raises(exceptions.NotFound, match=r"Not found: Model shop:sales.x"):
        parent.result()
    assert parent.num_child_jobs == 2
    errors = [child.error_result is not None for child in client.list_jobs(parent_job=parent)]
    assert errors == [True, False]


def test_a_cancelled_job_never_takes_effect(server, client) -> None:
    server.set(job_latency=60.0)
    job = client.query(f"CREATE MODEL sales.m {LINEAR}")
    job.cancel()
    server.env.clock.advance(61)
    server.await_that(lambda: not server.env.clock.pending())

    assert (job.state, job.error_result["reason"]) == ("DONE", "stopped")
    assert job.cancelled()
    assert list(client.list_models("sales")) == []


def test_a_job_that_is_done_is_not_cancelled(client) -> None:
    job = client.query("SELECT 1")
    job.result()
    job.cancel()

    assert (job.state, job.error_result) == ("DONE", None)


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        ({"load": {}}, 501, "configuration.load"),
        ({"extract": {}}, 501, "configuration.extract"),
        ({}, 400, "exactly one"),
        ({"query": {"query": "SELECT 1"}}, 501, "legacy SQL"),
        ({"query": {"query": "SELECT 1", "useLegacySql": False, "colour": 1}}, 400, "colour"),
        ({"query": {"useLegacySql": False}}, 400, "missing: query"),
        ({"query": {"query": "SELECT 1", "useLegacySql": False}, "labels": {"A": "b"}}, 400, "label"),
    ],
    ids=["load", "extract", "empty", "legacy-sql", "unknown", "no-text", "label"],
)  # fmt: skip
def test_what_a_job_cannot_be_is_refused(client, body, status: int, text: str) -> None:
    with pytest.raises(exceptions.GoogleAPICallError, match=text) as caught:
        client._connection.api_request("POST", "/projects/shop/jobs", data={"configuration": body})
    assert caught.value.code == status
