from __future__ import annotations

import base64
import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bqml_registrar.audit.model_changes import ModelChanged, detect
from bqml_registrar.audit.typed_entry import read_typed
from bqml_registrar.errors import MalformedError
from bqml_registrar.messages.envelopes import read_content, read_delivery, read_entry, received
from bqml_registrar.messages.received import ReceivedMessage
from tests.builders import CHURN, a_push, an_audit_entry, lower

EVENTS = Path(__file__).parents[2] / "events"
ENTRY = an_audit_entry()
DATA = json.dumps(ENTRY).encode()
JSON = {"Content-Type": "application/json"}
STRUCTURED = {"Content-Type": "application/cloudevents+json; charset=utf-8"}
PUBSUB = {
    "x-goog-pubsub-subscription-name": "projects/analytics-dev/subscriptions/s",
    "x-goog-pubsub-message-id": "136969346945",
    "x-goog-pubsub-publish-time": "2026-11-02T09:30:07.000Z",
}


def a_message(**fields: Any) -> bytes:
    return json.dumps({"message": {"data": base64.b64encode(DATA).decode(), **fields}}).encode()


def context_of(event_type: str, **changes: str) -> dict[str, str]:
    attributes = {
        "specversion": "1.0",
        "id": "136969346945",
        "source": "//pubsub.googleapis.com/projects/analytics-dev/topics/t",
        "type": event_type,
        "time": "2026-11-02T09:30:07.000Z",
        "datacontenttype": "application/json",
    }
    return {**attributes, **changes}


def structured(event_type: str, data: bytes) -> bytes:
    return json.dumps({**context_of(event_type), "data": json.loads(data)}).encode()


def binary(event_type: str, prefix: str = "ce-", **changes: str) -> dict[str, str]:
    context = context_of(event_type, **changes)
    content_type = context.pop("datacontenttype")
    return {
        "Content-Type": content_type,
        **{f"{prefix}{name}": value for name, value in context.items()},
    }


PUBLISHED = "google.cloud.pubsub.topic.v1.messagePublished"
WRITTEN = "google.cloud.audit.log.v1.written"
ENVELOPES = {
    "wrapped push": (a_push(ENTRY), JSON),
    "wrapped push with attributes": (a_push(ENTRY, attributes={"k": "v"}), JSON),
    "wrapped push, null attributes": (a_message(attributes=None, messageId="1"), JSON),
    "wrapped push, message alone": (a_message(), {}),
    "unwrapped push": (DATA, {}),
    "unwrapped push with metadata": (DATA, PUBSUB),
    "messagePublished, binary": (a_push(ENTRY), binary(PUBLISHED)),
    "messagePublished, structured": (structured(PUBLISHED, a_push(ENTRY)), STRUCTURED),
    "audit, binary": (DATA, binary(WRITTEN)),
    "audit, binary, other case": (DATA, binary(WRITTEN, "Ce-", serviceName="x", methodname="y")),
    "audit, structured": (structured(WRITTEN, DATA), STRUCTURED),
}


@pytest.mark.parametrize(("body", "headers"), ENVELOPES.values(), ids=ENVELOPES)
def test_the_log_entry_is_read_from_every_envelope(body: bytes, headers: dict[str, str]) -> None:
    assert read_entry(read_delivery(body, lower(headers)).message) == ENTRY


@pytest.mark.parametrize(("body", "headers"), ENVELOPES.values(), ids=ENVELOPES)
def test_a_dead_letter_that_is_redriven_is_read_whatever_envelope_it_came_in(
    body: bytes, headers: dict[str, str]
) -> None:
    letter = read_delivery(body, lower(headers)).message
    wrapped = a_push(letter.data, attributes=letter.attributes)

    assert read_entry(read_delivery(wrapped, lower(JSON)).message) == ENTRY
    assert read_entry(read_delivery(letter.data, letter.attributes).message) == ENTRY


