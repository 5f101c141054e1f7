"""Models over ModelService, through the official client."""

import json
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.api_core import exceptions
from google.cloud import bigquery

from emulator.calls import Caller
from tests.emulator.bigquery_server import LINEAR, NUMBER, REGISTERED, BigQueryServer

FIELDS_OF_LISTS = {"modelReference", "modelType", "creationTime", "lastModifiedTime", "labels"}
PATH = f"projects/{NUMBER}/locations/us-central1/models/"


@pytest.fixture
def client(server: BigQueryServer) -> bigquery.Client:
    client = server.client()
    client.create_dataset("sales")
    client.query(f"CREATE MODEL sales.churn {LINEAR}").result()
    server.clear_entries()
    return client


def patch(server: BigQueryServer, body: dict[str, Any], model: str = "churn") -> dict[str, Any]:
    """A patch as `bq` sends it, without the client's own names for fields."""
    url = f"http://127.0.0.1:{server.http.port}/bigquery/v2/projects/shop/datasets/sales/models/{model}"
    data = json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url, data, headers, method="PATCH")
    with urllib.request.urlopen(request, timeout=5) as answer:
        return json.load(answer)


def run_of(client: bigquery.Client, model: str = "sales.churn") -> dict[str, Any]:
    return client.get_model(model).training_runs[-1]


def register(client: bigquery.Client, model_id: str, model: str = "shop.sales.churn") -> None:
    project, dataset, name = model.split(".")
    reference = {"projectId": project, "datasetId": dataset, "modelId": name}
    resource = {"modelReference": reference, "trainingRuns": [{"vertexAiModelId": model_id}]}
    client.update_model(bigquery.Model.from_api_repr(resource), ["trainingRuns"])


def test_a_model_has_all_fields_of_the_reference(client: bigquery.Client) -> None:
    model = client.get_model("sales.churn")

    assert (model.model_type, model.location, model.labels) == ("LINEAR_REGRESSION", "US", {})
    assert model.etag
    assert model.created == model.modified
    assert set(model.training_runs[0]) == {"trainingOptions", "startTime"}


def test_a_missing_model_is_not_found(client: bigquery.Client) -> None:
    with pytest.raises(exceptions.NotFound, match=r"Not found: Model shop:sales.nope"):
        client.get_model("sales.nope")
    client.delete_model("sales.nope", not_found_ok=True)


def test_lists_show_few_fields_and_come_in_pages(client: bigquery.Client) -> None:
    for name in ("a", "b", "Z"):
        client.query(f"CREATE MODEL sales.{name} {LINEAR}").result()
    model = client.get_model("sales.a")
    model.labels = {"team": "ml"}
    client.update_model(model, ["labels"])
    listed = list(client.list_models("sales", page_size=1))

    assert [item.model_id for item in listed] == ["Z", "a", "b", "churn"]
    assert all(set(item.to_api_repr()) <= FIELDS_OF_LISTS for item in listed)
    assert listed[1].labels == {"team": "ml"}


def test_models_of_a_missing_dataset_are_not_found(client: bigquery.Client) -> None:
    with pytest.raises(exceptions.NotFound, match="Not found: Dataset shop:nowhere"):
        list(client.list_models("nowhere"))


def test_a_patch_merges_labels(client: bigquery.Client) -> None:
    model = client.get_model("sales.churn")
    model.labels = {"team": "ml", "stage": "dev"}
    client.update_model(model, ["labels"])
    model = client.get_model("sales.churn")
    model.labels = {"stage": None, "owner": "ana"}
    client.update_model(model, ["labels"])

    assert client.get_model("sales.churn").labels == {"team": "ml", "owner": "ana"}


def test_a_patch_sets_and_clears_texts(client: bigquery.Client) -> None:
    model = client.get_model("sales.churn")
    model.description, model.friendly_name = "who leaves", "Churn"
    model = client.update_model(model, ["description", "friendly_name"])
    model.description = None
    model = client.update_model(model, ["description"])

    assert (model.description, model.friendly_name) == (None, "Churn")


def test_a_stale_etag_is_a_failed_precondition(client: bigquery.Client) -> None:
    stale, fresh = client.get_model("sales.churn"), client.get_model("sales.churn")
    fresh.description = "first"
    assert client.update_model(fresh, ["description"]).etag != stale.etag
    stale.description = "second"

    with pytest.raises(
        exceptions.PreconditionFailed, match=r"Precondition check failed."
    ) as caught:
        client.update_model(stale, ["description"])
    assert caught.value.errors[0]["reason"] == "conditionNotMet"
    assert client.get_model("sales.churn").description == "first"


@pytest.mark.parametrize(
    "labels",
    [{"Team": "ml"}, {"1st": "x"}, {"team": "M"}, {"k" * 64: "x"}, {"": "x"}, {"a.b": "x"}],
    ids=["upper-case", "digit-first", "value-upper-case", "too-long", "empty-key", "dot"],
)
def test_labels_that_break_the_rules_are_refused(client: bigquery.Client, labels) -> None:
    model = client.get_model("sales.churn")
    model.labels = labels

    with pytest.raises(exceptions.BadRequest, match="label"):
        client.update_model(model, ["labels"])
    assert client.get_model("sales.churn").labels == {}


