"""What only the real adapters do: whom they call as, and how Google's errors are translated."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.api_core import exceptions as api
from google.auth import exceptions as auth
from google.cloud import bigquery, pubsub_v1
from requests import exceptions as http

from bqml_registrar.adapters.bigquery import BigQueryCatalog, connect, read_model
from bqml_registrar.adapters.faults import translated
from bqml_registrar.adapters.lists import GoogleLists
from bqml_registrar.adapters.pubsub import PubSubPublisher
from bqml_registrar.adapters.pubsub import connect as connect_pubsub
from bqml_registrar.adapters.vertex import VertexRegistry
from bqml_registrar.errors import PermanentError, RetryableError, StaleError
from bqml_registrar.messages.outgoing import Message
from bqml_registrar.names import DatasetName, JobName
from bqml_registrar.reasons import Reason
from local.control import Control
from local.processes import Addresses
from tests.analyst import a_client, create_dataset, train
from tests.builders import CHURN, DEPLOYED


@pytest.fixture
def catalog(control: Control) -> BigQueryCatalog:
    control.settings(job_latency=0.0)
    create_dataset("prod_sales")
    train(CHURN)
    return BigQueryCatalog(connect("analytics-dev", emulator=True))


# https://github.com/googleapis/python-aiplatform/issues/2807
DEPLOYED_TO_THE_SDK = (
    'The model "projects/1/locations/us-central1/models/prod_sales-churn" can\'t be deleted because '
    "it's deployed or being deployed at the following endpoint(s): projects/1/locations/us-central1/"
    "endpoints/7. Undeploy the model from the endpoint(s) and try again."
)


def forbidden(reason: str, message: str = "no") -> api.Forbidden:
    return api.Forbidden(message, errors=[{"reason": reason}])


@pytest.mark.parametrize(
    ("error", "kind", "reason"),
    [
        (api.PreconditionFailed("etag"), StaleError, None),
        (api.Aborted("etag"), StaleError, None),
        (api.NotFound("gone"), StaleError, None),
        (api.ServiceUnavailable("503"), RetryableError, Reason.SERVICE_UNAVAILABLE),
        (api.InternalServerError("500"), RetryableError, Reason.SERVICE_UNAVAILABLE),
        (api.DeadlineExceeded("slow"), RetryableError, Reason.SERVICE_UNAVAILABLE),
        (api.TooManyRequests("429"), RetryableError, Reason.SERVICE_UNAVAILABLE),
        (api.Conflict("409"), RetryableError, Reason.SERVICE_UNAVAILABLE),
        (auth.TransportError("metadata"), RetryableError, Reason.SERVICE_UNAVAILABLE),
        (forbidden("rateLimitExceeded"), RetryableError, Reason.SERVICE_UNAVAILABLE),
        (forbidden("quotaExceeded"), RetryableError, Reason.SERVICE_UNAVAILABLE),
        (forbidden("accessDenied"), PermanentError, Reason.PERMISSION_DENIED),
        (forbidden("accessNotConfigured"), PermanentError, Reason.API_DISABLED),
        (
            api.PermissionDenied("Vertex AI API has not been used in project 1 before"),
            PermanentError,
            Reason.API_DISABLED,
        ),
        (
            api.BadRequest(
                "Model Registry failed: AiPlatformException: code=PERMISSION_DENIED, message=Vertex AI "
                "API has not been used in project 1 before or it is disabled"
            ),
            PermanentError,
            Reason.API_DISABLED,
        ),
        (
            api.BadRequest("Model Registry failed: AiPlatformException: code=PERMISSION_DENIED, m"),
            PermanentError,
            Reason.PERMISSION_DENIED,
        ),
        (api.FailedPrecondition("The etag is stale"), StaleError, None),
        (
            api.BadRequest(
                "Model Registry failed: AiPlatformException: code=RESOURCE_EXHAUSTED, m"
            ),
            RetryableError,
            Reason.SERVICE_UNAVAILABLE,
        ),
        (
            api.BadRequest("There are other operations running on the Endpoint"),
            RetryableError,
            Reason.ENDPOINT_BUSY,
        ),
        (
            api.FailedPrecondition(
                'There are other operations running on the Endpoint "projects/1/locations/us-central1/'
                'endpoints/7": [42]. Please wait for them to complete.'
            ),
            RetryableError,
            Reason.ENDPOINT_BUSY,
        ),
        (api.BadRequest(DEPLOYED), RetryableError, Reason.STILL_DEPLOYED),
        (api.BadRequest(DEPLOYED_TO_THE_SDK), RetryableError, Reason.STILL_DEPLOYED),
        (api.FailedPrecondition(DEPLOYED_TO_THE_SDK), RetryableError, Reason.STILL_DEPLOYED),
        (
            api.FailedPrecondition(
                'The Endpoint "e" has deployed or being-deployed DeployedModel(s). Please undeploy all '
                "DeployedModels before deleting the Endpoint."
            ),
            PermanentError,
            Reason.REFUSED_BY_SERVICE,
        ),
        (
            api.FailedPrecondition(
                "DeployedModel 7 still has traffic. Assign its traffic to other DeployedModels first."
            ),
            PermanentError,
            Reason.REFUSED_BY_SERVICE,
        ),
        (api.RetryError("gave up", None), RetryableError, Reason.SERVICE_UNAVAILABLE),
        (api.Cancelled("499"), RetryableError, Reason.SERVICE_UNAVAILABLE),
        (auth.RefreshError("metadata"), RetryableError, Reason.SERVICE_UNAVAILABLE),
        (auth.DefaultCredentialsError("none"), RetryableError, Reason.SERVICE_UNAVAILABLE),
        (http.ConnectionError("reset"), RetryableError, Reason.SERVICE_UNAVAILABLE),
        (http.ReadTimeout("slow"), RetryableError, Reason.SERVICE_UNAVAILABLE),
        (http.ChunkedEncodingError("cut"), RetryableError, Reason.SERVICE_UNAVAILABLE),
        (api.MethodNotImplemented("501"), PermanentError, Reason.REFUSED_BY_SERVICE),
        (api.BadRequest("invalid"), PermanentError, Reason.REFUSED_BY_SERVICE),
        (api.FailedPrecondition("remote"), PermanentError, Reason.REFUSED_BY_SERVICE),
        (api.Unauthenticated("who"), PermanentError, Reason.REFUSED_BY_SERVICE),
    ],
    ids=lambda value: getattr(value, "name", None) or type(value).__name__,
)
def test_googles_errors_become_ours(
    error: Exception, kind: type[Exception], reason: Reason | None
) -> None:
    with pytest.raises(kind) as raised, translated():
        raise error

    assert getattr(raised.value, "reason", None) is reason
    assert raised.value.__cause__ is error


def test_what_is_not_googles_passes() -> None:
    with pytest.raises(ZeroDivisionError), translated():
        raise ZeroDivisionError


def test_a_failed_call_is_not_repeated_in_process(
    catalog: BigQueryCatalog, control: Control
) -> None:
    control.fault("ModelService.GetModel", "error_before", status="UNAVAILABLE")

    with pytest.raises(RetryableError):
        catalog.get(CHURN)

    reads = [call for call in control.calls() if call["method"].endswith("ModelService.GetModel")]
    assert len(reads) == 1


def test_our_calls_name_themselves_so_that_detection_knows_the_echo(
    catalog: BigQueryCatalog, control: Control
) -> None:
    catalog.get(CHURN)

    assert "bqml-registrar/" in control.calls()[-1]["user_agent"]


def test_a_job_of_another_model_is_not_taken_for_the_creating_one(
    catalog: BigQueryCatalog,
) -> None:
    model = catalog.get(CHURN)
    assert model is not None
    create_dataset("other")
    other = train(
        type(CHURN)(project="analytics-dev", dataset="other", model="m"), principal="bo@x"
    )

    origin = catalog.origin(model, JobName(project="analytics-dev", job=other.job_id))

    assert origin is not None
    assert origin.creator == "ana@example.com"


def test_a_job_that_ended_before_the_model_was_made_is_not_taken_for_the_creating_one(
    catalog: BigQueryCatalog,
) -> None:
    (first,) = a_client().list_jobs()
    statement = "CREATE OR REPLACE MODEL prod_sales.churn OPTIONS(model_type='linear_reg') AS SELECT 1 AS label"
    a_client("bo@example.com").query(statement).result(timeout=10)
    model = catalog.get(CHURN)
    assert model is not None

    origin = catalog.origin(model, JobName(project="analytics-dev", job=first.job_id))

    assert origin is not None
    assert origin.creator == "bo@example.com"


def test_a_job_of_a_script_is_found_when_no_event_names_it(catalog: BigQueryCatalog) -> None:
    statement = "CREATE OR REPLACE MODEL prod_sales.churn OPTIONS(model_type='linear_reg') AS SELECT 1 AS label"
    config = bigquery.QueryJobConfig(labels={"vertex": "register"})
    a_client("bo@example.com").query(f"{statement}; SELECT 1", job_config=config).result(timeout=10)
    model = catalog.get(CHURN)
    assert model is not None

    origin = catalog.origin(model, None)

    assert origin is not None
    assert origin.job.job.startswith("script_job_")
    assert (origin.creator, origin.labels) == ("bo@example.com", {"vertex": "register"})


def test_a_topic_that_does_not_exist_is_for_a_person(
    local_cloud: Addresses, control: Control
) -> None:
    publisher = PubSubPublisher(connect_pubsub(local_cloud.pubsub))

    with pytest.raises(PermanentError, match="topics/nowhere"):
        publisher.publish("projects/analytics-dev/topics/nowhere", [Message(b"x", {})])


@pytest.mark.parametrize("status", ["ABORTED", "UNAVAILABLE", "RESOURCE_EXHAUSTED"])
def test_a_publish_that_time_mends_is_tried_again(
    status: str, local_cloud: Addresses, control: Control
) -> None:
    pubsub_v1.PublisherClient().create_topic(name="projects/analytics-dev/topics/events")
    publisher = PubSubPublisher(connect_pubsub(local_cloud.pubsub))
    control.fault("Publisher.Publish", "error_before", status=status)

    with pytest.raises(RetryableError):
        publisher.publish("projects/analytics-dev/topics/events", [Message(b"x", {})])


def test_a_project_that_does_not_exist_is_for_a_person(
    local_cloud: Addresses, control: Control
) -> None:
    registry = VertexRegistry(local_cloud.vertex_grpc)
    lists = GoogleLists(connect("analytics-dev", emulator=True), registry)
    control.fault("DatasetService.ListDatasets", "error_before", status="NOT_FOUND")

    with pytest.raises(PermanentError) as refused:
        list(lists.datasets("analytics-dev"))

    assert refused.value.reason is Reason.REFUSED_BY_SERVICE


def test_a_list_of_datasets_that_is_answered_with_412_is_tried_again(
    local_cloud: Addresses, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = connect("analytics-dev", emulator=True)
    lists = GoogleLists(client, VertexRegistry(local_cloud.vertex_grpc))

    def answer_412(**_: object) -> None:
        raise api.PreconditionFailed("The etag does not match.")

    monkeypatch.setattr(client, "list_datasets", answer_412)

    with pytest.raises(RetryableError) as failed:
        list(lists.datasets("analytics-dev"))

    assert failed.value.reason is Reason.SERVICE_UNAVAILABLE


def test_a_place_that_vertex_ai_does_not_know_has_no_versions(
    local_cloud: Addresses, control: Control
) -> None:
    registry = VertexRegistry(local_cloud.vertex_grpc)
    control.fault(
        "google.cloud.aiplatform.v1.ModelService.ListModels", "error_before", status="NOT_FOUND"
    )

    assert list(registry.marked("analytics-dev", "us-central1")) == []


def test_a_job_that_we_may_not_read_is_looked_for_in_the_history(
    catalog: BigQueryCatalog, control: Control
) -> None:
    model = catalog.get(CHURN)
    assert model is not None
    control.fault("JobService.GetJob", "error_before", status="PERMISSION_DENIED")

    origin = catalog.origin(model, JobName(project="elsewhere-1", job="job_1"))

    assert origin is not None
    assert origin.creator == "ana@example.com"


def test_in_production_each_region_has_an_endpoint_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    account = {
        "type": "service_account",
        "client_email": "registrar@analytics-dev.iam.gserviceaccount.com",
        "token_uri": "https://oauth2.googleapis.com/token",
        "private_key": pem.decode(),
    }
    (tmp_path / "key.json").write_text(json.dumps(account))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "key.json"))
    registry = VertexRegistry()

    endpoints = [registry.client(region).api_endpoint for region in ("us-central1", "europe-west4")]

    assert endpoints == [
        "us-central1-aiplatform.googleapis.com",
        "europe-west4-aiplatform.googleapis.com",
    ]


def a_resource(**fields: object) -> bigquery.Model:
    reference = {"projectId": CHURN.project, "datasetId": CHURN.dataset, "modelId": CHURN.model}
    return bigquery.Model.from_api_repr(
        {"modelReference": reference, "creationTime": "1793611800000", **fields}
    )


def test_of_several_training_runs_the_last_registered_one_counts() -> None:
    path = "projects/123/locations/us-central1/models/prod_sales-churn"
    runs = [
        {"vertexAiModelId": "older", "vertexAiModelVersion": "1"},
        {"vertexAiModelId": path, "vertexAiModelVersion": "2"},
        {"results": []},
    ]

    model = read_model(CHURN, a_resource(trainingRuns=runs))

    assert (model.registered_as, model.vertex_version) == ("prod_sales-churn", "2")


def test_a_model_with_remote_model_info_is_remote() -> None:
    model = read_model(CHURN, a_resource(remoteModelInfo={"endpoint": "https://x"}))

    assert model.is_remote
    assert model.generation == "1793611800000"


def test_more_than_one_request_can_hold_is_published(
    local_cloud: Addresses, control: Control
) -> None:
    topic = "projects/analytics-dev/topics/many"
    subscription = "projects/analytics-dev/subscriptions/many"
    publisher = PubSubPublisher(connect_pubsub(local_cloud.pubsub))
    pubsub_v1.PublisherClient().create_topic(name=topic)
    publisher.publish(topic, [Message(b"x" * 4_000_000, {}) for _ in range(3)])
    subscriber = pubsub_v1.SubscriberClient()
    subscriber.create_subscription(name=subscription, topic=topic)

    publisher.publish(topic, [Message(b"%d" % number, {}) for number in range(1_001)])

    received: set[bytes] = set()
    while len(received) < 1_001:
        pulled = subscriber.pull(subscription=subscription, max_messages=1_000, timeout=10)
        received |= {one.message.data for one in pulled.received_messages}
        ids = [one.ack_id for one in pulled.received_messages]
        subscriber.acknowledge(subscription=subscription, ack_ids=ids)


def test_a_listed_name_that_the_reference_does_not_allow_keeps_no_sweep_from_the_others(
    catalog: BigQueryCatalog, control: Control
) -> None:
    state = control.state()["bigquery"]
    strange = copy.deepcopy(state["models"][0])
    strange["modelReference"]["modelId"] = "two words"
    control.put_state(bigquery={**state, "models": [*state["models"], strange]})
    lists = GoogleLists(connect("analytics-dev", emulator=True), VertexRegistry())

    page = lists.models(DatasetName(project=CHURN.project, dataset=CHURN.dataset))

    assert page is not None
    assert [model.name for model in page.models] == [CHURN]
