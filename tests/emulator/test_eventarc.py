"""Eventarc's audit-log triggers, up to an HTTP address that gets their CloudEvents."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

import pytest
from cloudevents.http import from_http
from google.auth import jwt
from google.events.cloud.audit import LogEntryData

from emulator.audit import entries
from emulator.errors import ServiceError
from tests.emulator.audit_resources import ANALYST, INSERT_JOB, QUERY, a_job, a_model
from tests.emulator.eventarc_server import MODELS, NAME, EventarcServer
from tests.emulator.pubsub_server import Endpoint, PubSub

pytest_plugins = ["tests.emulator.pubsub_fixtures"]

MODEL = "projects/p1/datasets/sales/models/churn"
ACTIVITY = "projects/p1/logs/cloudaudit.googleapis.com%2Factivity"


@pytest.fixture
def server(pubsub: PubSub, endpoint: Endpoint) -> EventarcServer:
    return EventarcServer(pubsub, endpoint)


def microseconds(timestamp: str) -> int:
    moment = datetime.fromisoformat(timestamp)
    return int(moment.timestamp()) * 1_000_000 + moment.microsecond


def test_an_audit_entry_arrives_as_a_binary_cloud_event(
    server: EventarcServer, endpoint: Endpoint
) -> None:
    server.trigger()
    entry = server.model_created()
    [request] = endpoint.wait_for(1)
    event_headers = {k: v for k, v in request.headers.items() if k.startswith("ce-")}

    assert event_headers == {
        "ce-specversion": "1.0",
        "ce-type": "google.cloud.audit.log.v1.written",
        "ce-id": f"{ACTIVITY}{entry['insertId']}{microseconds(entry['timestamp'])}",
        "ce-source": "//cloudaudit.googleapis.com/projects/p1/logs/activity",
        "ce-subject": f"bigquery.googleapis.com/{MODEL}",
        "ce-time": entry["receiveTimestamp"],
        "ce-recordedtime": entry["timestamp"],
        "ce-dataschema": "https://googleapis.github.io/google-cloudevents/jsonschema"
        "/google/events/cloud/audit/v1/LogEntryData.json",
        "ce-servicename": "bigquery.googleapis.com",
        "ce-methodname": INSERT_JOB,
        "ce-resourcename": MODEL,
    }
    assert request.headers["content-type"] == "application/json; charset=utf-8"
    assert request.path == "/push?__GCP_CloudEventsMode=CE_PUBSUB_BINDING"
    del entry["protoPayload"]["@type"]
    assert request.json == entry
    assert server.idle() == []


def test_google_s_own_types_read_the_event(server: EventarcServer, endpoint: Endpoint) -> None:
    server.trigger()
    server.model_created()
    [request] = endpoint.wait_for(1)
    event = from_http(request.headers, request.body)
    data = LogEntryData.from_json(json.dumps(event.data), ignore_unknown_fields=True)

    assert data.proto_payload.resource_name == MODEL


def test_a_structured_event_has_the_same_attributes(
    server: EventarcServer, endpoint: Endpoint
) -> None:
    server.trigger()
    server.trigger(name=f"{NAME}-structured", contentMode="structured")
    server.model_created()
    read = [from_http(each.headers, each.body) for each in endpoint.wait_for(2)]
    kinds = {each.headers["content-type"] for each in endpoint.received}

    assert kinds == {"application/json; charset=utf-8", "application/cloudevents+json"}
    assert read[0].data == read[1].data
    plain = [
        {name: value for name, value in event.get_attributes().items() if name != "datacontenttype"}
        for event in read
    ]
    assert plain[0] == plain[1]


RESOURCES = {
    "none": ("", True),
    "exact": (MODEL, True),
    "another one": (f"{MODEL}2", False),
    "one segment each": (MODELS, True),
    "a segment too few": ("/projects/*/datasets/*/*", False),
    "a segment too many": ("/projects/*/datasets/*/models/*/versions/*", False),
    "any number of segments": ("/projects/p1/**", True),
    "any number in the middle": ("/projects/**/models/*", True),
    "none of any number": ("/projects/p1/datasets/sales/models/churn/**", True),
    "a part of a segment": ("/projects/p1/datasets/sal*/models/*rn", True),
    "another part of a segment": ("/projects/p1/datasets/sal*/models/*rm", False),
    "a wildcard with a name": ("/projects/{project=*}/datasets/{dataset}/{rest=**}*", None),
    "named wildcards": ("/projects/{project=*}/datasets/{dataset}/{rest=**}", True),
    "a dot is a dot": ("/projects/p1/datasets/s.les/models/*", False),
}


@pytest.mark.parametrize(("resource", "delivered"), RESOURCES.values(), ids=RESOURCES)
def test_a_resource_name_is_matched(
    server: EventarcServer, endpoint: Endpoint, resource: str, delivered: bool | None
) -> None:
    if delivered is None:
        with pytest.raises(ServiceError, match="no segment of a path pattern"):
            server.trigger(resource=resource)
        return
    server.trigger(resource=resource)
    server.model_created()

    assert server.idle() == []
    assert len(endpoint.received) == delivered


def test_another_method_is_not_delivered(server: EventarcServer, endpoint: Endpoint) -> None:
    server.trigger()
    server.log.write(entries.model_created(a_model(), ANALYST, QUERY, a_job()))

    assert server.idle() == []
    assert endpoint.received == []


def test_a_trigger_without_a_resource_hears_every_job_entry(
    server: EventarcServer, endpoint: Endpoint
) -> None:
    server.trigger(resource="")
    server.log.write(entries.job_inserted(a_job(), ANALYST, INSERT_JOB))
    server.model_created()
    server.log.write(entries.job_changed(a_job(), ANALYST, INSERT_JOB))

    assert server.idle() == []
    assert len(endpoint.received) == 3


def test_a_log_entry_that_is_no_audit_entry_is_left_alone(
    server: EventarcServer, endpoint: Endpoint
) -> None:
    server.trigger()
    server.log.write({"logName": "projects/p1/logs/app", "textPayload": "hello"})

    assert server.idle() == []
    assert endpoint.received == []


@pytest.mark.parametrize(("project", "delivered"), [("p1", 1), ("p", 0), ("p12", 0)])
def test_a_trigger_hears_its_own_project_alone(
    server: EventarcServer, endpoint: Endpoint, project: str, delivered: int
) -> None:
    server.trigger(name=NAME.replace("p1", project))
    server.model_created()

    assert server.idle() == []
    assert len(endpoint.received) == delivered


@pytest.mark.parametrize(
    ("location", "unlocated", "delivered"),
    [
        ("global", False, ["job", "model"]),
        ("us-east1", False, ["job"]),
        ("us-east1", True, ["job", "model"]),
        ("europe-west4", False, []),
    ],
    ids=["global", "the job's", "the job's, and unlocated", "another"],
)
def test_a_region_hears_the_entries_that_name_it(
    server: EventarcServer, endpoint: Endpoint, location: str, unlocated: bool, delivered: list[str]
) -> None:
    server.env.set({"eventarc_regional_hears_unlocated": unlocated})
    server.trigger(name=NAME.replace("global", location), resource="")
    reference = {"projectId": "p1", "jobId": "job_1", "location": "us-east1"}
    job = a_job(jobReference=reference)
    server.log.write(entries.job_changed(job, ANALYST, INSERT_JOB))
    server.model_created()

    assert server.idle() == []
    kinds = [
        "job" if "/jobs/" in each.headers["ce-subject"] else "model" for each in endpoint.received
    ]
    assert sorted(kinds) == delivered


def test_an_event_comes_more_than_once_with_one_id(
    server: EventarcServer, endpoint: Endpoint
) -> None:
    server.env.set({"eventarc_duplicates": 2})
    server.trigger()
    server.model_created()

    assert server.idle() == []
    assert len(endpoint.received) == 3
    assert len({each.headers["ce-id"] for each in endpoint.received}) == 1


def test_an_event_is_under_way_until_it_is_delivered(
    server: EventarcServer, endpoint: Endpoint
) -> None:
    server.env.set({"export_latency": 3600.0})
    server.trigger()
    entry = server.model_created()

    assert server.cloud.pending() == [f"eventarc models {entry['insertId']}"]
    endpoint.gate.clear()
    server.env.clock.advance(3600)
    endpoint.wait_for(1)
    [pending] = server.cloud.pending()
    assert "to push from projects/p1/subscriptions/eventarc-global-models-sub-" in pending
    endpoint.gate.set()
    assert server.idle() == []


def failed(server: EventarcServer) -> int:
    """Wait for the next failure that the backlog has noted; how many there are."""
    [trigger] = server.eventarc.dump()["triggers"]
    name = trigger["transport"]["pubsub"]["subscription"]
    backlog = server.pubsub.broker.subscriptions.get(name).backlog

    def failures() -> int:
        return sum(item["failures"] for item in backlog.dump())

    before = len(server.endpoint.received) - 1
    with server.pubsub.broker.changed:
        assert server.pubsub.broker.changed.wait_for(lambda: failures() > before, 10)
        return failures()


def test_a_refused_event_is_retried_after_10_seconds_and_then_twice_as_long(
    server: EventarcServer, endpoint: Endpoint
) -> None:
    endpoint.statuses = [500, 500]
    server.trigger()
    server.model_created()
    endpoint.wait_for(1)

    assert failed(server) == 1
    server.env.clock.advance(10)
    endpoint.wait_for(2)
    assert failed(server) == 2
    server.env.clock.advance(10)
    assert len(server.cloud.wait_idle(0.2)) == 1
    assert len(endpoint.received) == 2
    server.env.clock.advance(10)
    endpoint.wait_for(3)
    assert server.idle() == []


def test_an_event_is_dropped_after_24_hours(server: EventarcServer, endpoint: Endpoint) -> None:
    endpoint.statuses = [500]
    server.trigger()
    server.model_created()
    endpoint.wait_for(1)
    failed(server)
    server.env.clock.advance(24 * 3600 + 1)

    assert server.idle() == []
    assert len(endpoint.received) == 1


def test_without_retries_a_refused_event_is_gone(
    server: EventarcServer, endpoint: Endpoint
) -> None:
    endpoint.statuses = [500]
    server.trigger(retryPolicy={"maxAttempts": 1})
    server.model_created()

    assert server.idle() == []
    assert len(endpoint.received) == 1


def test_retries_are_changed_at_the_subscription(
    server: EventarcServer, endpoint: Endpoint
) -> None:
    endpoint.statuses = [500]
    name = server.trigger()["transport"]["pubsub"]["subscription"]
    before = server.pubsub.subscriber.get_subscription(subscription=name)
    wanted = {"name": name, "retry_policy": {"minimum_backoff": {}, "maximum_backoff": {}}}
    server.pubsub.subscriber.update_subscription(
        request={"subscription": wanted, "update_mask": {"paths": ["retry_policy"]}}
    )
    server.model_created()

    assert before.retry_policy.minimum_backoff.total_seconds() == 10
    assert before.retry_policy.maximum_backoff.total_seconds() == 600
    assert before.message_retention_duration.total_seconds() == 24 * 3600
    assert re.fullmatch(r"projects/p1/subscriptions/eventarc-global-models-sub-\d{3}", name)
    assert server.idle() == []
    assert len(endpoint.received) == 2


def test_the_service_account_of_a_trigger_signs_for_it(
    server: EventarcServer, endpoint: Endpoint
) -> None:
    server.trigger(serviceAccount="trigger@p1.iam.gserviceaccount.com")
    server.model_created()
    [request] = endpoint.wait_for(1)
    token = request.headers["authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, certs=server.pubsub.broker.push_key, audience=endpoint.url)

    assert claims["email"] == "trigger@p1.iam.gserviceaccount.com"


@pytest.mark.parametrize("model", ["größe", "ends with a blank "], ids=["a letter", "a blank"])
def test_an_event_whose_name_is_no_header_comes_as_a_pub_sub_message(
    server: EventarcServer, endpoint: Endpoint, model: str
) -> None:
    server.trigger()
    reference = {"projectId": "p1", "datasetId": "sales", "modelId": model}
    server.model_created(modelReference=reference)
    [request] = endpoint.wait_for(1)
    attributes = request.json["message"]["attributes"]

    assert attributes["ce-resourcename"] == f"projects/p1/datasets/sales/models/{model}"
    assert attributes["ce-type"] == "google.cloud.audit.log.v1.written"
    assert "ce-id" not in request.headers


def test_a_split_entry_is_one_event_per_part(server: EventarcServer, endpoint: Endpoint) -> None:
    server.env.set({"entry_limit": 1200})
    server.trigger()
    server.model_created(description="d" * 2000)

    assert server.idle() == []
    parts = [each.json["split"] for each in endpoint.received]
    assert len(parts) == parts[0]["totalSplits"] > 1
    assert len({part["uid"] for part in parts}) == 1
    assert len({each.headers["ce-id"] for each in endpoint.received}) == len(parts)
    assert {each.headers["ce-resourcename"] for each in endpoint.received} == {MODEL}


def test_a_deleted_trigger_takes_its_transport_along(
    server: EventarcServer, endpoint: Endpoint
) -> None:
    server.trigger()
    server.eventarc.delete(NAME)
    server.model_created()

    assert server.idle() == []
    assert endpoint.received == []
    assert server.eventarc.dump() == {"triggers": []}
    broker = server.pubsub.broker.dump()
    assert (broker["topics"], broker["subscriptions"]) == ([], [])


def test_the_state_survives_dump_and_load(server: EventarcServer, endpoint: Endpoint) -> None:
    server.trigger()
    server.env.set({"export_latency": 0.0})
    state = json.loads(json.dumps(server.cloud.dump()))
    server.cloud.reset()

    assert server.eventarc.dump() == {"triggers": []}
    server.cloud.load(state)
    assert server.cloud.dump() == state
    server.env.set({"export_latency": 0.0, "eventarc_duplicates": 0})
    server.model_created()
    endpoint.wait_for(1)


def test_triggers_loaded_alone_get_their_transport(
    server: EventarcServer, endpoint: Endpoint
) -> None:
    trigger = server.trigger()
    server.cloud.reset()
    server.env.set({"export_latency": 0.0, "eventarc_duplicates": 0})
    server.cloud.load({"eventarc": {"triggers": [trigger]}})
    server.model_created()
    endpoint.wait_for(1)


def test_a_loaded_trigger_that_differs_gets_a_new_subscription(
    server: EventarcServer, endpoint: Endpoint
) -> None:
    trigger = server.trigger(retryPolicy={"maxAttempts": 1})
    trigger["destination"]["httpEndpoint"]["uri"] = f"{endpoint.url}/elsewhere"
    server.eventarc.load({"triggers": [trigger]})
    server.model_created()
    [request] = endpoint.wait_for(1)

    assert request.path.startswith("/push/elsewhere?")


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no name": ({"name": "models"}, "projects/PROJECT/locations/LOCATION/triggers/TRIGGER"),
    "unknown field": ({"filters": []}, "unknown field `filters`"),
    "no address": ({"destination": {"httpEndpoint": {"uri": "models"}}}, "uri is an HTTP address"),
    "a service": ({"destination": {"cloudRun": {"service": "s"}}}, "unknown field `cloudRun`"),
    "two attempts": ({"retryPolicy": {"maxAttempts": 2}}, "Invalid enum value 2"),
    "a mode": ({"contentMode": "batched"}, "Invalid enum value 'batched'"),
    "no type": ({"eventFilters": []}, "needs a filter for type"),
    "no method": ({"eventFilters": [{"attribute": "type", "value": "google.cloud.audit.log.v1.written"}]}, "filtered by ['methodName', 'serviceName']"),
    "a topic": ({"transport": {"pubsub": {"topic": "projects/p1/topics/t"}}}, "Only a trigger for messagePublished"),
    "a pattern without a slash": ({"resource": "projects/*"}, "does not begin with a slash"),
    "half a segment": ({"resource": "/projects/a**"}, "no segment of a path pattern"),
}  # fmt: skip


@pytest.mark.parametrize(("fields", "text"), WRONG.values(), ids=WRONG)
def test_a_trigger_with_a_mistake_is_refused(
    server: EventarcServer, fields: dict[str, Any], text: str
) -> None:
    with pytest.raises(ServiceError) as refused:
        server.trigger(**fields)

    assert refused.value.status == "INVALID_ARGUMENT"
    assert text in refused.value.message
    assert server.eventarc.dump() == {"triggers": []}
    assert server.pubsub.broker.dump()["topics"] == []


def test_a_state_with_a_pattern_that_is_none_is_refused(server: EventarcServer) -> None:
    server.trigger()
    state = server.eventarc.dump()
    for part in state["triggers"][0]["eventFilters"]:
        if part["attribute"] == "resourceName":
            part["value"] = "/projects/a**"

    with pytest.raises(ServiceError, match="no segment of a path pattern"):
        server.eventarc.load(state)


def test_a_pattern_is_for_resource_names_alone(server: EventarcServer) -> None:
    filters = [
        {"attribute": "type", "value": "google.cloud.audit.log.v1.written"},
        {"attribute": "serviceName", "value": "bigquery.googleapis.com"},
        {"attribute": "methodName", "value": "/**", "operator": "match-path-pattern"},
    ]
    with pytest.raises(ServiceError, match="methodName is compared exactly"):
        server.trigger(eventFilters=filters)


def test_a_second_trigger_of_a_name_and_an_unknown_one_are_refused(server: EventarcServer) -> None:
    server.trigger()
    with pytest.raises(ServiceError) as taken:
        server.trigger()
    with pytest.raises(ServiceError) as missing:
        server.eventarc.delete(f"{NAME}-2")

    assert (taken.value.status, missing.value.status) == ("ALREADY_EXISTS", "NOT_FOUND")