def test_an_unknown_field_is_refused_and_an_output_only_one_ignored(server, client) -> None:
    assert patch(server, {"modelType": "KMEANS"})["modelType"] == "LINEAR_REGRESSION"
    model = bigquery.Model.from_api_repr(
        {**client.get_model("sales.churn").to_api_repr(), "colour": 1}
    )

    with pytest.raises(exceptions.BadRequest, match='Unknown name "colour"'):
        client.update_model(model, ["colour"])


def test_a_patch_registers_the_model_a_while_later(server, client) -> None:
    server.set(registration_latency=30.0)
    before = client.get_model("sales.churn")
    register(client, "churn_id")
    accepted = client.get_model("sales.churn")

    assert accepted.training_runs[0]["vertexAiModelId"] == f"{PATH}churn_id"
    assert "vertexAiModelVersion" not in accepted.training_runs[0]
    assert server.versions("churn_id") == []
    server.env.clock.advance(30)
    server.await_that(lambda: "vertexAiModelVersion" in run_of(client))
    done = client.get_model("sales.churn")
    assert done.training_runs[0]["vertexAiModelVersion"] == "1"
    assert len({before.etag, accepted.etag, done.etag}) == 3
    assert before.modified < accepted.modified < done.modified


def test_the_tool_bq_registers_in_snake_case(server, client) -> None:
    model = client.get_model("sales.churn")
    model.labels = {"team": "ml"}
    client.update_model(model, ["labels"])
    answer = patch(server, {"labels": {}, "trainingRuns": [{"vertex_ai_model_id": "churn_id"}]})

    assert answer["labels"] == {"team": "ml"}
    assert run_of(client)["vertexAiModelVersion"] == "1"


def test_a_second_model_under_one_id_becomes_version_2(server, client) -> None:
    client.query(f"CREATE MODEL sales.other {LINEAR}").result()
    register(client, "one")
    register(client, "one", "shop.sales.other")

    assert run_of(client, "sales.other")["vertexAiModelVersion"] == "2"
    assert server.versions("one") == [1, 2]


@pytest.mark.parametrize("again", ["churn_id", f"{PATH}churn_id"], ids=["bare", "path"])
def test_the_same_id_again_registers_nothing_new(server, client, again: str) -> None:
    register(client, "churn_id")
    register(client, again)

    assert server.versions("churn_id") == [1]


def test_two_patches_in_flight_register_once(server, client) -> None:
    server.set(registration_latency=5.0)
    register(client, "churn_id")
    register(client, "churn_id")
    server.env.clock.advance(6)
    server.await_that(lambda: not server.env.clock.pending())

    assert server.versions("churn_id") == [1]


def test_an_id_is_for_ever(server, client) -> None:
    register(client, "churn_id")

    with pytest.raises(exceptions.BadRequest, match="cannot be changed"):
        register(client, "other_id")
    assert run_of(client)["vertexAiModelId"] == f"{PATH}churn_id"


def test_an_id_must_meet_the_rule(server, client) -> None:
    with pytest.raises(exceptions.BadRequest):
        register(client, "Churn!")

    assert "vertexAiModelId" not in run_of(client)


def test_a_remote_model_cannot_be_registered(server, client) -> None:
    text = "CREATE MODEL sales.far REMOTE WITH CONNECTION `shop.us.c` OPTIONS(endpoint='gemini')"
    client.query(text).result()
    model = client.get_model("sales.far")

    assert model.model_type == "MODEL_TYPE_UNSPECIFIED"
    assert model.to_api_repr()["remoteModelInfo"]["endpoint"] == "gemini"
    with pytest.raises(exceptions.BadRequest, match="Remote models cannot be registered"):
        register(client, "far", "shop.sales.far")


def test_a_registration_that_fails_later_takes_the_id_away(server, client) -> None:
    server.set(registration_latency=5.0)
    register(client, "churn_id")
    server.registry.register_bqml("shop", "us-central1", "churn_id", caller=Caller(principal="eve"))
    state = server.registry.dump()
    state["models"][0]["source"] = "CUSTOM"
    server.registry.load(state)
    server.env.clock.advance(6)
    server.await_that(lambda: "vertexAiModelId" not in run_of(client))

    assert "vertexAiModelVersion" not in run_of(client)


@pytest.mark.parametrize(
    ("location", "region"),
    [("US", "us-central1"), ("EU", "europe-west4"), ("asia-east1", "asia-east1")],
)
def test_the_registry_region_follows_the_location(
    server, client, location: str, region: str
) -> None:
    dataset = bigquery.Dataset("shop.there")
    dataset.location = location
    client.create_dataset(dataset)
    client.query(f"CREATE MODEL there.m {REGISTERED}").result()

    path = run_of(client, "there.m")["vertexAiModelId"]
    assert path == f"projects/{NUMBER}/locations/{region}/models/m"


def test_the_bare_id_is_shown_when_the_setting_says_so(server, client) -> None:
    server.set(registered_id_is_path=False)
    register(client, "churn_id")

    assert run_of(client)["vertexAiModelId"] == "churn_id"


