"""The state of BigQuery: dumped, loaded, seeded and reset."""

import pytest
from google.cloud import bigquery

from emulator.errors import ServiceError
from tests.emulator.bigquery_server import LINEAR, NUMBER, REGISTERED


def test_what_was_dumped_is_there_again_after_a_reset(server, client) -> None:
    client.query(f"CREATE MODEL sales.m {REGISTERED}", job_id="one", job_retry=None).result()
    before = client.get_model("sales.m").to_api_repr()
    dump = server.bigquery.dump()
    server.bigquery.reset()

    assert list(client.list_datasets()) == list(client.list_jobs()) == []
    server.bigquery.load(dump)
    assert client.get_model("sales.m").to_api_repr() == before
    assert client.get_job("one").statement_type == "CREATE_MODEL"
    assert server.bigquery.dump() == dump


def test_a_seed_needs_only_names(server, client) -> None:
    reference = {"projectId": "shop", "datasetId": "seeded", "modelId": "m"}
    datasets = [{"datasetReference": {"projectId": "shop", "datasetId": "seeded"}}]
    server.bigquery.load(
        {"datasets": datasets, "models": [{"modelReference": reference, "modelType": "KMEANS"}]}
    )
    model = client.get_model("seeded.m")

    assert (model.model_type, model.location) == ("KMEANS", "US")
    assert model.etag
    assert model.created


def test_a_seed_may_show_the_registered_id_as_a_path(server, client) -> None:
    path = f"projects/{NUMBER}/locations/us-central1/models/m_id"
    run = {"vertexAiModelId": path, "vertexAiModelVersion": "4"}
    reference = {"projectId": "shop", "datasetId": "sales", "modelId": "m"}
    server.bigquery.load({"models": [{"modelReference": reference, "trainingRuns": [run]}]})

    assert client.get_model("sales.m").training_runs == [run]


def test_a_job_and_a_registration_under_way_go_on_after_a_load(server, client) -> None:
    client.query(f"CREATE MODEL sales.m {LINEAR}").result()
    server.set(job_latency=1.0, registration_latency=1.0)
    client.query("ALTER MODEL sales.m SET OPTIONS(description='x')")
    resource = {
        **client.get_model("sales.m").to_api_repr(),
        "trainingRuns": [{"vertexAiModelId": "m"}],
    }
    client.update_model(bigquery.Model.from_api_repr(resource), ["trainingRuns"])
    dump = server.bigquery.dump()
    server.env.clock.reset()
    server.bigquery.reset()
    server.bigquery.load(dump)
    server.env.clock.advance(2)
    server.await_that(lambda: not server.env.clock.pending())

    assert client.get_model("sales.m").description == "x"
    assert server.versions("m") == [1]


def test_a_loaded_model_still_expires(server, client) -> None:
    reference = {"projectId": "shop", "datasetId": "sales", "modelId": "m"}
    expires = str(server.env.clock.now_ms() + 60_000)
    server.bigquery.load({"models": [{"modelReference": reference, "expirationTime": expires}]})
    server.env.clock.advance(61)
    server.await_that(lambda: not list(client.list_models("sales")))

    assert server.events()[-1] == "modelDeletion"


def test_unknown_parts_of_a_state_are_refused(server) -> None:
    with pytest.raises(ServiceError, match="tables"):
        server.bigquery.load({"tables": []})


def test_every_call_is_recorded_under_its_full_name(server, client) -> None:
    client.query(f"CREATE MODEL sales.m {LINEAR}").result()
    client.get_model("sales.m")
    seen = [
        call["method"].removeprefix("google.cloud.bigquery.v2.")
        for call in server.env.gate.calls.dump()
    ]

    assert seen[:2] == ["DatasetService.InsertDataset", "JobService.InsertJob"]
    assert seen[-1] == "ModelService.GetModel"
    assert server.env.gate.calls.dump()[-1]["resource"] == "projects/shop/datasets/sales/models/m"
    assert server.env.gate.calls.dump()[-1]["principal"] == "ana@example.com"
