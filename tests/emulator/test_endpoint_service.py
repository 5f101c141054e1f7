"""EndpointService over the official gRPC client: endpoints themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from google.api_core import exceptions
from google.cloud import aiplatform_v1
from google.protobuf import empty_pb2
from google.rpc import code_pb2

from tests.emulator.endpoint_server import NETWORK, Endpoints, endpoint, serving
from tests.emulator.vertex_server import NUMBER, PARENT, PROJECT, REGION

UNSERVED = ("MutateDeployedModel", "UpdateEndpointLongRunning")


@pytest.fixture
def endpoints() -> Iterator[Endpoints]:
    with serving() as served:
        served.vertex.env.gate.calls.reset()
        yield served


def update(endpoints: Endpoints, paths: list[str], **fields: Any) -> aiplatform_v1.Endpoint:
    described = {"name": endpoint(), **fields}
    return endpoints.client.update_endpoint(endpoint=described, update_mask={"paths": paths})


def test_an_endpoint_is_there_when_its_operation_is_done(endpoints: Endpoints) -> None:
    begun = endpoints.client.create_endpoint(
        parent=f"projects/{PROJECT}/locations/{REGION}", endpoint={"display_name": "New"}
    )
    made = begun.operation.name.partition("/operations/")[0]

    with pytest.raises(exceptions.NotFound, match=f"Endpoint `{made}` not found"):
        endpoints.get(made)
    done = endpoints.ended(begun)
    found = endpoints.get(made)
    assert aiplatform_v1.Endpoint.deserialize(done.response.value) == found
    assert (found.name, found.display_name) == (made, "New")
    assert made.startswith(f"{PARENT}/endpoints/")
    assert len(made.rpartition("/")[2]) == 19


def test_what_an_endpoint_is_given_is_shown_again(endpoints: Endpoints) -> None:
    given = {
        "display_name": "Full",
        "description": "text",
        "labels": {"team": "growth"},
        "network": NETWORK,
        "encryption_spec": {"kms_key_name": "projects/p/locations/l/keyRings/r/cryptoKeys/k"},
        "predict_request_response_logging_config": {"enabled": True, "sampling_rate": 0.5},
        "client_connection_config": {"inference_timeout": "7s"},
        "private_model_server_enabled": True,
    }
    endpoints.create("full", **given)
    found = endpoints.get(endpoint("full"))

    wanted = aiplatform_v1.Endpoint(
        **given,
        name=endpoint("full"),
        etag=found.etag,
        create_time=found.create_time,
        update_time=found.update_time,
    )
    assert found == wanted


def test_a_dedicated_endpoint_has_an_address_of_its_own(endpoints: Endpoints) -> None:
    target = endpoints.create("own", dedicated_endpoint_enabled=True)
    found = endpoints.get(target)

    assert found.dedicated_endpoint_enabled
    assert found.dedicated_endpoint_dns == f"own.{REGION}-{NUMBER}.prediction.vertexai.goog"
    assert endpoints.get().dedicated_endpoint_dns == ""


@pytest.mark.parametrize(
    "endpoint_id", ["a", "a1", "churn-1", "a" * 63, "1", "123456789"], ids=lambda text: text[:12]
)
def test_an_id_of_either_form_is_taken(endpoints: Endpoints, endpoint_id: str) -> None:
    assert endpoints.get(endpoints.create(endpoint_id)).name == endpoint(endpoint_id)


@pytest.mark.parametrize(
    "endpoint_id",
    ["A", "a-", "a_b", "a" * 64, "0", "01", "1234567890", "1a", "-a", "ä"],
    ids=lambda text: text[:12],
)
def test_an_id_of_neither_form_is_refused(endpoints: Endpoints, endpoint_id: str) -> None:
    with pytest.raises(exceptions.InvalidArgument, match="endpoint id"):
        endpoints.create(endpoint_id)


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"display_name": ""}, "display_name"),
        ({"display_name": "x" * 129}, "display_name"),
        ({"labels": {"Team": "a"}}, "label key"),
        (
            {
                "network": NETWORK,
                "private_service_connect_config": {"enable_private_service_connect": True},
            },
            "mutually exclusive",
        ),
        ({"traffic_split": {"1": 100}}, r"\[1\] do not exist"),
    ],
    ids=["nameless", "long-name", "label", "two-ways", "traffic"],
)
def test_an_endpoint_that_breaks_a_rule_is_refused(
    endpoints: Endpoints, fields: dict[str, Any], text: str
) -> None:
    with pytest.raises(exceptions.InvalidArgument, match=text):
        endpoints.create("e2", **fields)


def test_the_older_and_the_newer_field_of_private_service_connect_do_not_exclude_each_other(
    endpoints: Endpoints,
) -> None:
    made = endpoints.create(
        "e2",
        enable_private_service_connect=True,
        private_service_connect_config={"enable_private_service_connect": True},
    )

    assert endpoints.client.get_endpoint(name=made).enable_private_service_connect


def test_what_is_not_served_of_a_new_endpoint_is_refused_by_name(endpoints: Endpoints) -> None:
    with pytest.raises(exceptions.MethodNotImplemented, match="deployed_models"):
        endpoints.create("e2", deployed_models=[{"model": "m"}])


def test_of_two_that_want_one_id_the_second_fails(endpoints: Endpoints) -> None:
    wanted = {"parent": PARENT, "endpoint": {"display_name": "x"}, "endpoint_id": "e2"}
    first, second = (endpoints.client.create_endpoint(**wanted) for _ in range(2))
    endpoints.pass_time()
    codes = [endpoints.vertex.operation(b.operation.name).error.code for b in (first, second)]

    assert codes == [0, code_pb2.ALREADY_EXISTS]
    with pytest.raises(exceptions.AlreadyExists, match="e2 already exists"):
        endpoints.client.create_endpoint(**wanted)


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        ("", ["b", "a", "e1"]),
        ("endpoint=a", ["a"]),
        ("endpoint!=a", ["b", "e1"]),
        ('displayName="The b"', ["b"]),
        ('display_name!="The b"', ["a", "e1"]),
        ("labels.team=growth", ["b"]),
        ("labels.team:*", ["b", "a"]),
        ("labels:team AND NOT labels.team=growth", ["a"]),
        ("endpoint=a OR endpoint=b", ["b", "a"]),
        ('baseModelName="text-bison"', []),
    ],
)
def test_endpoints_are_filtered(endpoints: Endpoints, filter_: str, expected: list[str]) -> None:
    endpoints.create("a", labels={"team": "ops"})
    endpoints.create("b", labels={"team": "growth"}, display_name="The b")
    found = endpoints.client.list_endpoints(request={"parent": PARENT, "filter": filter_})

    assert [item.name.rpartition("/")[2] for item in found] == expected


@pytest.mark.parametrize(
    ("filter_", "text"),
    [
        ("model=a", "'model' is not one of endpoint, display_name"),
        ("deployed_models:a", "is not one of"),
        ("endpoint>a", "supports = and != only"),
        ("endpoint=", "Invalid filter"),
    ],
)
def test_a_filter_by_anything_else_is_refused(
    endpoints: Endpoints, filter_: str, text: str
) -> None:
    with pytest.raises(exceptions.InvalidArgument, match=text):
        endpoints.client.list_endpoints(request={"parent": PARENT, "filter": filter_})


def test_lists_are_ordered_paged_and_masked(endpoints: Endpoints) -> None:
    for endpoint_id, display_name in (("a", "2"), ("b", "1"), ("c", "1")):
        endpoints.create(endpoint_id, display_name=display_name)
    request = {
        "parent": f"projects/{PROJECT}/locations/{REGION}",
        "order_by": "display_name, create_time desc",
        "page_size": 2,
        "read_mask": {"paths": ["name", "display_name"]},
    }
    pages = list(endpoints.client.list_endpoints(request=request).pages)

    rows = [[item.name.rpartition("/")[2] for item in page.endpoints] for page in pages]
    assert rows == [["c", "b"], ["a", "e1"]]
    assert pages[0].endpoints[0].etag == ""
    elsewhere = f"projects/{PROJECT}/locations/us-east1"
    assert list(endpoints.client.list_endpoints(parent=elsewhere)) == []


def test_fields_are_updated_under_a_mask(endpoints: Endpoints) -> None:
    before = endpoints.get()
    changed = update(
        endpoints,
        ["display_name", "labels"],
        display_name="Two",
        labels={"a": "b"},
        description="no",
    )

    assert (changed.display_name, dict(changed.labels)) == ("Two", {"a": "b"})
    assert (changed.description, changed.create_time) == ("", before.create_time)
    assert changed.etag != before.etag
    assert changed == endpoints.get()
    assert update(endpoints, ["labels"]).labels == {}


def test_every_change_of_what_is_deployed_changes_the_etag(endpoints: Endpoints) -> None:
    etags = [endpoints.get().etag]
    endpoints.deploy(id="1", split={"0": 100})
    etags.append(endpoints.get().etag)
    endpoints.undeploy("1")
    etags.append(endpoints.get().etag)

    assert len(set(etags)) == 3


def test_an_etag_is_honoured_when_given(endpoints: Endpoints) -> None:
    old = endpoints.get().etag
    fresh = update(endpoints, ["description"], description="one", etag=old).etag

    with pytest.raises(exceptions.Aborted, match="does not match server"):
        update(endpoints, ["description"], description="two", etag=old)
    endpoints.vertex.env.set({"stale_etag_status": "FAILED_PRECONDITION"})
    with pytest.raises(exceptions.FailedPrecondition):
        update(endpoints, ["description"], description="two", etag=old)
    assert update(endpoints, ["description"], description="two").description == "two"
    assert fresh != old


@pytest.mark.parametrize(
    ("paths", "fields", "refusal", "text"),
    [
        ([], {}, exceptions.InvalidArgument, "update_mask is required"),
        (["name"], {}, exceptions.InvalidArgument, "cannot be updated: name"),
        (["deployed_models"], {}, exceptions.InvalidArgument, "deployed_models"),
        (["labels.a"], {}, exceptions.InvalidArgument, "labels.a"),
        (["network"], {}, exceptions.MethodNotImplemented, "Endpoint.network"),
        (["display_name"], {"display_name": ""}, exceptions.InvalidArgument, "display_name"),
        (["labels"], {"labels": {"A": "b"}}, exceptions.InvalidArgument, "label key"),
    ],
    ids=["no-mask", "name", "output-only", "one-label", "not-served", "nameless", "label"],
)
def test_an_update_that_breaks_a_rule_is_refused(
    endpoints: Endpoints, paths: list[str], fields: dict[str, Any], refusal: Any, text: str
) -> None:
    before = endpoints.get()

    with pytest.raises(refusal, match=text):
        update(endpoints, paths, **fields)
    assert endpoints.get() == before


def test_an_empty_endpoint_is_deleted(endpoints: Endpoints) -> None:
    future = endpoints.client.delete_endpoint(name=endpoint())
    metadata = future.metadata

    assert isinstance(metadata, aiplatform_v1.DeleteOperationMetadata)
    assert endpoints.get().name == endpoint()
    done = endpoints.ended(future)
    assert done.response.Is(empty_pb2.Empty.DESCRIPTOR)
    with pytest.raises(exceptions.NotFound, match="not found"):
        endpoints.get()
    with pytest.raises(exceptions.NotFound):
        endpoints.client.delete_endpoint(name=endpoint())


MONITORED = f"{PARENT}/modelDeploymentMonitoringJobs/9"


@pytest.mark.parametrize("refused", [True, False], ids=["refused", "allowed"])
def test_whether_a_monitored_endpoint_can_be_deleted_is_a_setting(
    endpoints: Endpoints, refused: bool
) -> None:
    state = endpoints.vertex.registry.dump()
    state["endpoints"][0]["model_deployment_monitoring_job"] = MONITORED
    endpoints.vertex.registry.load(state)
    endpoints.vertex.env.set({"monitored_endpoint_delete_refused": refused})

    assert endpoints.get().model_deployment_monitoring_job == MONITORED
    if refused:
        with pytest.raises(exceptions.FailedPrecondition, match=MONITORED):
            endpoints.client.delete_endpoint(name=endpoint())
    else:
        done = endpoints.ended(endpoints.client.delete_endpoint(name=endpoint()))
        assert not done.HasField("error")


def test_calls_are_recorded_and_faults_ordered_under_full_names(endpoints: Endpoints) -> None:
    faults = endpoints.vertex.env.gate.faults
    method = "google.cloud.aiplatform.v1.EndpointService.UndeployModel"
    faults.add({"method": method, "kind": "error_before", "status": "UNAVAILABLE"})

    with pytest.raises(exceptions.ServiceUnavailable):
        endpoints.client.undeploy_model(
            endpoint=endpoint(), deployed_model_id="1", traffic_split={}, retry=None
        )
    (call,) = endpoints.vertex.env.gate.calls.dump()
    assert (call["method"], call["resource"], call["status"]) == (
        method,
        endpoint(),
        "UNAVAILABLE",
    )


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.mutate_deployed_model(
            endpoint=endpoint(), deployed_model={"id": "1"}, update_mask={"paths": ["id"]}
        ),
        lambda client: client.update_endpoint_long_running(endpoint={"name": endpoint()}),
    ],
    ids=UNSERVED,
)
def test_the_other_methods_are_unimplemented_by_name(endpoints: Endpoints, call: Any) -> None:
    with pytest.raises(exceptions.MethodNotImplemented, match=r"v1\.EndpointService\."):
        call(endpoints.client)
