"""The history of jobs: who made what and when, also of other people's jobs."""

from datetime import UTC, datetime, timedelta

import pytest
from google.api_core import exceptions
from google.cloud import bigquery

from tests.emulator.bigquery_server import LINEAR


def ids(jobs) -> list[str]:
    return [job.job_id for job in jobs]


def select(client: bigquery.Client, job_id: str) -> None:
    client.query("SELECT 1", job_id=job_id, job_retry=None).result()


@pytest.fixture
def bob(server) -> bigquery.Client:
    return server.client("bob@example.com")


def test_others_jobs_are_read_in_full_by_id(client, bob) -> None:
    config = bigquery.QueryJobConfig(labels={"team": "ml"})
    sql = f"CREATE MODEL sales.m {LINEAR}"
    theirs = bob.query(sql, job_config=config)
    theirs.result()
    job = client.get_job(theirs.job_id, location="US")

    assert (job.user_email, job.labels, job.query) == ("bob@example.com", {"team": "ml"}, sql)
    assert str(job.destination) == "shop.sales.m"


def test_the_creating_job_of_a_model_is_found_around_its_creation_time(server, client, bob) -> None:
    client.query("SELECT 1").result()
    server.env.clock.advance(3600)
    training = bob.query(f"CREATE MODEL sales.m {LINEAR}")
    training.result()
    server.env.clock.advance(3600)
    client.query("SELECT 2").result()
    created = client.get_model("sales.m").created
    found = client.list_jobs(
        all_users=True,
        min_creation_time=created - timedelta(minutes=5),
        max_creation_time=created + timedelta(minutes=5),
    )

    assert [(job.job_id, job.user_email) for job in found] == [(training.job_id, "bob@example.com")]


def test_the_children_of_others_scripts_come_with_all_users(client, bob) -> None:
    parent = bob.query(f"SELECT 1; CREATE MODEL sales.m {LINEAR}")
    parent.result()

    assert ids(client.list_jobs(all_users=True)) == [parent.job_id]
    assert ids(client.list_jobs(parent_job=parent)) == []
    assert len(ids(client.list_jobs(parent_job=parent, all_users=True))) == 2


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
def test_pages_together_are_the_whole_list_newest_first(client, bob, size: int) -> None:
    for number in range(7):
        select((client, bob)[number % 2], f"job-{number}")
    pages = list(client.list_jobs(all_users=True, page_size=size).pages)

    assert [job.job_id for page in pages for job in page] == [f"job-{n}" for n in range(6, -1, -1)]
    assert len(pages) == -(-7 // size)


def test_a_page_token_holds_while_new_jobs_arrive(client) -> None:
    for number in range(4):
        select(client, f"job-{number}")
    first = client.list_jobs(page_size=2)
    seen = ids(next(first.pages))
    select(client, "late")
    rest = client.list_jobs(page_token=first.next_page_token)

    assert seen + ids(rest) == ["job-3", "job-2", "job-1", "job-0"]


def test_filters_meet(server, client, bob) -> None:
    select(client, "done-ana")
    select(bob, "done-bob")
    server.set(job_latency=3600.0)
    bob.query("SELECT 1", job_id="running-bob", job_retry=None)
    long_ago = datetime.now(UTC) - timedelta(hours=1)

    assert ids(client.list_jobs(all_users=True, state_filter="done")) == ["done-bob", "done-ana"]
    assert ids(bob.list_jobs(state_filter="running", min_creation_time=long_ago)) == ["running-bob"]
    assert ids(bob.list_jobs(max_creation_time=long_ago)) == []


def test_a_time_limit_is_inclusive(client) -> None:
    job = client.query("SELECT 1")
    job.result()

    assert ids(client.list_jobs(min_creation_time=job.created, max_creation_time=job.created)) == [
        job.job_id
    ]


def test_a_list_tells_of_failures(client) -> None:
    client.query("DROP MODEL sales.x", job_retry=None).exception(timeout=5)
    [job] = client.list_jobs()

    assert job.error_result["reason"] == "notFound"
    assert job.user_email == "ana@example.com"


def test_a_job_of_another_project_is_not_found(server, client) -> None:
    job = client.query("SELECT 1")
    job.result()

    with pytest.raises(exceptions.NotFound, match="Not found: Job elsewhere:"):
        client.get_job(job.job_id, project="elsewhere")
    assert ids(client.list_jobs(project="elsewhere", all_users=True)) == []


def test_child_jobs_are_listed_by_their_parents_id_and_tell_where_they_ran(client) -> None:
    away = bigquery.Dataset("shop.away")
    away.location = "europe-west4"
    client.create_dataset(away)
    for dataset, place in (("sales", "US"), ("away", "europe-west4")):
        sql = f"SELECT 1; CREATE MODEL {dataset}.m {LINEAR}"
        client.query(sql, job_id="night", location=place, job_retry=None).result()

    assert [job.job_id for job in client.list_jobs()] == ["night", "night"]
    children = list(client.list_jobs(parent_job="night"))
    assert [job.location for job in children] == ["europe-west4"] * 2 + ["US"] * 2
    assert {job.parent_job_id for job in children} == {"night"}


def test_a_training_of_days_is_a_job_that_was_created_days_before_its_model(server, client) -> None:
    server.set(job_latency=72 * 3600.0)
    job = client.query(f"CREATE MODEL sales.m {LINEAR}")
    server.env.clock.advance(72 * 3600)
    server.await_that(lambda: client.get_job(job.job_id, location="US").state == "DONE")
    job = client.get_job(job.job_id, location="US")
    model = client.get_model("sales.m")

    assert job.created + timedelta(hours=72) <= model.created <= job.ended
    assert job.ddl_operation_performed == "CREATE"


@pytest.mark.parametrize(
    ("run", "method"),
    [
        (lambda client, sql: client.query_and_wait(sql), "Query"),
        (lambda client, sql: client.query(sql, api_method="QUERY").result(), "Query"),
        (lambda client, sql: client.query(sql).result(), "InsertJob"),
    ],
    ids=["query_and_wait", "query-by-QUERY", "query"],
)
def test_the_method_of_an_entry_is_the_one_that_was_called(server, client, run, method) -> None:
    server.clear_entries()
    run(client, f"CREATE MODEL sales.m {LINEAR}")
    methods = {entry["protoPayload"]["methodName"] for entry in server.entries()}
    [job] = client.list_jobs()

    assert methods == {f"google.cloud.bigquery.v2.JobService.{method}"}
    assert server.events() == ["jobInsertion", "modelCreation", "jobChange"]
    assert (job.statement_type, job.user_email) == ("CREATE_MODEL", "ana@example.com")
    reason = server.entries()[0]["protoPayload"]["metadata"]["jobInsertion"]["reason"]
    assert reason == {"Query": "QUERY_REQUEST", "InsertJob": "JOB_INSERT_REQUEST"}[method]
