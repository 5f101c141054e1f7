"""Topics with a schema: what may be published, and what subscribers are told of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from google.api_core import exceptions
from google.cloud.pubsub_v1 import SchemaServiceClient
from google.pubsub_v1 import PublisherClient

from tests.emulator.pubsub_server import SUBSCRIPTION, TOPIC, Endpoint, PubSub
from tests.emulator.schema_client import PERSON, SCHEMA, WITH_MAIL, commit, create

pytest_plugins = ["tests.emulator.pubsub_fixtures"]

MAIL = b'{"mail": "ana@example.com"}'
GRAVE_TOPIC = "projects/p/topics/dead-letters"


def topic(pubsub: PubSub, **settings: Any) -> Any:
    """A topic of the schema, with a subscription."""
    wanted = {"schema": SCHEMA, "encoding": "JSON", **settings}
    made = pubsub.publisher.create_topic(request={"name": TOPIC, "schema_settings": wanted})
    pubsub.subscription()
    return made.schema_settings


def update(pubsub: PubSub, mask: str, **settings: str) -> Any:
    """Update the settings that the mask names; without any the topic loses them."""
    return pubsub.publisher.update_topic(
        request={
            "topic": {"name": TOPIC, "schema_settings": settings or None},
            "update_mask": {"paths": [mask]},
        }
    ).schema_settings


def send(pubsub: PubSub, *data: bytes, **attributes: str) -> None:
    """One publish request: the generated client's, as the one above it batches."""
    messages = [{"data": item, "attributes": attributes} for item in data]
    PublisherClient.publish(pubsub.publisher, request={"topic": TOPIC, "messages": messages})


def test_what_is_published_carries_its_schema(pubsub: PubSub, schemas: SchemaServiceClient) -> None:
    revision_id = create(schemas)
    topic(pubsub)
    send(pubsub, b'{"name": "Ana"}', kind="greeting")
    [received] = pubsub.pull()

    assert dict(received.message.attributes) == {
        "kind": "greeting",
        "googclient_schemaencoding": "JSON",
        "googclient_schemaname": SCHEMA,
        "googclient_schemarevisionid": revision_id,
    }


def test_a_push_carries_the_schema_too(
    pubsub: PubSub, schemas: SchemaServiceClient, endpoint: Endpoint
) -> None:
    revision_id = create(schemas)
    topic(pubsub, encoding="BINARY")
    pubsub.subscription(
        "projects/p/subscriptions/pushed", push_config={"push_endpoint": endpoint.url}
    )
    send(pubsub, b"\x0a\x03Ana")
    [request] = endpoint.wait_for(1)

    assert request.json["message"]["attributes"] == {
        "googclient_schemaencoding": "BINARY",
        "googclient_schemaname": SCHEMA,
        "googclient_schemarevisionid": revision_id,
    }


def test_one_message_that_does_not_fit_refuses_the_whole_request(
    pubsub: PubSub, schemas: SchemaServiceClient
) -> None:
    revision_id = create(schemas)
    topic(pubsub)

    with pytest.raises(
        exceptions.InvalidArgument,
        match=r"^400 Invalid data in message: Message failed schema validation\.",
    ) as refused:
        send(pubsub, b'{"name": "Ana"}', MAIL)

    assert refused.value.reason == "INVALID_JSON_PROTO_MESSAGE"
    assert refused.value.domain == "pubsub.googleapis.com"
    told = refused.value.metadata["revisionInfo"]
    assert f"for schema: {SCHEMA}, last checked revision: revision_id={revision_id}" in told
    assert '"mail"' in told
    assert pubsub.pull() == []


def test_a_message_may_fit_any_revision_and_names_the_newest(
    pubsub: PubSub, schemas: SchemaServiceClient
) -> None:
    create(schemas)
    second, third = commit(schemas, WITH_MAIL), commit(schemas, PERSON)
    topic(pubsub)
    send(pubsub, b'{"name": "Ana"}', MAIL)

    assert [each.message.attributes["googclient_schemarevisionid"] for each in pubsub.pull()] == [
        third,
        second,
    ]


@pytest.mark.parametrize(
    ("limits", "fits"),
    [
        ({}, True),
        ({"first_revision_id": 1}, True),
        ({"last_revision_id": 1}, True),
        ({"first_revision_id": 1, "last_revision_id": 1}, True),
        ({"first_revision_id": 2}, False),
        ({"last_revision_id": 0}, False),
    ],
    ids=str,
)
def test_revisions_outside_the_range_do_not_count(
    pubsub: PubSub, schemas: SchemaServiceClient, limits: dict[str, int], fits: bool
) -> None:
    ids = [create(schemas), commit(schemas, WITH_MAIL), commit(schemas, PERSON)]
    shown = topic(pubsub, **{key: ids[place] for key, place in limits.items()})

    assert shown.schema == SCHEMA
    if fits:
        send(pubsub, MAIL)
    else:
        with pytest.raises(exceptions.InvalidArgument):
            send(pubsub, MAIL)


@pytest.mark.parametrize(
    ("definitions", "end", "neighbour"),
    [
        ((WITH_MAIL, PERSON, PERSON), "first_revision_id", 2),
        ((PERSON, PERSON, WITH_MAIL), "last_revision_id", 0),
    ],
    ids=["first", "last"],
)
def test_a_deleted_end_of_the_range_means_its_neighbour_inside(
    pubsub: PubSub,
    schemas: SchemaServiceClient,
    definitions: tuple[str, ...],
    end: str,
    neighbour: int,
) -> None:
    ids = [create(schemas, definitions[0]), *(commit(schemas, each) for each in definitions[1:])]
    topic(pubsub, **{end: ids[1]})
    schemas.delete_schema_revision(request={"name": f"{SCHEMA}@{ids[1]}"})

    send(pubsub, b"{}")
    with pytest.raises(exceptions.InvalidArgument):
        send(pubsub, MAIL)

    [received] = pubsub.pull()
    assert received.message.attributes["googclient_schemarevisionid"] == ids[neighbour]


