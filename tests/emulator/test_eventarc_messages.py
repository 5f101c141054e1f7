"""Eventarc's Pub/Sub triggers: a message becomes a CloudEvent messagePublished."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from cloudevents.http import from_http

from emulator.errors import ServiceError
from tests.emulator.eventarc_server import EventarcServer
from tests.emulator.pubsub_server import TOPIC, Endpoint, PubSub

pytest_plugins = ["tests.emulator.pubsub_fixtures"]

NAME = "projects/p/locations/us-central1/triggers/requests"
PUBLISHED = [{"attribute": "type", "value": "google.cloud.pubsub.topic.v1.messagePublished"}]


@pytest.fixture
def server(pubsub: PubSub, endpoint: Endpoint) -> EventarcServer:
    pubsub.topic()
    return EventarcServer(pubsub, endpoint)


def trigger(server: EventarcServer, topic: str = TOPIC, **fields: Any) -> dict[str, Any]:
    transport = {"pubsub": {"topic": topic}}
    made = server.trigger(name=NAME, eventFilters=PUBLISHED, transport=transport, **fields)
    return dict(made["transport"]["pubsub"])


def test_a_message_arrives_as_a_binary_cloud_event(
    server: EventarcServer, endpoint: Endpoint
) -> None:
    subscription = trigger(server)["subscription"]
    [message_id] = server.pubsub.publish("hello", kind="greeting")
    [request] = endpoint.wait_for(1)
    message = request.json["message"]

    assert {k: v for k, v in request.headers.items() if k.startswith("ce-")} == {
        "ce-specversion": "1.0",
        "ce-type": "google.cloud.pubsub.topic.v1.messagePublished",
        "ce-id": message_id,
        "ce-source": f"//pubsub.googleapis.com/{TOPIC}",
        "ce-time": message["publishTime"],
    }
    assert request.headers["content-type"] == "application/json"
    assert request.path.endswith(
        "?__GCP_CloudEventsMode=CUSTOM_PUBSUB_projects%2Fp%2Ftopics%2Fevents"
    )
    assert request.json.keys() == {"message", "subscription"}
    assert request.json["subscription"] == subscription
    assert message["messageId"] == message["message_id"] == message_id
    assert message["attributes"] == {"kind": "greeting"}
    assert base64.b64decode(message["data"]) == b"hello"


def test_a_structured_event_holds_the_message(server: EventarcServer, endpoint: Endpoint) -> None:
    trigger(server, contentMode="structured")
    server.pubsub.publish("hello")
    [request] = endpoint.wait_for(1)
    event = from_http(request.headers, request.body)

    assert request.headers["content-type"] == "application/cloudevents+json"
    assert event["type"] == "google.cloud.pubsub.topic.v1.messagePublished"
    assert event.data["message"]["data"] == "aGVsbG8="


def test_a_trigger_without_a_topic_makes_one(server: EventarcServer, endpoint: Endpoint) -> None:
    topic = trigger(server, topic="")["topic"]
    server.pubsub.publisher.publish(topic, b"hello").result(10)
    [request] = endpoint.wait_for(1)

    assert request.headers["ce-source"] == f"//pubsub.googleapis.com/{topic}"


def test_a_topic_that_is_not_there_is_refused(server: EventarcServer) -> None:
    with pytest.raises(ServiceError) as refused:
        trigger(server, topic="projects/p/topics/gone")

    assert refused.value.status == "NOT_FOUND"
    assert server.eventarc.dump() == {"triggers": []}


def test_a_deleted_trigger_leaves_the_topic_that_was_named(server: EventarcServer) -> None:
    trigger(server)
    server.eventarc.delete(NAME)

    state = server.pubsub.broker.dump()
    assert [topic["name"] for topic in state["topics"]] == [TOPIC]
    assert state["subscriptions"] == []


def test_log_entries_are_not_its_business(server: EventarcServer, endpoint: Endpoint) -> None:
    trigger(server)
    server.model_created()

    assert server.idle() == []
    assert endpoint.received == []


def test_a_subscription_of_one_s_own_may_ask_for_the_same_form(
    server: EventarcServer, endpoint: Endpoint
) -> None:
    mode = "__GCP_CloudEventsMode=CUSTOM_PUBSUB_projects%2Fp%2Ftopics%2Fevents"
    server.pubsub.subscription(push_config={"push_endpoint": f"{endpoint.url}?{mode}"})
    server.pubsub.publish("hello")
    [request] = endpoint.wait_for(1)

    assert request.headers["ce-source"] == f"//pubsub.googleapis.com/{TOPIC}"