def test_a_deletion_removes_the_version_first(server, client) -> None:
    register(client, "churn_id")
    server.deploy("churn_id")

    with pytest.raises(
        exceptions.BadRequest, match=r"Model Registry failed: .*undeploy the model"
    ) as caught:
        client.delete_model("sales.churn")
    assert "code=FAILED_PRECONDITION" in caught.value.message
    server.deploy("churn_id", undeploy=True)
    client.delete_model("sales.churn")
    assert server.versions("churn_id") == []
    with pytest.raises(exceptions.NotFound):
        client.get_model("sales.churn")


def test_an_expired_model_is_deleted(server, client) -> None:
    register(client, "churn_id")
    model = client.get_model("sales.churn")
    model.expires = datetime.now(UTC) + timedelta(hours=1)
    client.update_model(model, ["expires"])

    assert server.env.clock.pending() == []
    server.env.clock.advance(3601)
    server.await_that(lambda: not list(client.list_models("sales")))
    last = server.entries()[-1]["protoPayload"]
    assert last["metadata"]["modelDeletion"]["reason"] == "EXPIRED"
    assert server.versions("churn_id") == []


def test_an_expiration_that_was_taken_back_deletes_nothing(server, client) -> None:
    model = client.get_model("sales.churn")
    model.expires = datetime.now(UTC) + timedelta(hours=1)
    model = client.update_model(model, ["expires"])
    model.expires = None
    client.update_model(model, ["expires"])
    server.env.clock.advance(7200)

    assert client.get_model("sales.churn").expires is None


@pytest.mark.parametrize("location", ["US", "eu", "asia-east1"])
def test_a_location_without_the_registry_registers_nothing(server, client, location: str) -> None:
    server.set(regions_without_registry=["us", "EU", "asia-east1"])
    dataset = bigquery.Dataset("shop.there")
    dataset.location = location
    client.create_dataset(dataset)
    client.query(f"CREATE MODEL there.m {LINEAR}").result()
    before = client.get_model("there.m").etag

    with pytest.raises(exceptions.BadRequest, match="Registry is not available in location"):
        register(client, "m_id", "shop.there.m")
    with pytest.raises(exceptions.BadRequest, match="Registry is not available in location"):
        client.query(f"CREATE MODEL there.n {REGISTERED}").result()
    assert [model.model_id for model in client.list_models("there")] == ["m"]
    assert client.get_model("there.m").etag == before
    assert server.versions("m_id") == server.versions("n") == []


def test_other_locations_keep_the_registry(server, client) -> None:
    server.set(regions_without_registry=["asia-east1"])
    register(client, "churn_id")

    assert server.versions("churn_id") == [1]


def test_a_label_by_somebody_else_leaves_the_registration_alone(server, client) -> None:
    register(client, "churn_id")
    bob = server.client("bob@example.com")
    model = bob.get_model("sales.churn")
    model.labels = {"owner": "bob"}
    bob.update_model(model, ["labels"])

    assert run_of(client)["vertexAiModelId"] == f"{PATH}churn_id"
    assert run_of(client)["vertexAiModelVersion"] == "1"
    assert server.versions("churn_id") == [1]


def test_a_label_during_a_registration_leaves_it_alone(server, client) -> None:
    server.set(registration_latency=30.0)
    register(client, "churn_id")
    patch(server, {"labels": {"owner": "bob"}})
    server.env.clock.advance(31)
    server.await_that(lambda: "vertexAiModelVersion" in run_of(client))

    assert client.get_model("sales.churn").labels == {"owner": "bob"}


def test_a_patch_without_an_id_leaves_the_registration_alone(server, client) -> None:
    register(client, "churn_id")
    patch(server, {"trainingRuns": [{}]})
    patch(server, {"trainingRuns": []})

    assert run_of(client)["vertexAiModelVersion"] == "1"


@pytest.mark.parametrize("etag", ["*", None], ids=["any", "none"])
def test_a_patch_that_names_no_revision_is_for_every_one(client, etag: str | None) -> None:
    model = client.get_model("sales.churn")
    model._properties["etag"] = etag
    model.description = "x"

    assert client.update_model(model, ["description"]).description == "x"


def test_a_model_whose_time_has_passed_expires_at_once(server, client) -> None:
    model = client.get_model("sales.churn")
    model.expires = datetime.now(UTC) - timedelta(hours=1)
    client.update_model(model, ["expires"])

    server.await_that(lambda: not list(client.list_models("sales")))


def test_a_deployed_model_outlives_its_expiration_until_it_is_undeployed(server, client) -> None:
    register(client, "churn_id")
    server.deploy("churn_id")
    model = client.get_model("sales.churn")
    model.expires = datetime.now(UTC) + timedelta(minutes=1)
    client.update_model(model, ["expires"])
    server.env.clock.advance(120)

    assert client.get_model("sales.churn").model_id == "churn"
    server.deploy("churn_id", undeploy=True)
    server.env.clock.advance(3601)
    server.await_that(lambda: not list(client.list_models("sales")))
