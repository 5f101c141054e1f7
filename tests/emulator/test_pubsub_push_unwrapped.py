"""Push without the wrapper, https://cloud.google.com/pubsub/docs/payload-unwrapping, to a real endpoint."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from google.cloud import pubsub_v1

from tests.emulator.pubsub_server import PATIENCE, SUBSCRIPTION, TOPIC, Endpoint, PubSub

pytest_plugins = ["tests.emulator.pubsub_fixtures"]

Make = Callable[..., PubSub]


@pytest.fixture
def pushing(pubsub: PubSub, endpoint: Endpoint) -> Make:
    """Makes the topic and an unwrapping push subscription to the endpoint."""
    pubsub.topic()

    def make(*, metadata: bool, **config: Any) -> PubSub:
        no_wrapper = {"write_metadata": metadata}
        push_config = {"push_endpoint": endpoint.url, "no_wrapper": no_wrapper}
        pubsub.subscription(push_config=push_config, **config)
        return pubsub

    return make


def test_without_metadata_the_request_is_the_data_alone(pushing: Make, endpoint: Endpoint) -> None:
    pushing(metadata=False).publish(
        '{"status": "Hello there"}', **{"Content-Type": "application/json"}
    )
    [request] = endpoint.wait_for(1)

    assert request.body == b'{"status": "Hello there"}'
    assert "content-type" not in request.headers
    assert [name for name in request.headers if name.startswith("x-goog-")] == []


def test_metadata_and_attributes_are_headers(pushing: Make, endpoint: Endpoint) -> None:
    pushing(metadata=True, enable_message_ordering=True)
    options = pubsub_v1.types.PublisherOptions(enable_message_ordering=True)
    message_id = (
        pubsub_v1.PublisherClient(publisher_options=options)
        .publish(TOPIC, b"{}", ordering_key="some-key", **{"Content-Type": "application/json"})
        .result(PATIENCE)
    )
    [request] = endpoint.wait_for(1)

    metadata = {k: v for k, v in request.headers.items() if k.startswith("x-goog-")}
    assert metadata.pop("x-goog-pubsub-publish-time").endswith("Z")
    assert metadata == {
        "x-goog-pubsub-subscription-name": SUBSCRIPTION,
        "x-goog-pubsub-message-id": message_id,
        "x-goog-pubsub-ordering-key": "some-key",
    }
    assert request.headers["content-type"] == "application/json"
    assert request.body == b"{}"


def test_without_an_attribute_there_is_no_content_type(pushing: Make, endpoint: Endpoint) -> None:
    pushing(metadata=True).publish("hello")
    [request] = endpoint.wait_for(1)

    assert "content-type" not in request.headers
    assert "x-goog-pubsub-ordering-key" not in request.headers


def test_a_cloud_event_in_the_binding_of_pub_sub_becomes_one_over_http(
    pushing: Make, endpoint: Endpoint
) -> None:
    attributes = {"ce-id": "1", "ce-type": "a.b", "ce-source": "//x", "ce-specversion": "1.0"}
    pushing(metadata=True).publish("{}", **attributes)
    [request] = endpoint.wait_for(1)

    assert attributes.items() <= request.headers.items()


NO_HEADERS = {
    "a blank in the name": ("two words", "x"),
    "a colon in the name": ("a:b", "x"),
    "a slash in the name": ("logging.googleapis.com/timestamp", "x"),
    "a letter in the name": ("größe", "x"),
    "a line break": ("lines", "a\r\nX-Evil: 1"),
    "a letter in the value": ("size", "groß"),
    "a blank at the end": ("trailing", "x "),
    "no value": ("empty", ""),
    "the length": ("Content-Length", "1"),
    "the host": ("host", "elsewhere"),
}


@pytest.mark.parametrize(("name", "value"), NO_HEADERS.values(), ids=NO_HEADERS)
def test_what_cannot_be_a_header_is_left_out(
    pushing: Make, endpoint: Endpoint, name: str, value: str
) -> None:
    pubsub = pushing(metadata=True)
    pubsub.publish("hello", **{name: value, "kind": "greeting"})
    [request] = endpoint.wait_for(1)

    assert request.body == b"hello"
    assert request.headers["kind"] == "greeting"
    assert request.headers.get(name.lower()) != value
    assert "x-evil" not in request.headers
    assert pubsub.idle() == []


def test_data_that_is_no_text_arrives_as_it_is(pushing: Make, endpoint: Endpoint) -> None:
    pubsub = pushing(metadata=True)
    pubsub.publisher.publish(TOPIC, bytes(range(256))).result(PATIENCE)
    [request] = endpoint.wait_for(1)

    assert request.body == bytes(range(256))