@pytest.mark.parametrize("prefix", ["ce-", "Ce-", "CE-"])
def test_an_audit_event_keeps_its_bytes_and_its_context(prefix: str) -> None:
    message = read_delivery(DATA, lower(binary(WRITTEN, prefix))).message

    assert message.data == DATA
    assert message.message_id == "136969346945"
    assert message.attributes["ce-type"] == WRITTEN
    assert message.attributes["content-type"] == "application/json"


def test_a_published_message_keeps_its_own_bytes_attributes_and_time() -> None:
    body = a_push(ENTRY, attributes={"k": "v"}, attempt=3)

    delivery = read_delivery(body, lower(binary(PUBLISHED)))

    assert delivery.message == ReceivedMessage(
        data=DATA,
        attributes={"k": "v"},
        message_id="136969346945",
        publish_time="2026-11-02T09:30:07.000Z",
    )
    assert delivery.delivery_attempt == 3


def test_an_unwrapped_push_with_metadata_tells_message_and_time() -> None:
    message = read_delivery(
        DATA, lower({key.title(): value for key, value in PUBSUB.items()})
    ).message

    assert (message.message_id, message.publish_time) == (
        "136969346945",
        "2026-11-02T09:30:07.000Z",
    )


def test_a_captured_message_published_event_is_read() -> None:
    body = (EVENTS / "eventarc_cloudevent_pubsub_messagepublished_2022.json").read_bytes()

    delivery = read_delivery(body, lower(STRUCTURED))

    assert delivery.message.data == b"Hello World"
    assert delivery.message.message_id == "6031025573654834"
    assert delivery.subscription.endswith("eventarc-us-central1-trigger-pubsub-gke-sub-270")


@pytest.mark.parametrize(
    "sample", ["eventarc_cloudevent_full_gcs_2022", "derived_cloudevent_model_creation"]
)
def test_an_entrys_id_is_the_id_that_eventarc_gives_it(sample: str) -> None:
    message = read_delivery((EVENTS / f"{sample}.json").read_bytes(), lower(STRUCTURED)).message

    assert read_typed(read_entry(message)).id == message.message_id


def test_a_models_creation_as_eventarc_delivers_it_is_detected() -> None:
    body = (EVENTS / "derived_cloudevent_model_creation.json").read_bytes()

    detected = detect(read_entry(read_delivery(body, lower(STRUCTURED)).message))

    assert isinstance(detected, ModelChanged)
    assert detected.name == CHURN


@pytest.mark.parametrize(
    ("body", "headers", "told"),
    [
        pytest.param(b"", {}, "the request's body", id="empty"),
        pytest.param(b"{}", {}, "no Pub/Sub push", id="no envelope"),
        pytest.param(b'{"message": {"data": "%%%"}}', {}, "no Pub/Sub push", id="bad base64"),
        pytest.param(b"\xff\xfe", {}, "the request's body", id="no UTF-8"),
        pytest.param(DATA, {"Content-Encoding": "gzip"}, "compressed (gzip)", id="compressed"),
        pytest.param(DATA, {"ce-type": WRITTEN}, "MissingRequiredFields", id="half a context"),
        pytest.param(DATA, binary(WRITTEN, specversion="9"), "InvalidRequired", id="version"),
        pytest.param(DATA, binary("com.example.x"), "com.example.x", id="another type"),
        pytest.param(b"{}", STRUCTURED, "MissingRequiredFields", id="structured without context"),
        pytest.param(b"[]", STRUCTURED, "the CloudEvent (2 bytes)", id="structured list"),
        pytest.param(b"", binary(PUBLISHED), "the CloudEvent's data", id="published, empty"),
        pytest.param(b"{}", binary(PUBLISHED), "no Pub/Sub push", id="published, no message"),
        pytest.param(
            json.dumps(context_of(PUBLISHED)).encode(), STRUCTURED, "data", id="structured, no data"
        ),
        pytest.param(b"[" * 100_000, STRUCTURED, "the CloudEvent", id="very deep"),
    ],
)
def test_what_is_in_no_envelope_is_malformed_and_said_so(
    body: bytes, headers: dict[str, str], told: str
) -> None:
    with pytest.raises(MalformedError) as raised:
        read_delivery(body, lower(headers))

    assert told in raised.value.detail


