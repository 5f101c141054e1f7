"""Publishing, pulling, deadlines, retries, dead letters, order and faults."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from google.api_core import exceptions
from google.cloud import pubsub_v1
from google.pubsub_v1 import PublisherClient as Generated

from tests.emulator.pubsub_server import PATIENCE, SUBSCRIPTION, TOPIC, PubSub

pytest_plugins = ["tests.emulator.pubsub_fixtures"]

GRAVE_TOPIC = "projects/p/topics/dead-letters"
GRAVE = "projects/p/subscriptions/dead-letters"


@pytest.fixture
def one(pubsub: PubSub) -> PubSub:
    """A topic with one plain pull subscription."""
    pubsub.topic()
    pubsub.subscription()
    return pubsub


def ordered(pubsub: PubSub, *texts: str, key: str = "k") -> None:
    """Publish in order, with the official client's ordering."""
    options = pubsub_v1.types.PublisherOptions(enable_message_ordering=True)
    publisher = pubsub_v1.PublisherClient(publisher_options=options)
    futures = [publisher.publish(TOPIC, text.encode(), ordering_key=key) for text in texts]
    for future in futures:
        future.result(PATIENCE)


def test_a_message_arrives_as_it_was_published(one: PubSub) -> None:
    [message_id] = one.publish("hello", kind="greeting")

    [item] = one.pull()

    assert item.message.message_id == message_id
    assert message_id.isdecimal()
    assert item.message.data == b"hello"
    assert dict(item.message.attributes) == {"kind": "greeting"}
    assert abs(item.message.publish_time.timestamp() - one.env.clock.time()) < 5
    assert item.delivery_attempt == 0


@pytest.mark.parametrize(
    "messages",
    [
        [],
        [{}],
        [{"data": b"x", "attributes": {"k" * 257: "v"}}],
        [{"data": b"x", "attributes": {"k": "v" * 1025}}],
        [{"data": b"x", "attributes": {"goog-key": "v"}}],
        [{"data": b"x", "attributes": {f"k{number}": "v" for number in range(101)}}],
        [{"data": b"x", "ordering_key": "k" * 1025}],
        [{"data": b"x", "ordering_key": "a"}, {"data": b"x", "ordering_key": "b"}],
        [{"data": b"x"}] * 1001,
        [{"data": b"x" * 10_000_001}],
    ],
    ids=["none", "empty", "long key", "long value", "goog", "many attributes", "long ordering key",
         "two ordering keys", "many", "large"],
)  # fmt: skip
def test_a_publish_request_beyond_a_limit_is_refused(one: PubSub, messages: list[Any]) -> None:
    with pytest.raises(exceptions.InvalidArgument):
        # The generated method beneath the batching one.
        Generated.publish(one.publisher, request={"topic": TOPIC, "messages": messages})


def test_publishing_to_no_topic_is_refused(pubsub: PubSub) -> None:
    with pytest.raises(exceptions.NotFound, match="resource=events"):
        pubsub.publish("lost")


def test_messages_from_before_the_subscription_are_not_delivered(pubsub: PubSub) -> None:
    pubsub.topic()
    pubsub.publish("before")
    pubsub.subscription()
    pubsub.publish("after")

    assert pubsub.texts() == ["after"]


def test_a_filter_keeps_messages_out(pubsub: PubSub) -> None:
    pubsub.topic()
    pubsub.subscription(filter='attributes.kind = "wanted"')
    pubsub.publish("no")
    pubsub.publish("yes", kind="wanted")

    assert pubsub.texts() == ["yes"]


def test_a_google_service_publishes_without_an_api_call(one: PubSub) -> None:
    one.env.gate.calls.reset()

    one.broker.publish_from_service(TOPIC, b"entry", {"from": "sink"})
    one.broker.publish_from_service("projects/p/topics/none", b"lost", {})

    assert one.calls() == []
    assert one.texts() == ["entry"]


def test_an_unacknowledged_message_comes_again_after_the_deadline(one: PubSub) -> None:
    one.publish("job")
    [first] = one.pull()

    assert one.pull() == []

    one.env.clock.advance(10)
    [second] = one.pull()

    assert second.message == first.message
    assert second.ack_id != first.ack_id


def test_a_late_acknowledgement_changes_nothing(one: PubSub) -> None:
    one.publish("job")
    items = one.pull()
    one.env.clock.advance(11)
    one.ack(*items)

    assert one.texts() == ["job"]


def test_an_extended_deadline_holds(one: PubSub) -> None:
    one.publish("job")
    [item] = one.pull()
    one.subscriber.modify_ack_deadline(
        subscription=SUBSCRIPTION, ack_ids=[item.ack_id], ack_deadline_seconds=60
    )
    one.env.clock.advance(30)

    assert one.pull() == []

    one.ack(item)
    one.env.clock.advance(600)

    assert one.pull() == []


def test_a_nack_without_a_retry_policy_redelivers_at_once(one: PubSub) -> None:
    one.publish("job")
    one.nack(*one.pull())

    assert one.texts() == ["job"]


def test_a_retry_policy_backs_off_exponentially(pubsub: PubSub) -> None:
    pubsub.topic()
    pubsub.subscription(retry_policy={"maximum_backoff": {"seconds": 30}})
    pubsub.publish("job")
    for delay in (10, 20, 30, 30):
        pubsub.nack(*pubsub.pull())
        pubsub.env.clock.advance(delay - 1)

        assert pubsub.pull() == []

        pubsub.env.clock.advance(1)

    assert pubsub.texts() == ["job"]


