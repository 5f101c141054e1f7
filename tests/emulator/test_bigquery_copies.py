"""Copies of models by copy jobs, as `bq cp`, the client's copy_table and bigframes make them."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from google.api_core import exceptions
from google.cloud import bigquery

from tests.emulator.bigquery_server import LINEAR, REGISTERED, event_of

TWIN = "projects/shop/datasets/sales/models/twin"
JOB_EVENTS = ["jobInsertion", "jobChange"]
EVENTS = ("modelCreation", "modelDataChange", "modelMetadataChange")


@pytest.fixture
def client(server) -> bigquery.Client:
    """One registered model with everything that people write on models."""
    client = server.client()
    client.create_dataset("sales")
    client.query(f"CREATE MODEL sales.m {REGISTERED}").result()
    model = client.get_model("sales.m")
    model.labels, model.description = {"team": "ml"}, "who leaves"
    model.expires = datetime.now(UTC) + timedelta(days=9)
    client.update_model(model, ["labels", "description", "expires"])
    server.clear_entries()
    return client


def copy(client: bigquery.Client, source: str = "m", target: str = "sales.twin", **config) -> bigquery.CopyJob:  # fmt: skip
    job = client.copy_table(
        f"shop.sales.{source}", f"shop.{target}", job_config=bigquery.CopyJobConfig(**config)
    )
    job.result(retry=None)
    return job


def register(client: bigquery.Client, model: str, vertex_id: str) -> None:
    client.query(f"ALTER MODEL {model} SET OPTIONS(vertex_ai_model_id='{vertex_id}')").result()


def test_a_copy_is_a_model_of_its_own_with_the_training_of_its_source(client) -> None:
    copy(client)
    source, twin = client.get_model("sales.m"), client.get_model("sales.twin")

    assert (twin.model_type, twin.location) == (source.model_type, source.location)
    assert [c.name for c in twin.label_columns] == [c.name for c in source.label_columns]
    assert twin.training_runs[0]["trainingOptions"] == source.training_runs[0]["trainingOptions"]
    assert twin.training_runs[0]["startTime"] == source.training_runs[0]["startTime"]
    assert twin.created > source.created
    assert twin.etag != source.etag
    assert (twin.labels, twin.description, twin.expires) == ({}, None, None)


def test_a_copy_is_not_registered_and_gives_a_model_a_new_id(server, client) -> None:
    copy(client)
    assert not {"vertexAiModelId", "vertexAiModelVersion"} & set(
        client.get_model("sales.twin").training_runs[0]
    )
    register(client, "sales.twin", "twin_id")

    assert (server.versions("m"), server.versions("twin_id")) == ([1], [1])


@pytest.mark.parametrize(("keeps", "labels"), [(False, {}), (True, {"team": "ml"})])
def test_whether_labels_are_copied_is_a_setting(server, client, keeps: bool, labels) -> None:
    server.set(copy_keeps_labels=keeps)
    copy(client)

    assert client.get_model("sales.twin").labels == labels


@pytest.mark.parametrize(
    "events",
    [subset for size in range(4) for subset in itertools.combinations(EVENTS, size)],
    ids=lambda events: "+".join(events) or "none",
)
def test_which_events_a_copy_writes_is_a_setting(server, client, events: tuple[str, ...]) -> None:
    server.set(copy_writes=list(events))
    copy(client)
    about = [entry for entry in server.entries() if event_of(entry).startswith("model")]

    assert server.events() == [JOB_EVENTS[0], *events, JOB_EVENTS[1]]
    assert {entry["protoPayload"]["resourceName"] for entry in about} <= {TWIN}


def test_the_job_of_a_copy_names_both_models_as_tables(server, client) -> None:
    job = copy(client, write_disposition="WRITE_TRUNCATE", labels={"by": "bq"})
    config = server.entries()[-1]["protoPayload"]["metadata"]["jobChange"]["job"]["jobConfig"]

    assert (job.state, job.labels) == ("DONE", {"by": "bq"})
    assert job._properties["statistics"]["copy"] == {"copiedRows": "0", "copiedLogicalBytes": "0"}
    assert str(job.destination) == "shop.sales.twin"
    assert [str(source) for source in job.sources] == ["shop.sales.m"]
    assert config["tableCopyConfig"]["destinationTable"] == (
        "projects/shop/datasets/sales/tables/twin"
    )
    assert [job.job_type for job in client.list_jobs(max_results=1)] == ["copy"]


def test_a_copy_onto_a_registered_model_takes_it_out_of_the_registry(server, client) -> None:
    client.query(f"CREATE MODEL sales.twin {REGISTERED}").result()
    old = client.get_model("sales.twin")
    copy(client, write_disposition="WRITE_TRUNCATE")
    new = client.get_model("sales.twin")

    assert new.created > old.created
    assert "vertexAiModelId" not in new.training_runs[0]
    assert server.versions("twin") == []


def test_a_copy_onto_a_deployed_model_is_refused(server, client) -> None:
    client.query(f"CREATE MODEL sales.twin {REGISTERED}").result()
    server.deploy("twin")
    before = client.get_model("sales.twin").etag

    with pytest.raises(exceptions.BadRequest, match="Please undeploy the model before retry"):
        copy(client, write_disposition="WRITE_TRUNCATE")
    assert client.get_model("sales.twin").etag == before
    assert server.versions("twin") == [1]


def test_a_deployed_model_is_copied_like_any_other(server, client) -> None:
    server.deploy("m")
    copy(client)

    assert client.get_model("sales.twin").model_id == "twin"


def test_a_copy_takes_the_default_expiration_of_its_dataset(client) -> None:
    short = bigquery.Dataset("shop.short")
    short.default_table_expiration_ms = 3_600_000
    client.create_dataset(short)
    copy(client, target="short.m")
    twin = client.get_model("short.m")

    assert (twin.expires - twin.created).total_seconds() == pytest.approx(3600, abs=1)


def test_a_model_is_copied_into_another_project(server, client) -> None:
    client.create_dataset(bigquery.Dataset("elsewhere.sales"))
    client.copy_table("shop.sales.m", "elsewhere.sales.m").result()

    assert client.get_model("elsewhere.sales.m").project == "elsewhere"


REFUSALS = {
    "no-source": (
        {"sourceTable": "x"}, exceptions.NotFound, "Not found: Model shop:sales.x"),
    "no-dataset": (
        {"destination": "nowhere.twin"}, exceptions.NotFound, "Not found: Dataset shop:nowhere"),
    "another-location": (
        {"destination": "far.twin"}, exceptions.NotFound, "shop:far was not found in location US"),
    "write-empty": (
        {"destination": "sales.there"}, exceptions.Conflict, "Already Exists: Model shop:sales.there"),
    "create-never": (
        {"createDisposition": "CREATE_NEVER"}, exceptions.NotFound, "Not found: Model shop:sales.twin"),
    "several": (
        {"sources": ["m", "there"]}, exceptions.BadRequest, "multiple source models"),
    "append": (
        {"destination": "sales.there", "writeDisposition": "WRITE_APPEND"},
        exceptions.MethodNotImplemented, "WRITE_APPEND"),
    "snapshot": (
        {"operationType": "SNAPSHOT"}, exceptions.MethodNotImplemented, "SNAPSHOT"),
}  # fmt: skip


@pytest.mark.parametrize(("config", "error", "text"), REFUSALS.values(), ids=REFUSALS)
def test_what_cannot_be_copied_is_refused(server, client, config, error, text) -> None:
    far = bigquery.Dataset("shop.far")
    far.location = "EU"
    client.create_dataset(far)
    client.query(f"CREATE MODEL sales.there {LINEAR}").result()
    resource = dict(config)
    names = resource.pop("sources", [resource.pop("sourceTable", "m")])
    dataset, target = resource.pop("destination", "sales.twin").split(".")
    sources = [{"projectId": "shop", "datasetId": "sales", "tableId": name} for name in names]
    resource["sourceTables"] = sources
    resource["destinationTable"] = {"projectId": "shop", "datasetId": dataset, "tableId": target}
    job = client._connection.api_request(
        "POST", "/projects/shop/jobs", data={"configuration": {"copy": resource}}
    )
    reference = job["jobReference"]

    with pytest.raises(error, match=text):
        client.get_job(reference["jobId"], location=reference["location"]).result(retry=None)
    assert sorted(model.model_id for model in client.list_models("sales")) == ["m", "there"]


def test_bigframes_trains_in_a_hidden_dataset_and_copies_out(server, client) -> None:
    probe = client.query("SELECT 1")
    probe.result()
    hidden = probe.destination.dataset_id
    created = client.query(f"CREATE OR REPLACE MODEL `shop.{hidden}.0123abcd` {LINEAR}")
    created.result()
    temporary = bigquery.Model(str(created.destination))
    temporary.expires = datetime.now(UTC) + timedelta(days=7)
    client.update_model(temporary, ["expires"])
    client.copy_table(created.destination, "shop.sales.kept").result()
    register(client, "sales.kept", "bigframes_kept")
    server.env.clock.advance(8 * 86_400)
    server.await_that(lambda: not list(client.list_models(f"shop.{hidden}")))

    assert hidden.startswith("_")
    assert client.get_model("sales.kept").expires is None
    assert server.versions("bigframes_kept") == [1]