def test_a_malformed_event_does_not_quote_its_body() -> None:
    with pytest.raises(MalformedError) as raised:
        read_delivery(b'{"secret": "SELECT 1"}', lower(STRUCTURED))

    assert "SELECT" not in raised.value.detail


HEADERS = st.sampled_from([{}, JSON, STRUCTURED, PUBSUB, binary(PUBLISHED), binary(WRITTEN)])


@given(st.binary(max_size=200) | st.sampled_from([body for body, _ in ENVELOPES.values()]), HEADERS)
def test_any_request_is_a_delivery_or_malformed(body: bytes, headers: dict[str, str]) -> None:
    with contextlib.suppress(MalformedError):
        read_entry(read_delivery(body, lower(headers)).message)


@given(
    st.dictionaries(
        st.sampled_from(sorted([*context_of(PUBLISHED), "data", "data_base64", "message"])),
        st.none()
        | st.booleans()
        | st.integers()
        | st.text()
        | st.lists(st.text(max_size=3))
        | st.sampled_from([PUBLISHED, WRITTEN, "1.0", "0.3"]),
    )
)
def test_any_json_as_a_structured_event_is_a_delivery_or_malformed(event: dict[str, Any]) -> None:
    with contextlib.suppress(MalformedError):
        read_entry(read_delivery(json.dumps(event).encode(), lower(STRUCTURED)).message)


# What a message carries: an entry, or a deletion request.

REQUEST = b'{"model": "projects/analytics-dev/datasets/prod_sales/models/churn"}'
REQUESTS = {
    "wrapped push": (a_push(REQUEST), JSON),
    "unwrapped push": (REQUEST, PUBSUB),
    "messagePublished, binary": (a_push(REQUEST), binary(PUBLISHED)),
    "messagePublished, structured": (structured(PUBLISHED, a_push(REQUEST)), STRUCTURED),
}


@pytest.mark.parametrize(("body", "headers"), ENVELOPES.values(), ids=ENVELOPES)
def test_in_every_envelope_an_entry_is_told_by_its_content(
    body: bytes, headers: dict[str, str]
) -> None:
    assert read_content(read_delivery(body, lower(headers)).message) == ENTRY


@pytest.mark.parametrize(("body", "headers"), REQUESTS.values(), ids=REQUESTS)
def test_in_every_envelope_what_is_no_entry_is_a_message_with_its_publish_time(
    body: bytes, headers: dict[str, str]
) -> None:
    content = read_content(read_delivery(body, lower(headers)).message)

    assert isinstance(content, ReceivedMessage)
    assert (content.data, content.publish_time) == (REQUEST, "2026-11-02T09:30:07.000Z")


@pytest.mark.parametrize("envelope", ["messagePublished, binary", "messagePublished, structured"])
def test_a_redriven_event_around_a_request_is_the_request_as_first_published(envelope: str) -> None:
    letter = received(*REQUESTS[envelope][:1], lower(REQUESTS[envelope][1]))
    content = read_content(replace(letter, publish_time="2026-12-01T00:00:00Z"))

    assert isinstance(content, ReceivedMessage)
    assert (content.data, content.publish_time) == (REQUEST, "2026-11-02T09:30:07.000Z")


@pytest.mark.parametrize(
    ("data", "is_entry"),
    [
        (b'{"protoPayload": {}}', True),
        (b'{"logName": "x"}', True),
        (b'{"insertId": "x", "model": "x"}', True),
        (b'{"model": "x", "foce": true}', False),
        (b"{}", False),
        (b"[]", False),
        (b"\xff", False),
        (b"", False),
    ],
)
def test_any_key_of_its_own_makes_an_entry_and_everything_else_is_left_to_its_reader(
    data: bytes, is_entry: bool
) -> None:
    assert (read_content(ReceivedMessage(data=data)) == ReceivedMessage(data=data)) is not is_entry