@pytest.mark.parametrize(
    ("ack_ids", "text"),
    [
        ([], "have not specified an ack ID"),
        (["nonsense"], "invalid ack ID"),
        (["0" * 16 + "-" + "0" * 32], "does not belong"),
    ],
)
def test_what_was_never_an_ack_id_is_refused(one: PubSub, ack_ids: list[str], text: str) -> None:
    with pytest.raises(exceptions.InvalidArgument, match=text):
        one.subscriber.acknowledge(subscription=SUBSCRIPTION, ack_ids=ack_ids)


def test_old_messages_are_dropped(one: PubSub) -> None:
    one.publish("old")
    one.env.clock.advance(7 * 86400 + 1)

    assert one.texts() == []


def test_a_waiting_pull_gets_what_is_published_meanwhile(one: PubSub) -> None:
    threading.Timer(0.1, lambda: one.publish("late")).start()

    response = one.subscriber.pull(subscription=SUBSCRIPTION, max_messages=1, timeout=PATIENCE)

    assert [item.message.data for item in response.received_messages] == [b"late"]


def test_a_pull_whose_client_is_gone_takes_nothing(one: PubSub) -> None:
    with pytest.raises(exceptions.DeadlineExceeded):
        one.subscriber.pull(subscription=SUBSCRIPTION, max_messages=1, timeout=0.2, retry=None)
    one.publish("job")

    assert one.texts() == ["job"]


def test_a_message_is_buried_after_its_last_attempt(pubsub: PubSub) -> None:
    pubsub.topic()
    pubsub.topic(GRAVE_TOPIC)
    pubsub.subscription(GRAVE, GRAVE_TOPIC)
    pubsub.subscription(dead_letter_policy={"dead_letter_topic": GRAVE_TOPIC})
    pubsub.publish("job", kind="hard")
    attempts = []
    for _ in range(5):
        [item] = pubsub.pull()
        attempts.append(item.delivery_attempt)
        pubsub.nack(item)

    assert attempts == [1, 2, 3, 4, 5]
    assert pubsub.pull() == []
    [buried] = pubsub.pull(name=GRAVE)
    attributes = dict(buried.message.attributes)
    assert attributes.pop("CloudPubSubDeadLetterSourceTopicPublishTime").endswith("+00:00")
    assert buried.message.data == b"job"
    assert buried.message.message_id != item.message.message_id
    assert attributes == {
        "kind": "hard",
        "CloudPubSubDeadLetterSourceDeliveryCount": "5",
        "CloudPubSubDeadLetterSourceSubscription": "worker",
        "CloudPubSubDeadLetterSourceSubscriptionProject": "p",
    }


def test_expired_deadlines_bury_too_though_nobody_pulls(pubsub: PubSub) -> None:
    pubsub.topic()
    pubsub.topic(GRAVE_TOPIC)
    pubsub.subscription(GRAVE, GRAVE_TOPIC)
    pubsub.subscription(dead_letter_policy={"dead_letter_topic": GRAVE_TOPIC})
    pubsub.publish("job")
    for _ in range(5):
        pubsub.pull()
        pubsub.env.clock.advance(10)
    waited = pubsub.subscriber.pull(subscription=GRAVE, max_messages=1, timeout=PATIENCE)

    assert [item.message.data for item in waited.received_messages] == [b"job"]


def test_one_key_comes_in_order_batch_by_batch(pubsub: PubSub) -> None:
    pubsub.topic()
    pubsub.subscription(enable_message_ordering=True)
    ordered(pubsub, "1", "2", "3", "4")
    first = pubsub.pull(2)

    assert [item.message.data for item in first] == [b"1", b"2"]
    assert pubsub.pull() == []

    pubsub.ack(*first)

    assert pubsub.texts() == ["3", "4"]


def test_keys_do_not_wait_for_each_other(pubsub: PubSub) -> None:
    pubsub.topic()
    pubsub.subscription(enable_message_ordering=True)
    ordered(pubsub, "a1", "a2", key="a")
    ordered(pubsub, "b1", key="b")
    pubsub.pull(1)

    assert pubsub.texts() == ["b1"]


def test_a_redelivery_brings_all_later_messages_of_its_key(pubsub: PubSub) -> None:
    pubsub.topic()
    pubsub.subscription(enable_message_ordering=True)
    ordered(pubsub, "1", "2", "3", "4")
    first, second, third, fourth = pubsub.pull()
    pubsub.ack(third)
    pubsub.nack(second)
    pubsub.ack(fourth)

    assert pubsub.texts() == []

    pubsub.ack(first)

    assert pubsub.texts() == ["2", "3", "4"]


def test_a_duplicated_message_comes_twice_although_acknowledged(one: PubSub) -> None:
    one.fault("duplicate")
    one.publish("job")
    first = one.pull()
    one.ack(*first)
    second = one.pull()
    one.ack(*second)

    assert [item.message.data for item in first + second] == [b"job", b"job"]
    assert one.pull() == []


def test_a_dropped_delivery_comes_after_the_deadline(one: PubSub) -> None:
    one.fault("drop")
    one.publish("job")

    assert one.texts() == []

    one.env.clock.advance(10)

    assert one.texts() == ["job"]


def test_a_reordered_message_comes_after_the_next_one(one: PubSub) -> None:
    one.fault("reorder")
    one.publish("first")

    assert one.texts() == []

    one.publish("second")

    assert one.texts() == ["second", "first"]


def test_a_reordered_message_without_a_next_one_is_not_lost(one: PubSub) -> None:
    one.fault("reorder")
    one.publish("only")
    one.pull()
    one.env.clock.advance(10)

    assert one.texts() == ["only"]


def test_a_call_meets_an_ordered_fault(one: PubSub) -> None:
    one.fault("error_before", "Publish", status="PERMISSION_DENIED")

    with pytest.raises(exceptions.PermissionDenied):
        one.publish("job")
    assert one.texts() == []
