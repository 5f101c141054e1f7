"""The official streaming subscriber."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from google.api_core import exceptions
from google.cloud import pubsub_v1

from tests.emulator.pubsub_server import PATIENCE, SUBSCRIPTION, TOPIC, PubSub

pytest_plugins = ["tests.emulator.pubsub_fixtures"]


class Seen:
    """A callback that notes the texts it gets and acknowledges them."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.changed = threading.Condition()
        self.react: Callable[[Any], None] = lambda message: message.ack()

    def __call__(self, message: Any) -> None:
        with self.changed:
            self.texts.append(message.data.decode())
            self.react(message)
            self.changed.notify_all()

    def wait_for(self, count: int) -> list[str]:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.texts) >= count, PATIENCE), self.texts
            return list(self.texts)


@pytest.fixture
def seen() -> Seen:
    return Seen()


def test_a_streaming_subscriber_gets_and_acknowledges_everything(
    pubsub: PubSub, seen: Seen
) -> None:
    pubsub.topic()
    pubsub.subscription()
    pubsub.publish("early")
    stream = pubsub.subscriber.subscribe(SUBSCRIPTION, seen)
    texts = [str(number) for number in range(30)]
    pubsub.publish(*texts)

    assert sorted(seen.wait_for(31)) == sorted(["early", *texts])
    assert pubsub.left(0)

    stream.cancel()
    stream.result(PATIENCE)

    assert pubsub.calls().count("Subscriber.StreamingPull") == 1


def test_a_nacked_message_comes_again_on_the_stream(pubsub: PubSub, seen: Seen) -> None:
    pubsub.topic()
    pubsub.subscription()
    seen.react = lambda message: message.nack() if len(seen.texts) < 3 else message.ack()
    stream = pubsub.subscriber.subscribe(SUBSCRIPTION, seen)
    pubsub.publish("job")

    assert seen.wait_for(3) == ["job"] * 3
    assert pubsub.left(0)

    stream.cancel()


def test_a_stream_keeps_the_order_of_each_key(pubsub: PubSub, seen: Seen) -> None:
    pubsub.topic()
    pubsub.subscription(enable_message_ordering=True)
    options = pubsub_v1.types.PublisherOptions(enable_message_ordering=True)
    publisher = pubsub_v1.PublisherClient(publisher_options=options)
    stream = pubsub.subscriber.subscribe(SUBSCRIPTION, seen)
    for number in range(20):
        publisher.publish(TOPIC, f"a{number:02}".encode(), ordering_key="a")
        publisher.publish(TOPIC, f"b{number:02}".encode(), ordering_key="b")
    texts = seen.wait_for(40)
    stream.cancel()

    for key in "ab":
        assert [text for text in texts if text[0] == key] == [f"{key}{n:02}" for n in range(20)]


def test_the_server_respects_max_outstanding_messages(pubsub: PubSub, seen: Seen) -> None:
    pubsub.topic()
    pubsub.subscription()
    held: list[Any] = []
    seen.react = held.append
    control = pubsub_v1.types.FlowControl(max_messages=2)
    stream = pubsub.subscriber.subscribe(SUBSCRIPTION, seen, flow_control=control)
    pubsub.publish("1", "2", "3")
    seen.wait_for(2)

    assert len(pubsub.pull()) == 1, "the third one is not with the stream"

    held[0].ack()
    pubsub.publish("4")

    assert seen.wait_for(3)[2] == "4"

    stream.cancel()


def test_a_stream_on_no_subscription_is_refused(pubsub: PubSub, seen: Seen) -> None:
    stream = pubsub.subscriber.subscribe(SUBSCRIPTION, seen)

    with pytest.raises(exceptions.NotFound, match="resource=worker"):
        stream.result(PATIENCE)


def test_a_stream_on_a_push_subscription_is_refused(pubsub: PubSub, seen: Seen) -> None:
    pubsub.topic()
    pubsub.subscription(push_config={"push_endpoint": "http://127.0.0.1:1/"})
    stream = pubsub.subscriber.subscribe(SUBSCRIPTION, seen)

    with pytest.raises(exceptions.FailedPrecondition, match="not supported for this subscription"):
        stream.result(PATIENCE)


def test_deleting_the_subscription_ends_its_stream(pubsub: PubSub, seen: Seen) -> None:
    pubsub.topic()
    pubsub.subscription()
    stream = pubsub.subscriber.subscribe(SUBSCRIPTION, seen)
    pubsub.publish("job")
    seen.wait_for(1)
    pubsub.subscriber.delete_subscription(subscription=SUBSCRIPTION)

    with pytest.raises(exceptions.NotFound):
        stream.result(PATIENCE)


def test_streams_end_when_the_server_stops(pubsub: PubSub) -> None:
    pubsub.topic()
    pubsub.subscription()
    pubsub.publish("job")
    responses, _ = opened(pubsub, {})
    next(responses)
    pubsub.broker.stop()

    with pytest.raises(exceptions.ServiceUnavailable):
        next(responses)


def opened(pubsub: PubSub, *requests: dict[str, Any]) -> tuple[Any, threading.Event]:
    """A raw stream that sends these requests and then stays open until the event is set."""
    ended = threading.Event()
    first = {"subscription": SUBSCRIPTION, "stream_ack_deadline_seconds": 10}

    def sent() -> Any:
        for request in ({**first, **requests[0]}, *requests[1:]):
            yield pubsub_v1.types.StreamingPullRequest(request)
        ended.wait(PATIENCE)

    return iter(pubsub.subscriber.streaming_pull(requests=sent(), timeout=PATIENCE)), ended


@pytest.mark.parametrize(
    "second",
    [
        {"subscription": SUBSCRIPTION},
        {"max_outstanding_messages": 5},
        {"ack_ids": ["nonsense"]},
        {"modify_deadline_ack_ids": ["a"]},
        {"stream_ack_deadline_seconds": 9},
    ],
    ids=lambda request: next(iter(request)),
)
def test_a_bad_later_request_ends_the_stream(pubsub: PubSub, second: dict[str, Any]) -> None:
    pubsub.topic()
    pubsub.subscription()
    responses, _ = opened(pubsub, {}, second)

    with pytest.raises(exceptions.InvalidArgument):
        next(responses)


def test_acknowledgements_on_the_stream_count(pubsub: PubSub) -> None:
    pubsub.topic()
    pubsub.subscription()
    pubsub.publish("acked", "nacked")
    items = {item.message.data: item.ack_id for item in pubsub.pull()}
    answered = {
        "ack_ids": [items[b"acked"]],
        "modify_deadline_ack_ids": [items[b"nacked"]],
        "modify_deadline_seconds": [0],
    }
    responses, ended = opened(pubsub, answered)
    response = next(responses)
    ended.set()

    assert [item.message.data for item in response.received_messages] == [b"nacked"]
    assert len(pubsub.broker.subscriptions.get(SUBSCRIPTION).backlog) == 1
