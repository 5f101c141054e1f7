"""Projects without the Vertex AI API, as official clients see them: over gRPC, REST and BigQuery."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest
from google.api_core import exceptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import aiplatform_v1, bigquery
from google.cloud.aiplatform_v1.services.endpoint_service.transports import (
    EndpointServiceGrpcTransport,
)
from google.cloud.aiplatform_v1.services.model_service.transports import (
    ModelServiceGrpcTransport,
    ModelServiceRestTransport,
)
from google.oauth2.credentials import Credentials

from emulator.assembly import Services, assemble
from emulator.wires import Ports, Wires

NUMBER = "123456789012"
REGION = "locations/us-central1"
URL = (
    "https://console.developers.google.com/apis/api/aiplatform.googleapis.com/overview"
    f"?project={NUMBER}"
)
TEXT = (
    f"Vertex AI API has not been used in project {NUMBER} before or it is disabled. "
    f"Enable it by visiting {URL} then retry. If you enabled this API recently, wait a few minutes "
    "for the action to propagate to our systems and retry."
)
LINEAR = "OPTIONS(model_type='linear_reg') AS SELECT 1 AS label"
REGISTERED = "OPTIONS(model_type='linear_reg', model_registry='VERTEX_AI') AS SELECT 1 AS label"


class Cloud:
    """A local cloud in this process; project `shop` has models, and soon no Vertex AI API."""

    def __init__(self, services: Services, addresses: dict[str, Any]) -> None:
        self.services = services
        self.addresses = addresses
        self.bigquery = bigquery.Client(
            project="shop",
            credentials=Credentials(token="ana@example.com"),
            client_options={"api_endpoint": addresses["bigquery"]},
        )

    def set(self, **changes: Any) -> None:
        self.services.environment.set(changes)

    def run(self, sql: str) -> bigquery.QueryJob:
        job = self.bigquery.query(sql, job_retry=None)
        job.result(retry=None)
        return job

    def registry(self, transport: str) -> aiplatform_v1.ModelServiceClient:
        """The official client over one of its transports."""
        if transport == "grpc":
            channel = grpc.insecure_channel(self.addresses["vertex_grpc"])
            return aiplatform_v1.ModelServiceClient(
                transport=ModelServiceGrpcTransport(channel=channel)
            )
        rest = ModelServiceRestTransport(
            host=self.addresses["vertex_rest"].removeprefix("http://"),
            url_scheme="http",
            credentials=AnonymousCredentials(),
        )
        return aiplatform_v1.ModelServiceClient(transport=rest)

    def versions(self) -> int:
        return sum(len(model["versions"]) for model in self.services.vertex.dump()["models"])


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    services = assemble()
    services.environment.set(
        {"job_latency": 0.0, "registration_latency": 0.0, "version_latency": 0.0}
    )
    wires = Wires(services, "127.0.0.1", Ports())
    wires.start()
    try:
        cloud = Cloud(services, wires.addresses())
        cloud.bigquery.create_dataset("sales")
        cloud.run(f"CREATE MODEL sales.m {LINEAR}")
        yield cloud
    finally:
        wires.stop()


def register(cloud: Cloud, model: str = "m") -> None:
    reference = {"projectId": "shop", "datasetId": "sales", "modelId": model}
    resource = {"modelReference": reference, "trainingRuns": [{"vertexAiModelId": model}]}
    cloud.bigquery.update_model(bigquery.Model.from_api_repr(resource), ["trainingRuns"])


@pytest.mark.parametrize("transport", ["grpc", "rest"])
@pytest.mark.parametrize("disabled", ["shop", NUMBER], ids=["by-id", "by-number"])
@pytest.mark.parametrize("project", ["shop", NUMBER], ids=["asked-by-id", "asked-by-number"])
def test_a_client_of_vertex_reads_the_reason_and_how_to_mend_it(
    cloud: Cloud, transport: str, disabled: str, project: str
) -> None:
    register(cloud)
    cloud.set(vertex_api_disabled_projects=[disabled])

    with pytest.raises(exceptions.Forbidden) as caught:
        cloud.registry(transport).get_model(name=f"projects/{project}/{REGION}/models/m")
    error = caught.value
    assert (error.reason, error.domain) == ("SERVICE_DISABLED", "googleapis.com")
    assert error.metadata["service"] == "aiplatform.googleapis.com"
    assert error.metadata["consumer"] == f"projects/{NUMBER}"
    assert TEXT in error.message
    assert URL in str(error.details)


CALLS: dict[str, Callable[[aiplatform_v1.ModelServiceClient], object]] = {
    "list_models": lambda client: list(client.list_models(parent=f"projects/shop/{REGION}")),
    "list_model_versions": lambda client: list(
        client.list_model_versions(name=f"projects/shop/{REGION}/models/m")
    ),
    "merge_version_aliases": lambda client: client.merge_version_aliases(
        name=f"projects/shop/{REGION}/models/m@1", version_aliases=["gold"]
    ),
    "update_model": lambda client: client.update_model(
        model={"name": f"projects/shop/{REGION}/models/m@1", "labels": {"a": "b"}},
        update_mask={"paths": ["labels"]},
    ),
    "delete_model": lambda client: client.delete_model(name=f"projects/shop/{REGION}/models/m"),
    "get_operation": lambda client: client.get_operation(
        {"name": f"projects/shop/{REGION}/operations/7"}
    ),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_every_method_of_vertex_is_refused_and_without_effect(cloud: Cloud, call) -> None:
    register(cloud)
    before = cloud.services.vertex.dump()
    cloud.set(vertex_api_disabled_projects=["shop"])

    with pytest.raises(exceptions.PermissionDenied) as caught:
        call(cloud.registry("grpc"))
    assert caught.value.reason == "SERVICE_DISABLED"
    assert cloud.services.vertex.dump() == before


ENDPOINT = f"projects/shop/{REGION}/endpoints/7"
ENDPOINT_CALLS: dict[str, Callable[[aiplatform_v1.EndpointServiceClient], object]] = {
    "get_endpoint": lambda client: client.get_endpoint(name=ENDPOINT),
    "list_endpoints": lambda client: client.list_endpoints(parent=f"projects/shop/{REGION}"),
    "create_endpoint": lambda client: client.create_endpoint(
        parent=f"projects/shop/{REGION}", endpoint={"display_name": "x"}
    ),
    "update_endpoint": lambda client: client.update_endpoint(
        endpoint={"name": ENDPOINT}, update_mask={"paths": ["labels"]}
    ),
    "deploy_model": lambda client: client.deploy_model(
        endpoint=ENDPOINT, deployed_model={"model": "m"}, traffic_split={}
    ),
    "undeploy_model": lambda client: client.undeploy_model(
        endpoint=ENDPOINT, deployed_model_id="1", traffic_split={}
    ),
    "delete_endpoint": lambda client: client.delete_endpoint(name=ENDPOINT),
}


@pytest.mark.parametrize("call", ENDPOINT_CALLS.values(), ids=ENDPOINT_CALLS)
def test_every_method_of_endpoints_is_refused(cloud: Cloud, call) -> None:
    register(cloud)
    cloud.set(vertex_api_disabled_projects=["shop"])
    with grpc.insecure_channel(cloud.addresses["vertex_grpc"]) as channel:
        transport = EndpointServiceGrpcTransport(channel=channel)
        client = aiplatform_v1.EndpointServiceClient(transport=transport)

        with pytest.raises(exceptions.PermissionDenied) as caught:
            call(client)
    assert caught.value.reason == "SERVICE_DISABLED"


def test_projects_that_nobody_has_seen_get_no_number_by_being_named(cloud: Cloud) -> None:
    cloud.set(vertex_api_disabled_projects=["123456789013", "later"])
    register(cloud)
    cloud.registry("grpc").get_model(name=f"projects/shop/{REGION}/models/m")

    assert set(cloud.services.vertex.dump()["project_numbers"]) == {"shop"}


def test_other_projects_have_the_api(cloud: Cloud) -> None:
    cloud.set(vertex_api_disabled_projects=["elsewhere"])
    register(cloud)

    model = cloud.registry("grpc").get_model(name=f"projects/shop/{REGION}/models/m")
    assert model.version_id == "1"


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        ("INVALID_ARGUMENT", exceptions.BadRequest, f"code=PERMISSION_DENIED, message={TEXT}"),
        ("PERMISSION_DENIED", exceptions.Forbidden, TEXT),
    ],
    ids=["wrapped", "as-it-is"],
)
@pytest.mark.parametrize(
    "change",
    [
        register,
        lambda cloud: cloud.run("ALTER MODEL sales.m SET OPTIONS(vertex_ai_model_id='m')"),
        lambda cloud: cloud.run(f"CREATE MODEL sales.n {REGISTERED}"),
        lambda cloud: cloud.run(f"CREATE OR REPLACE MODEL sales.m {REGISTERED}"),
        lambda cloud: cloud.bigquery.query_and_wait(
            f"CREATE MODEL sales.n {REGISTERED}", retry=None, job_retry=None
        ),
    ],
    ids=["patch", "alter", "create", "replace", "create-and-wait"],
)
def test_bigquery_refuses_to_register_in_the_same_words(
    cloud: Cloud, change, status: str, error: type, words: str
) -> None:
    cloud.set(vertex_api_disabled_projects=["shop"], vertex_api_disabled_in_bigquery=status)
    before = cloud.bigquery.get_model("sales.m")

    with pytest.raises(error) as caught:
        change(cloud)
    assert words in str(caught.value)
    assert [model.model_id for model in cloud.bigquery.list_models("sales")] == ["m"]
    assert cloud.bigquery.get_model("sales.m").etag == before.etag
    assert cloud.versions() == 0


def test_what_needs_no_registry_works_without_it(cloud: Cloud) -> None:
    cloud.set(vertex_api_disabled_projects=["shop"])
    cloud.run("ALTER MODEL sales.m SET OPTIONS(labels=[('team', 'ml')])")
    cloud.run(f"CREATE OR REPLACE MODEL sales.m {LINEAR}")
    cloud.run("DROP MODEL sales.m")

    assert list(cloud.bigquery.list_models("sales")) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda cloud: cloud.run("DROP MODEL sales.m"),
        lambda cloud: cloud.bigquery.delete_model("sales.m"),
        lambda cloud: cloud.run(f"CREATE OR REPLACE MODEL sales.m {LINEAR}"),
        lambda cloud: cloud.bigquery.delete_dataset("sales", delete_contents=True),
    ],
    ids=["drop", "delete", "replace", "dataset"],
)
def test_a_registered_model_stays_while_the_api_is_off(cloud: Cloud, change) -> None:
    register(cloud)
    cloud.set(vertex_api_disabled_projects=["shop"])

    with pytest.raises(exceptions.BadRequest, match="has not been used in project"):
        change(cloud)
    assert cloud.bigquery.get_model("sales.m").training_runs[0]["vertexAiModelVersion"] == "1"
    assert cloud.versions() == 1


def test_a_registration_under_way_ends_when_the_api_is_switched_off(cloud: Cloud) -> None:
    cloud.set(registration_latency=30.0)
    register(cloud)
    cloud.set(vertex_api_disabled_projects=["shop"])
    cloud.services.environment.clock.advance(31)

    assert cloud.services.cloud.wait_idle(5) == []
    assert "vertexAiModelId" not in cloud.bigquery.get_model("sales.m").training_runs[0]


def test_enabling_the_api_is_all_that_it_takes(cloud: Cloud) -> None:
    cloud.set(vertex_api_disabled_projects=["shop"])
    with pytest.raises(exceptions.BadRequest):
        register(cloud)
    cloud.set(vertex_api_disabled_projects=[])
    register(cloud)

    assert cloud.services.cloud.wait_idle(5) == []
    assert cloud.versions() == 1
