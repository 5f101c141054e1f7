"""Vertex AI over REST: the official client with transport="rest", and people with curl.

Real: the HTTP port, the client, the registry. The gRPC port beside it answers from the same state.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import flask.testing
import pytest
import requests
from google.api_core import exceptions
from google.cloud import aiplatform_v1
from google.cloud.aiplatform_v1.services.model_service.transports.rest_base import (
    _BaseModelServiceRestTransport as RestTransport,
)
from google.longrunning import operations_pb2
from google.protobuf import empty_pb2, json_format
from hypothesis import given
from hypothesis import strategies as st

from emulator.cloud import Environment
from emulator.vertex.http_rules import RULES
from emulator.vertex.methods import MODEL_SERVICE, OPERATIONS
from emulator.vertex.registry import Registry
from emulator.vertex.rest import vertex_rest_app
from tests.emulator.vertex_server import NUMBER, PARENT, Vertex, name, rest_client, rest_port, serve


@pytest.fixture
def vertex() -> Iterator[Vertex]:
    """Model `churn` with versions 1 (default) and 2 (golden, label stage=production)."""
    with serve(operation_latency=60.0, bqml_delete_from_vertex_allowed=True) as served:
        served.register("churn")
        served.register("churn", aliases=["golden"])
        served.update(name("churn", "@2"), labels={"stage": "production"})
        served.env.gate.calls.reset()
        yield served


@pytest.fixture
def address(vertex: Vertex) -> Iterator[str]:
    with rest_port(vertex) as listening:
        yield listening


@pytest.fixture
def rest(address: str) -> aiplatform_v1.ModelServiceClient:
    return rest_client(address)


@pytest.fixture
def curl(vertex: Vertex) -> flask.testing.FlaskClient:
    """Requests without any of Google's code."""
    return vertex_rest_app(vertex.env, vertex.registry).test_client()


@pytest.mark.parametrize(
    ("method", "request_"),
    [
        ("get_model", {"name": name("churn")}),
        ("get_model", {"name": name("churn", "@golden")}),
        ("list_models", {"parent": PARENT}),
        ("list_models", {"parent": PARENT, "filter": 'displayName!="ü & =+%"', "page_size": 1}),
        ("list_models", {"parent": PARENT, "read_mask": {"paths": ["display_name", "labels"]}}),
        ("list_model_versions", {"name": name("churn"), "order_by": "create_time desc"}),
        ("list_model_versions", {"name": name("churn"), "filter": "labels.stage=production"}),
        ("list_model_versions", {"name": name("churn"), "page_size": 1}),
    ],
)
def test_both_wires_give_the_same_answer(
    vertex: Vertex,
    rest: aiplatform_v1.ModelServiceClient,
    method: str,
    request_: dict[str, Any],
) -> None:
    answers = [getattr(client, method)(request=request_) for client in (vertex.client, rest)]
    if method != "get_model":
        answers = [list(pager) for pager in answers]

    assert answers[0] == answers[1]
    assert answers[0]


def test_a_version_is_updated_under_a_mask(
    vertex: Vertex, rest: aiplatform_v1.ModelServiceClient
) -> None:
    changed = {"name": name("churn", "@2"), "version_description": "tuned", "labels": {"a": "b"}}
    updated = rest.update_model(
        model=changed, update_mask={"paths": ["version_description", "labels"]}
    )

    assert (updated.name, updated.version_description) == (name("churn", "@2"), "tuned")
    assert vertex.get("churn", "@2").labels == {"a": "b"}
    assert vertex.get("churn").labels == {}


def test_aliases_are_merged(vertex: Vertex, rest: aiplatform_v1.ModelServiceClient) -> None:
    rest.merge_version_aliases(name=name("churn", "@1"), version_aliases=["golden", "live"])

    assert vertex.get("churn", "@1").version_aliases == ["default", "golden", "live"]


def test_the_clients_own_future_ends_with_an_empty_result(
    vertex: Vertex, rest: aiplatform_v1.ModelServiceClient
) -> None:
    future = rest.delete_model_version(name=name("churn", "@2"))
    begun = future.metadata
    vertex.env.clock.advance(60)

    assert isinstance(begun, aiplatform_v1.DeleteOperationMetadata)
    assert future.result(timeout=5) == empty_pb2.Empty()
    assert vertex.versions("churn") == ["1"]


