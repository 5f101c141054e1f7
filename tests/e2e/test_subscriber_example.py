"""The subscriber of docs/events.md, as a process of its own, on events that the function publishes."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from google.cloud.pubsub_v1 import PublisherClient, SubscriberClient
from google.cloud.pubsub_v1.types import PublisherOptions

from local.cloud.process import Process
from local.cloud.repository import REPOSITORY
from local.cloud.rollout import Rollout
from local.cloud.servers import clean_environment
from local.cloud.topics import EVENTS_TOPIC, TIMELINE_SUBSCRIPTION, subscription, topic
from tests.analyst import create_dataset, train
from tests.builders import CHURN

PAGE = (REPOSITORY / "docs" / "events.md").read_text()
(PROGRAM,) = [
    block
    for block in re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    if "subscribe(" in block
]
LABELS = {"vertex": "register", "stage": "prod"}
REGISTERED = "bqml.registrar.model.v1.registered"


@pytest.fixture
def subscriber(product: Rollout, monkeypatch: pytest.MonkeyPatch) -> Iterator[Process]:
    for name, value in product.addresses.env.items():
        monkeypatch.setenv(name, value)
    environment = clean_environment(PYTHONWARNINGS="error")
    process = Process([sys.executable, "-c", PROGRAM], environment, REPOSITORY)
    yield process
    process.stop()


def let_backoffs_pass(product: Rollout) -> None:
    for _ in range(20):
        try:
            return product.control.wait_idle(0.5)
        except RuntimeError:
            product.control.advance(700)
    raise AssertionError("not idle after 20 backoffs")


def announced() -> list[Any]:
    """All registrations announced, as another subscription got them."""
    with SubscriberClient() as client:
        request = {"subscription": subscription(TIMELINE_SUBSCRIPTION), "max_messages": 100}
        pulled = client.pull(request=request, timeout=10)
    messages = [received.message for received in pulled.received_messages]
    return [message for message in messages if message.attributes["ce-type"] == REGISTERED]


def publish_after(message: Any) -> None:
    """One more registration of the same model: what a subscriber gets last."""
    ours = {key: text for key, text in message.attributes.items() if not key.startswith("goog")}
    options = PublisherOptions(enable_message_ordering=True)
    with PublisherClient(publisher_options=options) as publisher:
        publisher.publish(
            topic(EVENTS_TOPIC),
            message.data.replace(b"@1", b"@2"),
            ordering_key=message.ordering_key,
            **{**ours, "ce-id": "the last"},
        ).result(timeout=10)


def test_a_change_that_is_announced_twice_is_handled_once(
    product: Rollout, subscriber: Process
) -> None:
    # A publish that took effect and said that it failed: the redelivery publishes once more.
    product.control.fault("google.pubsub.v1.Publisher.Publish", "error_after")
    create_dataset("prod_sales")
    train(CHURN, labels=LABELS)
    let_backoffs_pass(product)
    twice = announced()
    publish_after(twice[-1])

    subscriber.wait_for_line(re.compile("(models/prod_sales-churn@2)"))
    assert len(twice) > 1
    assert len({message.attributes["ce-id"] for message in twice}) == 1
    assert [line.rpartition("@")[2] for line in subscriber.lines] == ["1", "2"]
