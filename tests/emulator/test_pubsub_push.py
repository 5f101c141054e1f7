"""Push to a real HTTP endpoint."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from google.api_core import exceptions
from google.auth import jwt
from google.cloud import pubsub_v1

from tests.emulator.pubsub_server import PATIENCE, SUBSCRIPTION, TOPIC, Endpoint, PubSub

pytest_plugins = ["tests.emulator.pubsub_fixtures"]

GRAVE_TOPIC = "projects/p/topics/dead-letters"
GRAVE = "projects/p/subscriptions/dead-letters"
RETRY = {"minimum_backoff": {"seconds": 100}}


@pytest.fixture
def pushing(pubsub: PubSub, endpoint: Endpoint) -> Any:
    """Makes the topic and a push subscription to the endpoint."""
    pubsub.topic()

    def make(push_config: dict[str, Any] | None = None, **config: Any) -> PubSub:
        pubsub.subscription(
            push_config={"push_endpoint": endpoint.url, **(push_config or {})}, **config
        )
        return pubsub

    return make


def data(endpoint: Endpoint) -> list[str]:
    """The texts that came, in order."""
    return [base64.b64decode(each.json["message"]["data"]).decode() for each in endpoint.received]


def test_a_wrapped_message_is_posted_as_json(pushing: Any, endpoint: Endpoint) -> None:
    pubsub = pushing()
    [message_id] = pubsub.publish("hello", kind="greeting")
    [request] = endpoint.wait_for(1)

    message = request.json["message"]
    published = message.pop("publishTime")
    assert published.endswith("Z")
    assert message.pop("publish_time") == published
    assert request.json.keys() == {"message", "subscription"}
    assert request.json["subscription"] == SUBSCRIPTION
    assert {key: value for key, value in message.items() if not key.startswith("publish")} == {
        "attributes": {"kind": "greeting"},
        "data": "aGVsbG8=",
        "messageId": message_id,
        "message_id": message_id,
    }
    assert request.headers["content-type"] == "application/json"
    assert request.headers["user-agent"] == "CloudPubSub-Google"
    assert request.headers["from"] == "noreply@google.com"
    assert "authorization" not in request.headers
    assert pubsub.idle() == []


def test_empty_parts_are_absent(pushing: Any, endpoint: Endpoint) -> None:
    pubsub = pushing()
    pubsub.publish("", only="attributes")
    pubsub.publish("only data")
    bodies = [request.json["message"] for request in endpoint.wait_for(2)]

    assert sorted("data" in body for body in bodies) == [False, True]
    assert sorted("attributes" in body for body in bodies) == [False, True]


def test_an_unwrapped_message_is_its_data(pushing: Any, endpoint: Endpoint) -> None:
    pushing({"no_wrapper": {}}).publish("hello", kind="greeting")
    [request] = endpoint.wait_for(1)

    assert request.body == b"hello"
    assert "kind" not in request.headers
    assert "x-goog-pubsub-message-id" not in request.headers


def test_metadata_of_an_unwrapped_message_are_headers(pushing: Any, endpoint: Endpoint) -> None:
    pubsub = pushing({"no_wrapper": {"write_metadata": True}})
    [message_id] = pubsub.publish("hello", **{"ce-type": "a.b", "content-type": "text/plain"})
    [request] = endpoint.wait_for(1)

    assert request.body == b"hello"
    assert request.headers["ce-type"] == "a.b"
    assert request.headers["content-type"] == "text/plain"
    assert request.headers["x-goog-pubsub-subscription-name"] == SUBSCRIPTION
    assert request.headers["x-goog-pubsub-message-id"] == message_id
    assert request.headers["x-goog-pubsub-publish-time"].endswith("Z")


@pytest.mark.parametrize("audience", ["", "https://audience.example"])
def test_an_authenticated_push_carries_a_token(
    pushing: Any, endpoint: Endpoint, audience: str
) -> None:
    pubsub = pushing({"oidc_token": {"service_account_email": "push@p.iam", "audience": audience}})
    pubsub.publish("hello")
    [request] = endpoint.wait_for(1)

    scheme, _, token = request.headers["authorization"].partition(" ")
    claims = jwt.decode(token, certs=pubsub.broker.push_key, audience=audience or endpoint.url)
    assert scheme == "Bearer"
    assert claims["iss"] == "https://accounts.google.com"
    assert claims["email"] == "push@p.iam"
    assert claims["email_verified"] is True
    assert claims["sub"].isdecimal()
    assert claims["exp"] - claims["iat"] == 3600


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_a_success_acknowledges(pushing: Any, endpoint: Endpoint, status: int) -> None:
    endpoint.statuses = [status]
    pubsub = pushing()
    pubsub.publish("job")

    assert pubsub.idle() == []
    assert len(endpoint.received) == 1


@pytest.mark.parametrize("status", [203, 301, 400, 404, 429, 500, 503])
def test_anything_else_is_pushed_again(pushing: Any, endpoint: Endpoint, status: int) -> None:
    endpoint.statuses = [status]
    pubsub = pushing()
    pubsub.publish("job")

    assert pubsub.idle() == []
    assert data(endpoint) == ["job", "job"]


def test_a_retry_policy_delays_the_next_push(pushing: Any, endpoint: Endpoint) -> None:
    endpoint.statuses = [500]
    pubsub = pushing(retry_policy=RETRY)
    pubsub.publish("job")
    endpoint.wait_for(1)
    backlog = pubsub.broker.subscriptions.get(SUBSCRIPTION).backlog
    with pubsub.broker.changed:
        pubsub.broker.changed.wait_for(
            lambda: any(item["failures"] for item in backlog.dump()), PATIENCE
        )

    assert pubsub.broker.pending() == [f"1 to push from {SUBSCRIPTION}"]

    pubsub.env.clock.advance(100)
    endpoint.wait_for(2)

    assert pubsub.idle() == []


def test_an_answer_after_the_deadline_is_too_late(pushing: Any, endpoint: Endpoint) -> None:
    endpoint.gate.clear()
    pubsub = pushing()
    pubsub.publish("slow")
    endpoint.wait_for(1)
    pubsub.env.clock.advance(11)
    endpoint.wait_for(2)
    endpoint.gate.set()

    assert pubsub.idle() == []
    assert data(endpoint) == ["slow", "slow"]


def test_a_refused_connection_is_tried_again(pushing: Any, endpoint: Endpoint) -> None:
    pubsub = pushing({"push_endpoint": "http://127.0.0.1:1/"})
    pubsub.publish("job")
    pubsub.subscriber.modify_push_config(
        subscription=SUBSCRIPTION, push_config={"push_endpoint": endpoint.url}
    )

    assert pubsub.idle() == []
    assert data(endpoint) == ["job"]


def test_a_push_is_buried_after_five_attempts(
    pubsub: PubSub, pushing: Any, endpoint: Endpoint
) -> None:
    endpoint.statuses = [500] * 5
    pubsub.topic(GRAVE_TOPIC)
    pubsub.subscription(GRAVE, GRAVE_TOPIC)
    pushing(dead_letter_policy={"dead_letter_topic": GRAVE_TOPIC, "max_delivery_attempts": 5})
    pubsub.publish("job")

    assert pubsub.idle() == []
    assert [request.json["deliveryAttempt"] for request in endpoint.received] == [1, 2, 3, 4, 5]
    assert pubsub.texts(name=GRAVE) == ["job"]


def test_pushes_of_one_key_come_one_after_the_other(pushing: Any, endpoint: Endpoint) -> None:
    endpoint.statuses = [204, 500]
    pubsub = pushing(enable_message_ordering=True)
    options = pubsub_v1.types.PublisherOptions(enable_message_ordering=True)
    publisher = pubsub_v1.PublisherClient(publisher_options=options)
    for number in range(4):
        publisher.publish(TOPIC, str(number).encode(), ordering_key="k").result(PATIENCE)

    assert pubsub.idle() == []
    assert data(endpoint) == ["0", "1", "1", "2", "3"]
    assert endpoint.received[0].json["message"]["orderingKey"] == "k"


def test_pushes_run_side_by_side_up_to_a_limit(pushing: Any, endpoint: Endpoint) -> None:
    endpoint.gate.clear()
    pubsub = pushing()
    pubsub.publish(*[str(number) for number in range(80)])
    endpoint.wait_for(64)

    assert pubsub.broker.subscriptions.get(SUBSCRIPTION).in_flight == 64

    endpoint.gate.set()

    assert pubsub.idle() == []
    assert len(data(endpoint)) == 80


def test_a_push_subscription_cannot_be_pulled(pushing: Any) -> None:
    pubsub = pushing()

    with pytest.raises(exceptions.FailedPrecondition, match="not supported"):
        pubsub.pull()


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("duplicate", ["a", "a", "b"]),
        ("drop", ["a", "b"]),
        ("reorder", ["a", "b"]),
    ],
)
def test_delivery_faults_of_push(
    pushing: Any, endpoint: Endpoint, kind: str, expected: list[str]
) -> None:
    pubsub = pushing()
    pubsub.fault(kind, "delivery.push")
    with pubsub.env.lock:
        pubsub.broker.publish_from_service(TOPIC, b"a", {})
        pubsub.broker.publish_from_service(TOPIC, b"b", {})
    if kind == "drop":
        assert pubsub.left(1)

        pubsub.env.clock.advance(11)

    assert pubsub.idle() == []
    assert sorted(data(endpoint)) == expected
    assert kind != "drop" or data(endpoint) == ["b", "a"]


def test_a_reset_forgets_what_is_to_be_pushed(pushing: Any, endpoint: Endpoint) -> None:
    endpoint.gate.clear()
    pubsub = pushing()
    pubsub.publish("job")
    endpoint.wait_for(1)
    pubsub.broker.reset()
    endpoint.gate.set()

    assert pubsub.idle() == []
    assert pubsub.broker.dump()["subscriptions"] == []