def test_a_model_is_uploaded_and_deleted(
    vertex: Vertex, rest: aiplatform_v1.ModelServiceClient
) -> None:
    container = {"image_uri": "europe-docker.pkg.dev/shop/serve"}
    request = {
        "parent": PARENT,
        "model_id": "own",
        "model": {"display_name": "Own", "container_spec": container},
    }
    upload = rest.upload_model(request=request)
    vertex.env.clock.advance(60)
    answer = upload.result(timeout=5)
    deletion = rest.delete_model(name=answer.model)
    vertex.env.clock.advance(60)
    deletion.result(timeout=5)

    assert answer == aiplatform_v1.UploadModelResponse(model=name("own"), model_version_id="1")
    with pytest.raises(exceptions.NotFound):
        rest.get_model(name=name("own"))


def test_operations_are_listed_waited_for_cancelled_and_dropped(
    vertex: Vertex, rest: aiplatform_v1.ModelServiceClient
) -> None:
    begun = rest.delete_model(name=name("churn")).operation.name
    wait = operations_pb2.WaitOperationRequest(name=begun)
    wait.timeout.FromMilliseconds(10)
    rest.wait_operation(wait)
    rest.cancel_operation(operations_pb2.CancelOperationRequest(name=begun))
    listing = operations_pb2.ListOperationsRequest(name=PARENT, page_size=5)
    listed = rest.list_operations(listing).operations
    vertex.env.clock.advance(60)
    ended = rest.get_operation(operations_pb2.GetOperationRequest(name=begun))
    rest.delete_operation(operations_pb2.DeleteOperationRequest(name=begun))

    assert [(item.name, item.done) for item in listed] == [(begun, False)]
    assert ended.done
    with pytest.raises(exceptions.NotFound):
        rest.get_operation(operations_pb2.GetOperationRequest(name=begun))


@pytest.mark.parametrize(
    ("suffix", "order"),
    [("@7", {"status": "UNAVAILABLE"}), ("", {"status": "PERMISSION_DENIED", "message": "No."})],
)
def test_faults_meet_rest_calls_as_well(
    vertex: Vertex, rest: aiplatform_v1.ModelServiceClient, suffix: str, order: dict[str, str]
) -> None:
    vertex.env.gate.faults.add(
        {"method": "aiplatform.v1.ModelService.GetModel", "kind": "error_before", **order}
    )
    wanted = {
        "UNAVAILABLE": exceptions.ServiceUnavailable,
        "PERMISSION_DENIED": exceptions.Forbidden,
    }

    with pytest.raises(wanted[order["status"]]):
        rest.get_model(name=name("churn", suffix), retry=None)
    assert vertex.env.gate.faults.dump() == []


def test_an_error_after_the_effect_has_the_effect(
    vertex: Vertex, rest: aiplatform_v1.ModelServiceClient
) -> None:
    vertex.env.gate.faults.add({"method": "MergeVersionAliases", "kind": "error_after"})

    with pytest.raises(exceptions.ServiceUnavailable):
        rest.merge_version_aliases(name=name("churn", "@1"), version_aliases=["live"])
    assert "live" in vertex.get("churn", "@1").version_aliases


def test_calls_are_recorded_with_method_resource_and_principal(
    vertex: Vertex, address: str
) -> None:
    headers = {"Authorization": "Bearer ada@example.com", "User-Agent": "curl/8"}
    requests.get(f"{address}/v1/{name('churn', '%402')}", headers=headers, timeout=5)
    requests.get(f"{address}/v1/{name('other')}", timeout=5)

    seen, missed = vertex.env.gate.calls.dump()

    assert seen["method"] == "google.cloud.aiplatform.v1.ModelService.GetModel"
    assert (seen["resource"], seen["status"]) == (name("churn", "@2"), "OK")
    assert (seen["principal"], seen["user_agent"]) == ("ada@example.com", "curl/8")
    assert (missed["resource"], missed["status"]) == (name("other"), "NOT_FOUND")
    assert missed["principal"] == vertex.env.settings.default_principal


@pytest.mark.parametrize(
    ("query", "source_type"),
    [("", "BQML"), ("?alt=json", "BQML"), ("?$alt=json;enum-encoding=int", 3)],
)
def test_enums_are_names_for_people_and_numbers_for_clients(
    curl: flask.testing.FlaskClient, query: str, source_type: Any
) -> None:
    found = curl.get(f"/v1/{name('churn', '@2')}{query}").get_json()

    assert found["modelSourceInfo"] == {"sourceType": source_type}
    assert found["versionAliases"] == ["golden"]
    assert found["labels"] == {"stage": "production"}
    assert "description" not in found


