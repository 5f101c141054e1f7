"""Topics and subscriptions as resources, through the official clients."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from google.api_core import exceptions

from emulator.errors import ServiceError
from tests.emulator.pubsub_server import SUBSCRIPTION, TOPIC, PubSub

pytest_plugins = ["tests.emulator.pubsub_fixtures"]


def test_a_topic_is_created_read_listed_and_deleted(pubsub: PubSub) -> None:
    pubsub.topic()

    assert pubsub.publisher.get_topic(topic=TOPIC).name == TOPIC
    assert [topic.name for topic in pubsub.publisher.list_topics(project="projects/p")] == [TOPIC]
    assert list(pubsub.publisher.list_topics(project="projects/other")) == []

    pubsub.publisher.delete_topic(topic=TOPIC)

    with pytest.raises(exceptions.NotFound, match=r"Resource not found \(resource=events\)\."):
        pubsub.publisher.get_topic(topic=TOPIC)
    assert pubsub.calls()[:2] == ["Publisher.CreateTopic", "Publisher.GetTopic"]


def test_lists_come_in_pages(pubsub: PubSub) -> None:
    names = [pubsub.topic(f"projects/p/topics/topic-{number}") for number in range(5)]

    pages = list(
        pubsub.publisher.list_topics(request={"project": "projects/p", "page_size": 2}).pages
    )

    assert [[topic.name for topic in page.topics] for page in pages] == [
        names[:2],
        names[2:4],
        names[4:],
    ]


def test_a_second_topic_of_one_name_is_refused(pubsub: PubSub) -> None:
    pubsub.topic()

    with pytest.raises(
        exceptions.AlreadyExists, match=r"already exists in the project \(resource=events\)"
    ):
        pubsub.topic()


@pytest.mark.parametrize("bad", ["ab", "goog-topic", "1topic", "a topic", "t" * 256])
def test_a_bad_topic_id_is_refused(pubsub: PubSub, bad: str) -> None:
    with pytest.raises(exceptions.InvalidArgument, match="Invalid resource name given"):
        pubsub.topic(f"projects/p/topics/{bad}")


def test_labels_of_a_topic_are_updated_by_mask(pubsub: PubSub) -> None:
    pubsub.topic()
    wanted = {"name": TOPIC, "labels": {"team": "ml"}}

    pubsub.publisher.update_topic(request={"topic": wanted, "update_mask": {"paths": ["labels"]}})

    assert dict(pubsub.publisher.get_topic(topic=TOPIC).labels) == {"team": "ml"}


def test_a_new_subscription_shows_the_defaults(pubsub: PubSub) -> None:
    pubsub.topic()

    made = pubsub.subscription(
        push_config={"push_endpoint": "http://127.0.0.1:1/"}, retry_policy={}
    )

    assert made.ack_deadline_seconds == 10
    assert made.message_retention_duration.total_seconds() == 7 * 86400
    assert made.retry_policy.minimum_backoff.total_seconds() == 10
    assert made.retry_policy.maximum_backoff.total_seconds() == 600
    assert made.push_config.attributes["x-goog-version"] == "v1"
    assert pubsub.subscriber.get_subscription(subscription=SUBSCRIPTION) == made
    assert list(pubsub.publisher.list_topic_subscriptions(topic=TOPIC)) == [SUBSCRIPTION]
    assert list(pubsub.subscriber.list_subscriptions(project="projects/p")) == [made]


@pytest.mark.parametrize(
    ("config", "error"),
    [
        ({"ack_deadline_seconds": 5}, exceptions.InvalidArgument),
        ({"ack_deadline_seconds": 601}, exceptions.InvalidArgument),
        ({"push_config": {"push_endpoint": "nowhere"}}, exceptions.InvalidArgument),
        ({"filter": "attributes.a >"}, exceptions.InvalidArgument),
        ({"retry_policy": {"minimum_backoff": {"seconds": 601}}}, exceptions.InvalidArgument),
        ({"dead_letter_policy": {"dead_letter_topic": TOPIC, "max_delivery_attempts": 4}}, exceptions.InvalidArgument),
        ({"dead_letter_policy": {"dead_letter_topic": "projects/p/topics/none"}}, exceptions.NotFound),
        ({"topic": "projects/p/topics/none"}, exceptions.NotFound),
        ({"enable_exactly_once_delivery": True}, exceptions.MethodNotImplemented),
        ({"bigquery_config": {"table": "p.d.t"}}, exceptions.MethodNotImplemented),
    ],
)  # fmt: skip
def test_a_bad_subscription_is_refused(
    pubsub: PubSub, config: dict[str, Any], error: type[Exception]
) -> None:
    pubsub.topic()

    with pytest.raises(error):
        pubsub.subscription(**config)


def test_an_update_changes_only_what_its_mask_names(pubsub: PubSub) -> None:
    pubsub.topic()
    pubsub.subscription(labels={"a": "1"}, retry_policy={"minimum_backoff": {"seconds": 1}})
    wanted = {"name": SUBSCRIPTION, "ack_deadline_seconds": 60, "labels": {"b": "2"}}
    mask = {"paths": ["ack_deadline_seconds", "retry_policy"]}

    changed = pubsub.subscriber.update_subscription(
        request={"subscription": wanted, "update_mask": mask}
    )

    assert changed.ack_deadline_seconds == 60
    assert dict(changed.labels) == {"a": "1"}
    assert "retry_policy" not in changed


@pytest.mark.parametrize("path", ["filter", "enable_message_ordering", "topic", "ackDeadline", ""])
def test_an_update_of_what_cannot_change_is_refused(pubsub: PubSub, path: str) -> None:
    pubsub.topic()
    pubsub.subscription()
    mask = {"paths": [path] if path else []}

    with pytest.raises(exceptions.InvalidArgument, match="update_mask"):
        pubsub.subscriber.update_subscription(
            request={"subscription": {"name": SUBSCRIPTION}, "update_mask": mask}
        )


def test_a_subscription_outlives_its_topic(pubsub: PubSub) -> None:
    pubsub.topic()
    pubsub.subscription()
    pubsub.publish("before")
    pubsub.publisher.delete_topic(topic=TOPIC)
    pubsub.topic()
    pubsub.publish("after")

    assert pubsub.subscriber.get_subscription(subscription=SUBSCRIPTION).topic == "_deleted-topic_"
    assert pubsub.texts() == ["before"]


def test_a_call_that_is_not_served_is_named(pubsub: PubSub) -> None:
    with pytest.raises(
        exceptions.MethodNotImplemented, match=r"Subscriber\.CreateSnapshot"
    ) as refused:
        pubsub.subscriber.create_snapshot(
            name="projects/p/snapshots/one", subscription=SUBSCRIPTION
        )

    assert refused.value.grpc_status_code is grpc.StatusCode.UNIMPLEMENTED


def test_the_state_survives_a_dump_and_a_load(pubsub: PubSub) -> None:
    pubsub.topic()
    pubsub.subscription(filter="attributes:a", enable_message_ordering=True)
    pubsub.publish("one", a="1")
    state = pubsub.broker.dump()
    pubsub.broker.reset()

    assert pubsub.broker.dump() | {"nextMessageId": 0} == {
        "schemas": [],
        "topics": [],
        "subscriptions": [],
        "nextMessageId": 0,
    }

    pubsub.broker.load(state)
    pubsub.publish("two", b="2")

    assert pubsub.texts() == ["one"]


def test_a_load_names_what_it_does_not_know(pubsub: PubSub) -> None:
    with pytest.raises(ServiceError, match="snapshots"):
        pubsub.broker.load({"snapshots": []})
