"""Datasets, through the official client."""

import pytest
from google.api_core import exceptions
from google.cloud import bigquery

from tests.emulator.bigquery_server import LINEAR, REGISTERED, BigQueryServer


@pytest.fixture
def client(server: BigQueryServer) -> bigquery.Client:
    return server.client()


def test_a_dataset_has_the_location_us_unless_told_otherwise(client: bigquery.Client) -> None:
    plain = client.create_dataset("sales")
    european = bigquery.Dataset("shop.ventas")
    european.location = "EU"

    assert plain.location == "US"
    assert client.create_dataset(european).location == "EU"


def test_a_dataset_that_exists_is_a_duplicate(client: bigquery.Client) -> None:
    client.create_dataset("sales")

    with pytest.raises(exceptions.Conflict, match="Already Exists: Dataset shop:sales") as caught:
        client.create_dataset("sales")
    assert caught.value.errors[0]["reason"] == "duplicate"
    assert client.create_dataset("sales", exists_ok=True).dataset_id == "sales"


def test_a_missing_dataset_is_not_found(client: bigquery.Client) -> None:
    with pytest.raises(exceptions.NotFound, match="Not found: Dataset shop:nowhere"):
        client.get_dataset("nowhere")


@pytest.mark.parametrize("view", ["METADATA", "FULL"])
def test_a_view_with_the_metadata_shows_it(client: bigquery.Client, view: str) -> None:
    client.create_dataset("sales")

    dataset = client.get_dataset("sales", dataset_view=bigquery.enums.DatasetView[view])

    assert (dataset.dataset_id, dataset.location) == ("sales", "US")


def test_the_view_of_access_lists_is_not_implemented(client: bigquery.Client) -> None:
    client.create_dataset("sales")

    with pytest.raises(exceptions.MethodNotImplemented, match="datasetView=ACL"):
        client.get_dataset("sales", dataset_view=bigquery.enums.DatasetView.ACL)


def test_a_dataset_name_with_a_hyphen_is_refused(client: bigquery.Client) -> None:
    with pytest.raises(exceptions.BadRequest, match="Invalid dataset ID"):
        client.create_dataset("a-b")


def test_labels_are_merged_and_none_deletes_a_key(client: bigquery.Client) -> None:
    dataset = client.create_dataset("sales")
    dataset.labels = {"team": "ml", "stage": "dev"}
    client.update_dataset(dataset, ["labels"])
    dataset = client.get_dataset("sales")
    dataset.labels["stage"] = None
    client.update_dataset(dataset, ["labels"])

    assert client.get_dataset("sales").labels == {"team": "ml"}


def test_a_stale_etag_is_a_failed_precondition(client: bigquery.Client) -> None:
    stale = client.create_dataset("sales")
    fresh = client.get_dataset("sales")
    fresh.description = "first"
    client.update_dataset(fresh, ["description"])
    stale.description = "second"

    with pytest.raises(
        exceptions.PreconditionFailed, match=r"Precondition check failed."
    ) as caught:
        client.update_dataset(stale, ["description"])
    assert caught.value.errors[0]["reason"] == "conditionNotMet"


def test_lists_come_in_pages_and_filter_by_label(client: bigquery.Client) -> None:
    for name, team in (("a", "ml"), ("b", "bi"), ("c", "ml")):
        dataset = bigquery.Dataset(f"shop.{name}")
        dataset.labels = {"team": team}
        client.create_dataset(dataset)

    paged = [item.dataset_id for item in client.list_datasets(page_size=2)]
    assert paged == ["a", "b", "c"]
    filtered = client.list_datasets(filter="labels.team:ml")
    assert [item.dataset_id for item in filtered] == ["a", "c"]


def test_a_dataset_with_models_is_deleted_only_with_its_contents(
    server: BigQueryServer, client: bigquery.Client
) -> None:
    client.create_dataset("sales")
    client.query(f"CREATE MODEL sales.m {REGISTERED}").result()

    with pytest.raises(exceptions.BadRequest, match="still in use") as caught:
        client.delete_dataset("sales")
    assert caught.value.errors[0]["reason"] == "resourceInUse"
    server.clear_entries()
    client.delete_dataset("sales", delete_contents=True)
    assert server.events() == ["datasetDeletion"]
    assert server.versions("m") == []


def test_a_dataset_with_a_deployed_model_stays_as_it_is(
    server: BigQueryServer, client: bigquery.Client
) -> None:
    client.create_dataset("sales")
    client.query(f"CREATE MODEL sales.a {REGISTERED}").result()
    client.query(f"CREATE MODEL sales.z {REGISTERED}").result()
    server.deploy("z")

    with pytest.raises(exceptions.BadRequest, match="Please undeploy the model before retry"):
        client.delete_dataset("sales", delete_contents=True)
    assert [model.model_id for model in client.list_models("sales")] == ["a", "z"]
    assert server.versions("a") == [1]


