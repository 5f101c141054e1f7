"""What is published: to topics that are there, in as few requests as Pub/Sub takes it."""

from __future__ import annotations

import pytest
from google.cloud import pubsub_v1

from bqml_registrar.adapters.pubsub import PubSubPublisher
from bqml_registrar.adapters.pubsub import connect as connect_pubsub
from bqml_registrar.errors import PermanentError, RetryableError
from bqml_registrar.messages.outgoing import OutgoingMessage
from local.cloud.control import Control
from local.cloud.servers import Addresses
from tests.contract.worlds import TOPIC, World


def test_a_topic_that_does_not_exist_is_for_a_person(
    local_cloud: Addresses, control: Control
) -> None:
    publisher = PubSubPublisher(connect_pubsub(local_cloud.pubsub))

    with pytest.raises(PermanentError, match="topics/nowhere"):
        publisher.publish("projects/analytics-dev/topics/nowhere", [OutgoingMessage(b"x", {})])


@pytest.mark.parametrize("status", ["ABORTED", "UNAVAILABLE", "RESOURCE_EXHAUSTED"])
def test_a_publish_that_time_mends_is_tried_again(
    status: str, local_cloud: Addresses, control: Control
) -> None:
    pubsub_v1.PublisherClient().create_topic(name="projects/analytics-dev/topics/events")
    publisher = PubSubPublisher(connect_pubsub(local_cloud.pubsub))
    control.fault("Publisher.Publish", "error_before", status=status)

    with pytest.raises(RetryableError):
        publisher.publish("projects/analytics-dev/topics/events", [OutgoingMessage(b"x", {})])


def test_more_than_one_request_can_hold_is_published(
    local_cloud: Addresses, control: Control
) -> None:
    topic = "projects/analytics-dev/topics/many"
    subscription = "projects/analytics-dev/subscriptions/many"
    publisher = PubSubPublisher(connect_pubsub(local_cloud.pubsub))
    pubsub_v1.PublisherClient().create_topic(name=topic)
    publisher.publish(topic, [OutgoingMessage(b"x" * 4_000_000, {}) for _ in range(3)])
    subscriber = pubsub_v1.SubscriberClient()
    subscriber.create_subscription(name=subscription, topic=topic)

    publisher.publish(topic, [OutgoingMessage(b"%d" % number, {}) for number in range(1_001)])

    received: set[bytes] = set()
    while len(received) < 1_001:
        pulled = subscriber.pull(subscription=subscription, max_messages=1_000, timeout=10)
        received |= {one.message.data for one in pulled.received_messages}
        ids = [one.ack_id for one in pulled.received_messages]
        subscriber.acknowledge(subscription=subscription, ack_ids=ids)


def test_messages_arrive_with_attributes_and_ordering_key_in_one_call(world: World) -> None:
    messages = [OutgoingMessage(str(n).encode(), {"n": str(n)}, "key") for n in range(3)]

    world.publisher.publish(TOPIC, messages)

    assert world.received() == [(str(n).encode(), {"n": str(n)}, "key") for n in range(3)]