def test_a_revision_committed_later_counts_at_once(
    pubsub: PubSub, schemas: SchemaServiceClient
) -> None:
    create(schemas)
    topic(pubsub)
    with pytest.raises(exceptions.InvalidArgument):
        send(pubsub, MAIL)

    commit(schemas, WITH_MAIL)

    send(pubsub, MAIL)


def test_publishing_to_a_topic_whose_schema_was_deleted_fails(
    pubsub: PubSub, schemas: SchemaServiceClient
) -> None:
    create(schemas)
    topic(pubsub)
    schemas.delete_schema(name=SCHEMA)
    create(schemas)

    assert pubsub.publisher.get_topic(topic=TOPIC).schema_settings.schema == "_deleted-schema_"
    with pytest.raises(exceptions.FailedPrecondition, match="has been deleted"):
        send(pubsub, b"{}")


BAD_SETTINGS = {
    "no such schema": ({"schema": "projects/p/schemas/none"}, exceptions.NotFound),
    "no schema": ({"schema": ""}, exceptions.InvalidArgument),
    "a revision in the name": ({"schema": f"{SCHEMA}@00000000"}, exceptions.InvalidArgument),
    "no encoding": ({"encoding": 0}, exceptions.InvalidArgument),
    "no such first revision": ({"first_revision_id": "00000000"}, exceptions.NotFound),
    "no such last revision": ({"last_revision_id": "00000000"}, exceptions.NotFound),
}


@pytest.mark.parametrize(("settings", "error"), BAD_SETTINGS.values(), ids=BAD_SETTINGS)
def test_bad_settings_are_refused(
    pubsub: PubSub, schemas: SchemaServiceClient, settings: dict[str, Any], error: type[Exception]
) -> None:
    create(schemas)

    with pytest.raises(error):
        topic(pubsub, **settings)
    with pytest.raises(exceptions.NotFound):
        pubsub.publisher.get_topic(topic=TOPIC)


def test_a_range_that_ends_before_it_begins_is_refused(
    pubsub: PubSub, schemas: SchemaServiceClient
) -> None:
    first, second = create(schemas), commit(schemas, WITH_MAIL)

    with pytest.raises(exceptions.InvalidArgument, match="first_revision_id"):
        topic(pubsub, first_revision_id=second, last_revision_id=first)


def test_a_topic_gets_moves_and_loses_its_schema(
    pubsub: PubSub, schemas: SchemaServiceClient
) -> None:
    create(schemas)
    second = commit(schemas, WITH_MAIL)
    pubsub.topic()
    pubsub.subscription()
    update(pubsub, "schema_settings", schema=SCHEMA, encoding="JSON")
    with pytest.raises(exceptions.InvalidArgument):
        send(pubsub, b"no JSON")

    shown = update(pubsub, "schema_settings.first_revision_id", first_revision_id=second)
    assert (shown.schema, shown.first_revision_id) == (SCHEMA, second)
    with pytest.raises(exceptions.NotFound):
        update(pubsub, "schema_settings.last_revision_id", last_revision_id="00000000")

    update(pubsub, "schema_settings")
    send(pubsub, b"no JSON")
    [received] = pubsub.pull()
    assert dict(received.message.attributes) == {}


def test_what_a_google_service_publishes_must_fit_too(
    pubsub: PubSub, schemas: SchemaServiceClient, caplog: pytest.LogCaptureFixture
) -> None:
    create(schemas)
    topic(pubsub)
    pubsub.broker.publish_from_service(TOPIC, b'{"logName": "x"}', {})
    pubsub.broker.publish_from_service(TOPIC, b'{"name": "Ana"}', {})

    assert pubsub.texts() == ['{"name": "Ana"}']
    assert "discarded" in caplog.text


def test_what_does_not_fit_the_dead_letter_topic_is_not_forwarded(
    pubsub: PubSub, schemas: SchemaServiceClient
) -> None:
    create(schemas)
    settings = {"schema": SCHEMA, "encoding": "JSON"}
    pubsub.publisher.create_topic(request={"name": GRAVE_TOPIC, "schema_settings": settings})
    pubsub.subscription("projects/p/subscriptions/dead-letters", GRAVE_TOPIC)
    pubsub.topic()
    policy = {"dead_letter_topic": GRAVE_TOPIC, "max_delivery_attempts": 5}
    pubsub.subscription(dead_letter_policy=policy)
    pubsub.publish("no JSON", '{"name": "Ana"}')
    for _ in range(5):
        pubsub.nack(*pubsub.pull())

    assert pubsub.texts(name="projects/p/subscriptions/dead-letters") == ['{"name": "Ana"}']
    assert pubsub.texts(name=SUBSCRIPTION) == ["no JSON"]


def test_topic_and_schema_are_one_state(pubsub: PubSub, schemas: SchemaServiceClient) -> None:
    create(schemas)
    topic(pubsub)
    state = json.loads(json.dumps(pubsub.broker.dump()))
    pubsub.broker.reset()
    pubsub.broker.load(state)

    with pytest.raises(exceptions.InvalidArgument):
        send(pubsub, MAIL)
    send(pubsub, b"{}")
