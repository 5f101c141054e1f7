"""BigQuery over models that are deployed, from official clients of both services.

Real: BigQuery over HTTP, EndpointService over gRPC, one registry behind both, the audit entries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest
from google.api_core import exceptions
from google.cloud import aiplatform_v1, bigquery
from google.cloud.aiplatform_v1.services.endpoint_service.transports import (
    EndpointServiceGrpcTransport,
)

from emulator.grpc_wire import start_server
from emulator.vertex.wire import vertex_services
from tests.emulator.bigquery_server import NUMBER, REGISTERED, BigQueryServer, running_server
from tests.emulator.endpoint_server import MACHINE, SLOW

PLACE = f"projects/{NUMBER}/locations/us-central1"
ENDPOINT = f"{PLACE}/endpoints/e1"
INNER = (
    f"The Model is deployed or being deployed at the following Endpoint(s): {ENDPOINT}. "
    "Please undeploy the model before retry."
)
WRAPPED = (
    "Model Registry failed: com.google.cloud.ai.platform.common.errors.AiPlatformException: "
    f"code=FAILED_PRECONDITION, message={INNER}, cause=null"
)
PLAIN = (
    f"The model \"{PLACE}/models/m\" can't be deleted because it's deployed or being deployed at the "
    f"following endpoint(s): {ENDPOINT}. Undeploy the model from the endpoint(s) and try again."
)
REPLACE = f"CREATE OR REPLACE MODEL sales.m {REGISTERED}"
DROP = "DROP MODEL sales.m"


class Deployed:
    """Model sales.m, registered as `m`, and endpoint e1; what an endpoint does takes a minute."""

    def __init__(self, server: BigQueryServer, endpoints: Any) -> None:
        self.server = server
        self.client = server.client()
        self.endpoints: aiplatform_v1.EndpointServiceClient = endpoints
        server.set(**SLOW)
        self.client.create_dataset("sales")
        self.run(f"CREATE MODEL sales.m {REGISTERED}")
        self.endpoints.create_endpoint(
            parent=PLACE, endpoint={"display_name": "e1"}, endpoint_id="e1"
        )
        self.pass_time()
        server.clear_entries()

    def run(self, sql: str) -> bigquery.QueryJob:
        job = self.client.query(sql, job_retry=None)
        job.result(retry=None)
        return job

    def pass_time(self, seconds: float = 60.0) -> None:
        self.server.env.clock.advance(seconds)
        self.server.registry.pending()

    def begin_deploy(self, model: str = "m") -> Any:
        return self.endpoints.deploy_model(
            endpoint=ENDPOINT,
            deployed_model={"model": f"{PLACE}/models/{model}", "id": "7", **MACHINE},
            traffic_split={"0": 100},
        )

    def deploy(self) -> None:
        self.begin_deploy()
        self.pass_time()

    def begin_undeploy(self) -> None:
        self.endpoints.undeploy_model(endpoint=ENDPOINT, deployed_model_id="7", traffic_split={})

    def undeploy(self) -> None:
        self.begin_undeploy()
        self.pass_time()

    def refused(self, change: Callable[[Deployed], object]) -> str:
        """The text with which a change is refused, for it must be."""
        with pytest.raises(exceptions.BadRequest) as caught:
            change(self)
        assert caught.value.errors[0]["reason"] == "invalid"
        return str(caught.value.errors[0]["message"])

    def last_job(self) -> bigquery.QueryJob:
        return next(iter(self.client.list_jobs(max_results=1)))


@pytest.fixture
def deployed() -> Iterator[Deployed]:
    with running_server() as server:
        port_server, port = start_server(
            "127.0.0.1:0", *vertex_services(server.env, server.registry)
        )
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            transport = EndpointServiceGrpcTransport(channel=channel)
            yield Deployed(server, aiplatform_v1.EndpointServiceClient(transport=transport))
        port_server.stop(grace=0).wait(timeout=2)


DELETIONS: dict[str, Callable[[Deployed], object]] = {
    "drop": lambda it: it.run(DROP),
    "delete": lambda it: it.client.delete_model("sales.m"),
    "delete-dataset": lambda it: it.client.delete_dataset("sales", delete_contents=True),
    "drop-schema": lambda it: it.run("DROP SCHEMA sales CASCADE"),
}
CHANGES = {**DELETIONS, "replace": lambda it: it.run(REPLACE)}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_model_stays_as_long_as_it_is_deployed_or_being_deployed_or_undeployed(
    deployed: Deployed, change: Callable[[Deployed], object]
) -> None:
    etag = deployed.client.get_model("sales.m").etag
    for step in (deployed.begin_deploy, deployed.pass_time, deployed.begin_undeploy):
        step()

        assert deployed.refused(change) == WRAPPED
        assert deployed.client.get_model("sales.m").etag == etag
        assert deployed.server.versions("m") == [1]
    deployed.pass_time()
    change(deployed)
    assert deployed.server.versions("m") == ([2] if change is CHANGES["replace"] else [])


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_model_stays_a_while_after_its_last_undeployment(
    deployed: Deployed, change: Callable[[Deployed], object]
) -> None:
    deployed.server.set(delete_refused_after_undeploy=30.0)
    deployed.deploy()
    deployed.undeploy()

    assert deployed.refused(change) == WRAPPED
    deployed.pass_time(30.0)
    change(deployed)
    assert 1 not in deployed.server.versions("m")


@pytest.mark.parametrize("change", DELETIONS.values(), ids=DELETIONS)
@pytest.mark.parametrize(
    ("words", "told"),
    [("sdk-issue", PLAIN), ("wrapped-sdk-issue", WRAPPED.replace(INNER, PLAIN))],
    ids=["plain", "wrapped"],
)
def test_the_words_of_a_refused_deletion_are_a_setting(
    deployed: Deployed, change: Callable[[Deployed], object], words: str, told: str
) -> None:
    deployed.server.set(refused_delete_text=words)
    deployed.deploy()

    assert deployed.refused(change) == told
    assert deployed.refused(CHANGES["replace"]) == WRAPPED


@pytest.mark.parametrize("sql", [DROP, REPLACE], ids=["drop", "replace"])
@pytest.mark.parametrize("has_text", [False, True], ids=["code", "text"])
def test_a_refused_job_ends_in_an_entry_with_its_error(
    deployed: Deployed, sql: str, has_text: bool
) -> None:
    deployed.server.set(failed_job_status_has_text=has_text)
    deployed.deploy()
    deployed.refused(lambda it: it.run(sql))
    started, ended = deployed.server.entries()
    status = ended["protoPayload"]["metadata"]["jobChange"]["job"]["jobStatus"]

    assert deployed.server.events() == ["jobInsertion", "jobChange"]
    assert (started["severity"], ended["severity"]) == ("INFO", "ERROR")
    assert status["errorResult"] == {"code": 3, "message": WRAPPED}
    assert ended["protoPayload"]["status"] == {
        "code": 3,
        "message": WRAPPED if has_text else "INVALID_ARGUMENT",
    }


@pytest.mark.parametrize("has_text", [False, True])
def test_a_job_that_ends_well_has_no_status_text(deployed: Deployed, has_text: bool) -> None:
    deployed.server.set(failed_job_status_has_text=has_text)
    deployed.run(DROP)

    assert [entry["protoPayload"]["status"] for entry in deployed.server.entries()] == [{}, {}, {}]


@pytest.mark.parametrize(
    ("sql", "named", "expected"),
    [
        (DROP, [], None),
        (DROP, ["CREATE_MODEL"], None),
        (DROP, ["DROP_MODEL"], "shop.sales.m"),
        (REPLACE, [], None),
        (REPLACE, ["DROP_MODEL"], None),
        (REPLACE, ["CREATE_MODEL"], "shop.sales.m"),
    ],
)
def test_whether_a_refused_job_names_its_model_is_a_setting(
    deployed: Deployed, sql: str, named: list[str], expected: str | None
) -> None:
    deployed.server.set(refused_job_names_model=named, drop_job_names_model=True)
    deployed.deploy()
    deployed.refused(lambda it: it.run(sql))
    destination = deployed.last_job().destination
    job = deployed.server.entries()[-1]["protoPayload"]["metadata"]["jobChange"]["job"]

    assert (str(destination) if destination else None) == expected
    named_in_entry = job["jobConfig"]["queryConfig"].get("destinationTable")
    assert named_in_entry == (expected and "projects/shop/datasets/sales/tables/m")


@pytest.mark.parametrize(
    ("change", "call"),
    [("delete", "DeleteModel"), ("delete-dataset", "DeleteDataset")],
    ids=["models.delete", "datasets.delete"],
)
@pytest.mark.parametrize("others", [(), ("DeleteDataset", "DeleteModel")], ids=["none", "both"])
@pytest.mark.parametrize("logged", [True, False], ids=["logged", "not logged"])
def test_which_refused_calls_are_logged_is_a_setting(
    deployed: Deployed, change: str, call: str, others: tuple[str, ...], logged: bool
) -> None:
    calls = {*others, call} if logged else {*others} - {call}
    deployed.server.set(refused_calls_logged=sorted(calls))
    deployed.deploy()
    deployed.refused(DELETIONS[change])
    entries = deployed.server.entries()

    assert [entry["severity"] for entry in entries] == (["ERROR"] if logged else [])
    assert [entry["protoPayload"]["status"]["message"] for entry in entries] == (
        [WRAPPED] if logged else []
    )


def test_an_expired_model_stays_until_the_hour_after_its_undeployment(deployed: Deployed) -> None:
    deployed.deploy()
    model = deployed.client.get_model("sales.m")
    model.expires = datetime.now(UTC) + timedelta(minutes=10)
    deployed.client.update_model(model, ["expires"])
    deployed.server.clear_entries()
    deployed.pass_time(1200)
    deployed.pass_time(3601)

    assert deployed.client.get_model("sales.m").model_id == "m"
    deployed.undeploy()
    assert deployed.client.get_model("sales.m").model_id == "m"
    deployed.pass_time(3601)
    deployed.server.await_that(lambda: not list(deployed.client.list_models("sales")))
    assert deployed.server.versions("m") == []
    assert deployed.server.events() == ["modelDeletion"]


@pytest.mark.parametrize(
    ("options", "fits"),
    [
        ("model_type='logistic_reg'", True),
        ("model_type='kmeans'", True),
        ("model_type='boosted_tree_classifier'", True),
        ("model_type='transform_only'", True),
        ("model_type='arima_plus'", False),
        ("model_type='arima_plus_xreg'", False),
        ("model_type='arima'", False),
        ("model_type='contribution_analysis'", False),
        ("model_type='tensorflow', model_path='gs://b/m'", True),
        ("model_type='xgboost', model_path='gs://b/m'", False),
        ("model_type='onnx', model_path='gs://b/m'", False),
        ("model_type='tensorflow_lite', model_path='gs://b/m'", False),
    ],
)
def test_vertex_knows_which_types_can_be_deployed(
    deployed: Deployed, options: str, fits: bool
) -> None:
    query = "" if "model_path" in options else " AS SELECT 1 AS label"
    deployed.run(f"CREATE MODEL sales.n OPTIONS({options}, model_registry='VERTEX_AI'){query}")
    begun = deployed.begin_deploy("n")
    deployed.pass_time()
    error = begun.exception(timeout=5)

    assert (error is None) == fits
    if error:
        assert str(error).endswith(f"Model {PLACE}/models/n is not exportable from BigQueryML.")


def test_a_model_registered_by_a_patch_is_of_its_type_as_well(deployed: Deployed) -> None:
    deployed.run("CREATE MODEL sales.n OPTIONS(model_type='arima_plus') AS SELECT 1 AS label")
    deployed.run("ALTER MODEL sales.n SET OPTIONS(vertex_ai_model_id='n')")
    deployed.server.await_that(lambda: deployed.server.versions("n") == [1])
    begun = deployed.begin_deploy("n")
    deployed.pass_time()

    assert "not exportable" in str(begun.exception(timeout=5))