@pytest.mark.parametrize("mask", ["versionDescription,labels", "version_description,labels"])
@pytest.mark.parametrize("field", ["versionDescription", "version_description"])
@pytest.mark.parametrize("parameter", ["updateMask", "update_mask"])
def test_both_spellings_of_fields_are_taken(
    curl: flask.testing.FlaskClient, parameter: str, field: str, mask: str
) -> None:
    answer = curl.patch(
        f"/v1/{name('churn', '@2')}",
        query_string={parameter: mask},
        json={field: "tuned", "labels": {"a": "b"}},
    )

    assert answer.status_code == 200, answer.text
    assert answer.get_json()["versionDescription"] == "tuned"


@pytest.mark.parametrize("prefix", ["v1", "ui"])
@pytest.mark.parametrize("with_model", [True, False], ids=["model", "location"])
def test_operations_are_served_under_both_prefixes(
    vertex: Vertex, curl: flask.testing.FlaskClient, prefix: str, with_model: bool
) -> None:
    begun = curl.delete(f"/v1/{name('churn')}").get_json()
    path = begun["name"] if with_model else begun["name"].replace("/models/churn", "")
    vertex.env.clock.advance(60)

    done = curl.get(f"/{prefix}/{path}").get_json()

    assert (begun.get("done"), done["done"]) == (None, True)
    assert done["response"]["@type"] == "type.googleapis.com/google.protobuf.Empty"
    metadata = done["metadata"]["@type"]
    assert metadata == "type.googleapis.com/google.cloud.aiplatform.v1.DeleteOperationMetadata"
    parsed = json_format.ParseDict(done, operations_pb2.Operation())
    assert parsed.name == begun["name"]


MODEL = f"/v1/{name('churn')}"


@pytest.mark.parametrize(
    ("verb", "path", "body", "code", "status", "told"),
    [
        ("GET", f"/v1/{name('other')}", None, 404, "NOT_FOUND", "does not exist"),
        (
            "GET",
            f"/v1/projects/{NUMBER}/locations/US/models/x",
            None,
            400,
            "INVALID_ARGUMENT",
            "US",
        ),
        ("PATCH", MODEL, {"displayName": "x"}, 400, "INVALID_ARGUMENT", "update_mask"),
        (
            "PATCH",
            f"{MODEL}?updateMask=versionDescription",
            {"versionDescription": "x"},
            400,
            "FAILED_PRECONDITION",
            "version_description",
        ),
        (
            "PATCH",
            f"{MODEL}?updateMask=labels",
            {"etag": "old", "labels": {}},
            409,
            "ABORTED",
            "etag",
        ),
        ("DELETE", f"{MODEL}@9:deleteVersion", None, 404, "NOT_FOUND", "does not exist"),
    ],
)
def test_errors_come_as_googles_status(
    curl: flask.testing.FlaskClient,
    verb: str,
    path: str,
    body: Any,
    code: int,
    status: str,
    told: str,
) -> None:
    answer = curl.open(path, method=verb, json=body)

    error = answer.get_json()["error"]
    assert (answer.status_code, error["code"], error["status"]) == (code, code, status)
    assert told in error["message"]
    assert set(error) == {"code", "message", "status"}


@pytest.mark.parametrize(
    ("verb", "path", "body", "told"),
    [
        ("GET", f"{MODEL}?view=FULL", None, "view"),
        ("GET", f"/v1/{PARENT}/models?pageSize=many", None, "pageSize"),
        ("GET", f"/v1/{PARENT}/models?readMask=a..b,", None, "read_mask"),
        ("GET", MODEL, {"name": "x"}, "no body"),
        ("PATCH", f"{MODEL}?updateMask=labels", {"label": {}}, "label"),
        ("PATCH", f"{MODEL}?updateMask=labels", {"labels": ["a"]}, "labels"),
        ("PATCH", f"{MODEL}?updateMask=labels&model=x", {}, "model"),
        ("POST", f"{MODEL}@1:mergeVersionAliases?versionAliases=x", {}, "versionAliases"),
        ("POST", f"{MODEL}@1:mergeVersionAliases?name=x", {"versionAliases": ["live"]}, "name"),
        ("POST", f"{MODEL}@1:mergeVersionAliases", {"aliases": ["x"]}, "aliases"),
        ("POST", f"{MODEL}@1:mergeVersionAliases", ["x"], "JSON object"),
    ],
)
def test_what_cannot_be_meant_is_a_bad_request(
    curl: flask.testing.FlaskClient, verb: str, path: str, body: Any, told: str
) -> None:
    answer = curl.open(path, method=verb, json=body)

    assert (answer.status_code, answer.get_json()["error"]["status"]) == (400, "INVALID_ARGUMENT")
    assert told in answer.get_json()["error"]["message"]


