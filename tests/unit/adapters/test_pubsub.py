"""What is published together goes in as few requests as Pub/Sub takes it in; faked: its client."""

from __future__ import annotations

from typing import Any

import pytest
from google.pubsub_v1 import PublishRequest, PubsubMessage
from hypothesis import given
from hypothesis import strategies as st

from bqml_registrar.adapters.pubsub import PubSubPublisher
from bqml_registrar.messages.outgoing import OutgoingMessage

TOPIC = "projects/analytics-dev/topics/events"
# https://cloud.google.com/pubsub/quotas#resource_limits
MESSAGES, BYTES = 1_000, 10_000_000


class RecordingClient:
    """The generated client, as far as it is used."""

    def __init__(self) -> None:
        self.requests: list[list[PubsubMessage]] = []

    def publish(self, *, topic: str, messages: list[PubsubMessage], **_: Any) -> None:
        request = PublishRequest(topic=topic, messages=messages)
        assert len(messages) <= MESSAGES
        assert PublishRequest.pb(request).ByteSize() <= BYTES
        self.requests.append(list(messages))


def requests_of(messages: list[OutgoingMessage]) -> list[list[PubsubMessage]]:
    client = RecordingClient()
    PubSubPublisher(client).publish(TOPIC, messages)  # type: ignore[arg-type]
    return client.requests


def test_what_fits_goes_in_one_request() -> None:
    messages = [OutgoingMessage(b"x" * 900_000, {"ce-id": "1"}) for _ in range(10)]

    assert [len(request) for request in requests_of(messages)] == [10]


@given(st.lists(st.integers(0, 4_900_000), max_size=8))
def test_whatever_their_sizes_all_are_published_in_order(sizes: list[int]) -> None:
    messages = [OutgoingMessage(b"x" * size, {"ce-id": str(n)}) for n, size in enumerate(sizes)]

    sent = [
        dict(message.attributes)["ce-id"] for batch in requests_of(messages) for message in batch
    ]

    assert sent == [str(number) for number in range(len(sizes))]


@pytest.mark.parametrize(
    ("count", "requests"), [(0, []), (1_000, [1_000]), (2_001, [1_000, 1_000, 1])]
)
def test_a_request_has_no_more_messages_than_pubsub_takes(count: int, requests: list[int]) -> None:
    messages = [OutgoingMessage(b"x", {}) for _ in range(count)]

    assert [len(request) for request in requests_of(messages)] == requests
