"""What the product left behind: messages on its topics, ids of events, calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from google.cloud import pubsub_v1

from local.cloud.rollout import Rollout
from local.cloud.topics import subscription
from tests.e2e.churn import REGISTRAR


def drained(topic_name: str) -> Iterator[dict[str, Any]]:
    """The attributes of all messages that wait on a topic's subscription, each message once."""
    source = subscription(topic_name)
    seen = set()
    with pubsub_v1.SubscriberClient() as subscriber:
        request = {"subscription": source, "max_messages": 1000, "return_immediately": True}
        while pulled := subscriber.pull(request=request, timeout=30).received_messages:
            for received in pulled:
                if received.message.message_id not in seen:
                    seen.add(received.message.message_id)
                    yield dict(received.message.attributes)
            ack_ids = [received.ack_id for received in pulled]
            subscriber.acknowledge(subscription=source, ack_ids=ack_ids, timeout=30)


def ids_by_change(announced: Iterable[dict[str, Any]]) -> dict[tuple[str, str], int]:
    """How many ids were given to each change, by type and model: one, however often it is told."""
    told = {(m["ce-type"], m["ce-model"], m["ce-id"]) for m in announced}
    return dict(Counter((kind.rpartition("registrar.")[2], model) for kind, model, _ in told))


def calls_of_the_function(product: Rollout) -> int:
    """How many calls of the registrar's account reached Google's services."""
    calls = [call for call in product.control.calls() if call["principal"] == REGISTRAR]
    services = ("bigquery", "aiplatform", "Publisher.Publish")
    return sum(any(service in call["method"] for service in services) for call in calls)