def test_a_malformed_request_says_so_in_its_details(curl: flask.testing.FlaskClient) -> None:
    error = curl.get(f"{MODEL}?view=FULL").get_json()["error"]

    (detail,) = error["details"]
    assert detail["@type"] == "type.googleapis.com/google.rpc.BadRequest"
    assert detail["fieldViolations"] == [{"description": error["message"]}]


@pytest.mark.parametrize(
    ("verb", "path", "missing"),
    [
        ("POST", f"/v1/{PARENT}/models:copy", "google.cloud.aiplatform.v1.ModelService.CopyModel"),
        ("POST", f"{MODEL}:export", "google.cloud.aiplatform.v1.ModelService.ExportModel"),
        ("GET", f"{MODEL}/evaluations", "ModelService.ListModelEvaluations"),
        ("GET", f"/v1beta1/{name('churn')}", f"GET /v1beta1/{name('churn')}"),
        ("PUT", MODEL, f"PUT {MODEL}"),
        ("OPTIONS", MODEL, f"OPTIONS {MODEL}"),
        ("GET", f"{MODEL}:train", f"GET {MODEL}:train"),
        ("GET", "/", "GET /"),
        ("GET", f"{MODEL}?fields=name", "fields"),
        ("GET", f"{MODEL}?alt=media", "alt=media"),
    ],
)
def test_what_nobody_serves_is_named(
    vertex: Vertex, curl: flask.testing.FlaskClient, verb: str, path: str, missing: str
) -> None:
    answer = curl.open(path, method=verb)

    assert (answer.status_code, answer.get_json()["error"]["status"]) == (501, "UNIMPLEMENTED")
    assert missing in answer.get_json()["error"]["message"]
    assert vertex.env.gate.calls.dump() == []


def generated_rules() -> set[tuple[str, str, str, str]]:
    """(method, verb, path, body) of every ModelService method that the generated client calls."""
    methods = {
        key.removeprefix("_Base"): value._get_http_options()
        for key, value in vars(RestTransport).items()
        if hasattr(value, "_get_http_options")
    }
    own = {method: options for method, options in methods.items() if "/ui/" not in str(options)}
    return {
        (method, option["method"].upper(), option["uri"], option.get("body", ""))
        for method, options in own.items()
        if not method.endswith(("IamPolicy", "IamPermissions"))
        for option in options
    }


def test_the_rules_are_those_of_the_generated_client() -> None:
    ours = {
        (rule.method, rule.verb, rule.template, rule.body)
        for rule in RULES
        if rule.service == MODEL_SERVICE
    }

    assert ours == generated_rules()


@pytest.mark.parametrize("method", sorted({r.method for r in RULES if r.service == OPERATIONS}))
def test_the_client_finds_operations_where_we_serve_them(method: str) -> None:
    options = getattr(RestTransport, f"_Base{method}")._get_http_options()
    generated = {(option["method"].upper(), option["uri"]) for option in options}
    ours = {(r.verb, r.template) for r in RULES if r.method == method and "/ui/" in r.template}

    assert ours <= generated


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    ["name", "model", "labels", "versionAliases", "displayName", "metadata", "containerSpec"]
)
PARAMETERS = st.sampled_from(["filter", "pageSize", "orderBy", "readMask", "updateMask", "etag"])


@given(
    rule=st.sampled_from(RULES),
    body=st.dictionaries(FIELDS | st.text(max_size=8), JSON, max_size=3),
    query=st.dictionaries(PARAMETERS, st.text(max_size=8), max_size=2),
)
def test_no_request_breaks_the_server(rule: Any, body: Any, query: dict[str, str]) -> None:
    env = Environment()
    curl = vertex_rest_app(env, Registry(env)).test_client()
    segments = rule.template.replace("{", "").replace("}", "").split("/")
    path = "/".join(segment.rpartition("=")[2].replace("*", "us-east1") for segment in segments)
    answer = curl.open(path, method=rule.verb, json=body if rule.body else None, query_string=query)

    assert answer.status_code in {200, 400, 404, 501}, answer.text
    assert answer.status_code == 200 or answer.get_json()["error"]["code"] == answer.status_code