def test_the_default_table_expiration_applies_to_models(
    server: BigQueryServer, client: bigquery.Client
) -> None:
    dataset = bigquery.Dataset("shop.short")
    dataset.default_table_expiration_ms = 3_600_000
    client.create_dataset(dataset)
    client.query(f"CREATE MODEL short.m {LINEAR}").result()
    model = client.get_model("short.m")

    assert (model.expires - model.created).total_seconds() == pytest.approx(3600, abs=1)
    server.env.clock.advance(3601)
    server.await_that(lambda: not list(client.list_models("short")))
    assert server.events()[-1] == "modelDeletion"


def test_every_change_is_told_once(server: BigQueryServer, client: bigquery.Client) -> None:
    dataset = client.create_dataset("sales")
    dataset.description = "x"
    client.update_dataset(dataset, ["description"])
    client.delete_dataset("sales")

    assert server.events() == ["datasetCreation", "datasetChange", "datasetDeletion"]


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda client: client.get_table("shop.sales.t", retry=None), "tables/t"),
        (lambda client: list(client.list_routines("shop.sales", retry=None)), "routines"),
    ],
    ids=["tables", "routines"],
)
def test_unknown_calls_are_refused_by_name(client: bigquery.Client, call, named: str) -> None:
    with pytest.raises(exceptions.MethodNotImplemented, match=named):
        call(client)


def test_a_default_expiration_of_zero_is_none(
    server: BigQueryServer, client: bigquery.Client
) -> None:
    dataset = bigquery.Dataset("shop.lasting")
    dataset.default_table_expiration_ms = 0
    client.create_dataset(dataset)
    client.query(f"CREATE MODEL lasting.m {LINEAR}").result()

    assert client.get_dataset("lasting").default_table_expiration_ms is None
    assert client.get_model("lasting.m").expires is None


@pytest.mark.parametrize("nothing", [0, None], ids=["zero", "null"])
def test_a_default_expiration_is_taken_back_by_zero_or_null(client, nothing: int | None) -> None:
    dataset = bigquery.Dataset("shop.lasting")
    dataset.default_table_expiration_ms = 3_600_000
    dataset = client.create_dataset(dataset)
    dataset.default_table_expiration_ms = nothing
    client.update_dataset(dataset, ["default_table_expiration_ms"])
    client.query(f"CREATE MODEL lasting.m {LINEAR}").result()

    assert client.get_model("lasting.m").expires is None


def test_a_loaded_default_expiration_of_zero_is_none(server, client) -> None:
    reference = {"projectId": "shop", "datasetId": "lasting"}
    lasting = {"datasetReference": reference, "defaultTableExpirationMs": "0"}
    server.bigquery.load({"datasets": [lasting]})
    client.query(f"CREATE MODEL lasting.m {LINEAR}").result()

    assert client.get_model("lasting.m").expires is None


def test_a_default_expiration_is_an_hour_at_least(client: bigquery.Client) -> None:
    dataset = bigquery.Dataset("shop.short")
    dataset.default_table_expiration_ms = 3_599_999

    with pytest.raises(exceptions.BadRequest, match="one hour"):
        client.create_dataset(dataset)
    with pytest.raises(exceptions.BadRequest, match="one hour"):
        client.query("CREATE SCHEMA s OPTIONS(default_table_expiration_days=0.01)").result()
    assert list(client.list_datasets()) == []


def test_hidden_datasets_are_listed_only_on_request(client: bigquery.Client) -> None:
    client.create_dataset("sales")
    client.create_dataset("_mine")
    client.query(f"CREATE MODEL _mine.m {LINEAR}").result()

    assert [item.dataset_id for item in client.list_datasets()] == ["sales"]
    assert [item.dataset_id for item in client.list_datasets(include_all=True)] == [
        "_mine",
        "sales",
    ]
    assert [model.model_id for model in client.list_models("_mine")] == ["m"]


def test_results_of_queries_are_in_a_hidden_dataset_of_the_user_and_the_location(server) -> None:
    homes = {
        (who, where): server.client(who, location=where)
        for who in ("ana@example.com", "bob@example.com")
        for where in ("US", "EU")
    }
    found = {key: client.query("SELECT 1") for key, client in homes.items()}
    for job in found.values():
        job.result()
    names = {key: job.destination.dataset_id for key, job in found.items()}

    assert len(set(names.values())) == 4
    assert all(name.startswith("_") for name in names.values())
    for (who, where), name in names.items():
        assert homes[who, where].get_dataset(name).location == where
    assert not [event for event in server.events() if event.startswith("dataset")]
