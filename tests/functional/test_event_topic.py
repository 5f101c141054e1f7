"""The topic of the registry events on the local cloud: its schema lets through events, and no more."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from google.api_core.exceptions import InvalidArgument
from google.cloud.pubsub_v1 import PublisherClient, SchemaServiceClient, SubscriberClient
from google.pubsub_v1.types import Schema

from bqml_registrar.events.payloads import Payload
from bqml_registrar.events.registry_events import EventType
from emulator.pubsub.filters import compile_filter
from local.cloud.repository import REPOSITORY
from tests.functional.topics import Topics
from tools.event_examples.messages import example_message
from tools.events.schemas import proto_schema

TOPIC = "projects/analytics-dev/topics/events"
SUBSCRIPTIONS = "projects/analytics-dev/subscriptions"
SCHEMA = "projects/analytics-dev/schemas/bqml-registry-event"
PAGE = REPOSITORY / "docs" / "events.md"
REVISIONS = sorted(
    (REPOSITORY / "schemas" / "revisions").glob("*.proto"), key=lambda path: int(path.stem)
)


class Lineage(msgspec.Struct, frozen=True, kw_only=True):
    """A section of a later release."""

    source: str
    others: tuple[str, ...] = ()


class Later(Payload, frozen=True, kw_only=True):
    """The data of a later release."""

    lineage: Lineage | msgspec.UnsetType = msgspec.UNSET


@pytest.fixture
def publisher(topics: Topics) -> Iterator[PublisherClient]:
    with PublisherClient() as publisher:
        yield publisher


def publish(publisher: PublisherClient, data: dict[str, Any] | bytes, **attributes: str) -> None:
    encoded = data if isinstance(data, bytes) else json.dumps(data).encode()
    publisher.publish(TOPIC, encoded, **attributes).result(timeout=10)


def proto(text: str) -> Schema:
    return Schema(name=SCHEMA, type_=Schema.Type.PROTOCOL_BUFFER, definition=text)


def test_an_example_of_every_type_is_taken_and_arrives_with_the_name_of_its_schema(
    publisher: PublisherClient, topics: Topics
) -> None:
    for kind in EventType:
        message = example_message(kind)
        publish(publisher, message.data, **message.attributes)

    received = topics.pull("events")
    assert {message.attributes["googclient_schemaname"] for message in received} == {SCHEMA}
    assert {message.attributes["googclient_schemaencoding"] for message in received} == {"JSON"}
    assert sorted(message.attributes["ce-type"] for message in received) == sorted(
        example_message(kind).attributes["ce-type"] for kind in EventType
    )


def filters() -> list[str]:
    """The filters of docs/events.md."""
    (block,) = re.findall(r"^```text\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    return [line for line in block.splitlines() if line and not line.startswith("#")]


def test_every_filter_of_the_page_is_taken_by_a_subscription_and_lets_events_through(
    publisher: PublisherClient,
) -> None:
    messages = [example_message(kind) for kind in EventType]
    attributes = [message.attributes for message in messages]
    names = {text: f"{SUBSCRIPTIONS}/filter-{n}" for n, text in enumerate(filters())}
    with SubscriberClient() as subscriber:
        for text, name in names.items():
            subscriber.create_subscription(request={"name": name, "topic": TOPIC, "filter": text})
        for message in messages:
            publish(publisher, message.data, **message.attributes)
        for text, name in names.items():
            pulled = subscriber.pull(subscription=name, max_messages=100, timeout=10)
            types = {m.message.attributes["ce-type"] for m in pulled.received_messages}

            # tests/documents/test_docs.py says which these are.
            assert types == {each["ce-type"] for each in attributes if compile_filter(text)(each)}
            assert types


@pytest.mark.parametrize(
    "data",
    [
        pytest.param({"model": {"name": "m"}, "colour": "red"}, id="unknown-section"),
        pytest.param({"model": {"name": "m", "colour": "red"}}, id="unknown-field"),
        pytest.param({"alias": {"name": "prod", "revision": "high"}}, id="no-number"),
        pytest.param(b"registered", id="no-json"),
    ],
)
def test_what_is_no_event_is_refused_at_publish(
    data: dict[str, Any] | bytes, publisher: PublisherClient, topics: Topics
) -> None:
    with pytest.raises(InvalidArgument):
        publish(publisher, data)

    assert topics.pull("events") == []


def test_the_service_takes_a_section_of_a_later_release_once_its_revision_is_there(
    publisher: PublisherClient,
) -> None:
    data = {"model": {"name": "m"}, "lineage": {"source": "e", "others": ["f"]}}
    with pytest.raises(InvalidArgument):
        publish(publisher, data)

    with SchemaServiceClient() as schemas:
        schemas.commit_schema(name=SCHEMA, schema=proto(proto_schema(Later)))

    publish(publisher, data)
    publish(publisher, {"model": {"name": "of an older function"}})


@pytest.mark.usefixtures("topics")
def test_the_service_takes_every_committed_revision_after_the_one_before() -> None:
    with SchemaServiceClient() as schemas:
        first, *later = [proto(path.read_text()) for path in REVISIONS]
        parent = SCHEMA.partition("/schemas/")[0]
        made = schemas.create_schema(
            parent=parent,
            schema=Schema(type_=first.type_, definition=first.definition),
            schema_id="s-0",
        )
        for revision in [*later, proto(proto_schema())]:
            revision.name = made.name
            schemas.commit_schema(name=made.name, schema=revision)
