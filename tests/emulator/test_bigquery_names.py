"""Names of models, which follow the rules of tables, through the official client."""

from __future__ import annotations

import unicodedata

import pytest
from google.api_core import exceptions
from google.cloud import bigquery

from emulator.bigquery.names import is_model_id
from tests.emulator.bigquery_server import LINEAR, BigQueryServer, run

# The first three are examples of https://cloud.google.com/bigquery/docs/tables#table_naming.
NAMES = {
    "marks": "ग्राहक",
    "scripts and a connector": "00_お客様",
    "dash": "étudiant-01",
    "decomposed": "mode\u0300le",
    "composed": "mod\u00e8le",
    "space": "my model-1",
    "space at the end": "churn ",
    "space at the start": " churn",
    "no-break and ideographic space": "a\u00a0b\u3000c",
    "longest": "ग" * 341,
}


@pytest.fixture
def client(server: BigQueryServer) -> bigquery.Client:
    client = server.client()
    client.create_dataset("sales")
    return client


def reference(name: str) -> bigquery.ModelReference:
    return bigquery.ModelReference.from_api_repr(
        {"projectId": "shop", "datasetId": "sales", "modelId": name}
    )


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_model_keeps_its_name_through_sql_calls_and_entries(
    server: BigQueryServer, client: bigquery.Client, name: str
) -> None:
    job = run(client, f"CREATE MODEL sales.`{name}` {LINEAR}")
    model = client.get_model(reference(name))
    model.labels = {"team": "ml"}
    client.update_model(model, ["labels"])
    listed = [item.model_id for item in client.list_models("sales")]
    client.delete_model(reference(name))

    resource = f"projects/shop/datasets/sales/models/{name}"
    told = {entry["protoPayload"]["resourceName"] for entry in server.entries()}
    assert job.destination is not None
    assert (job.destination.table_id, model.model_id, listed) == (name, name, [name])
    assert resource in told
    assert list(client.list_models("sales")) == []


def test_a_name_is_not_normalised(client: bigquery.Client) -> None:
    for form in ("NFC", "NFD"):
        run(client, f"CREATE MODEL sales.`{unicodedata.normalize(form, 'modèle')}` {LINEAR}")

    assert len(list(client.list_models("sales"))) == 2


@pytest.mark.parametrize("name", ["a/b", "a+b", "a\\tb", "a\u200bb", "a\u0378b", "🙂"])
def test_a_name_with_other_characters_is_refused(client: bigquery.Client, name: str) -> None:
    with pytest.raises(exceptions.BadRequest):
        run(client, f"CREATE MODEL sales.`{name}` {LINEAR}")

    assert not is_model_id(name)


def test_a_copy_may_not_have_such_a_name_either(client: bigquery.Client) -> None:
    run(client, f"CREATE MODEL sales.m {LINEAR}")
    target = bigquery.TableReference(bigquery.DatasetReference("shop", "sales"), "a+b")

    with pytest.raises(exceptions.BadRequest, match="Invalid model ID"):
        client.copy_table("shop.sales.m", target).result(retry=None)


# Datasets in which case does not matter.


@pytest.fixture
def folding(client: bigquery.Client) -> bigquery.Client:
    """The dataset `folded` with the model `Churn`."""
    dataset = bigquery.Dataset("shop.folded")
    dataset.is_case_insensitive = True
    client.create_dataset(dataset)
    run(client, f"CREATE MODEL folded.Churn {LINEAR}")
    return client


def test_a_model_is_found_under_any_case_and_answers_with_its_own(
    folding: bigquery.Client,
) -> None:
    model = folding.get_model("shop.folded.CHURN")
    model.labels = {"team": "ml"}
    patched = folding.update_model(model, ["labels"])

    assert (model.model_id, patched.model_id) == ("Churn", "Churn")


def test_two_cases_are_one_model(server: BigQueryServer, folding: bigquery.Client) -> None:
    with pytest.raises(exceptions.Conflict, match="Already Exists"):
        run(folding, f"CREATE MODEL folded.churn {LINEAR}")
    job = run(folding, f"CREATE OR REPLACE MODEL folded.churn {LINEAR}")
    server.clear_entries()
    run(folding, "DROP MODEL folded.CHURN")

    (told,) = (e["protoPayload"] for e in server.entries() if "modelDeletion" in str(e))
    assert job.ddl_operation_performed == "REPLACE"
    assert told["resourceName"] == "projects/shop/datasets/folded/models/Churn"
    assert list(folding.list_models("folded")) == []


def test_a_copy_replaces_what_has_its_name_in_another_case(folding: bigquery.Client) -> None:
    run(folding, f"CREATE MODEL sales.m {LINEAR}")
    config = bigquery.CopyJobConfig(write_disposition="WRITE_TRUNCATE")
    folding.copy_table("shop.sales.m", "shop.folded.churn", job_config=config).result(retry=None)

    assert [model.model_id for model in folding.list_models("folded")] == ["Churn"]


def test_elsewhere_two_cases_are_two_models(client: bigquery.Client) -> None:
    for name in ("churn", "Churn"):
        run(client, f"CREATE MODEL sales.{name} {LINEAR}")

    assert len(list(client.list_models("sales"))) == 2
    with pytest.raises(exceptions.NotFound):
        client.get_model("sales.CHURN")
