from __future__ import annotations

import json
import re
from typing import Any

import grpc
import pytest
from google.api_core.exceptions import BadRequest
from google.cloud import aiplatform_v1, bigquery, pubsub_v1

from local.cloud.rollout import Rollout
from local.cloud.topics import AUDIT_TOPIC, DEAD_LETTER_TOPIC, EVENTS_TOPIC, subscription, topic
from tests.analyst import a_client, train
from tests.builders import CHURN
from tests.e2e.churn import LABELS, REGISTRAR

pytestmark = pytest.mark.usefixtures("dataset")
VERSION = "projects/analytics-dev/locations/us-central1/models/prod_sales-churn@1"


def received(name: str = EVENTS_TOPIC) -> list[Any]:
    """All messages that wait on a topic's subscription."""
    with pubsub_v1.SubscriberClient() as subscriber:
        request = {"subscription": subscription(name), "max_messages": 100}
        pulled = subscriber.pull(request={**request, "return_immediately": True}, timeout=10)
    return [message.message for message in pulled.received_messages]


def changes() -> set[tuple[str, str]]:
    """(type, id) of every event announced: duplicates are one."""
    return {
        (m.attributes["ce-type"].rpartition("registrar.")[2], m.attributes["ce-id"])
        for m in received()
    }


def version(product: Rollout, name: str = VERSION) -> aiplatform_v1.Model:
    """The version read back by the official client."""
    transport = aiplatform_v1.ModelServiceClient.get_transport_class("grpc")
    channel = grpc.insecure_channel(product.addresses.vertex_grpc)
    client = aiplatform_v1.ModelServiceClient(transport=transport(channel=channel))
    return client.get_model(name=name)


def reasons(product: Rollout) -> set[str]:
    """The reasons of the function's log lines."""
    return {json.loads(line)["reason"] for line in product.process.lines if line.startswith("{")}


def test_a_create_model_is_registered_and_announced_once(product: Rollout) -> None:
    train(CHURN, labels=LABELS)
    product.control.wait_idle()

    model = version(product)
    assert set(model.version_aliases) == {"default", "prod"}
    assert model.labels["team"] == "growth"
    assert model.version_description == "Trained by ana@example.com"
    assert sorted(event_type for event_type, _ in changes()) == [
        "alias.v1.assigned",
        "model.v1.registered",
    ]


def test_a_label_added_later_has_the_same_effect_as_one_at_creation(product: Rollout) -> None:
    train(CHURN)
    product.control.wait_idle()
    before = changes()

    pairs = ", ".join(f"('{key}', '{value}')" for key, value in LABELS.items())
    alter = f"ALTER MODEL `analytics-dev.prod_sales.churn` SET OPTIONS(labels=[{pairs}])"
    a_client().query(alter).result(timeout=10)
    product.control.wait_idle()

    assert before == set()
    assert set(version(product).version_aliases) == {"default", "prod"}
    assert version(product).version_description == "Trained by ana@example.com"
    assert len(changes()) == 2


def test_ordinary_queries_wake_nothing(product: Rollout) -> None:
    client = a_client()
    client.query("SELECT 1").result(timeout=10)
    client.query("CREATE TABLE `prod_sales.t` AS SELECT 1 AS x").result(timeout=10)
    with pytest.raises(BadRequest):
        client.query("CREATE MODEL `prod_sales.m` OPTIONS(model_type='linear_reg'").result(
            timeout=10
        )
    product.control.wait_idle()

    ours = [call for call in product.control.calls() if call["principal"] == REGISTRAR]
    assert [call for call in ours if "pubsub" not in call["method"]] == []
    assert reasons(product) == set()


def test_a_remote_model_is_rejected_with_its_reason(product: Rollout) -> None:
    sql = (
        "CREATE MODEL `prod_sales.remote` REMOTE WITH CONNECTION `us.c` "
        "OPTIONS(endpoint='gemini-2.5-flash')"
    )
    a_client().query(sql, job_config=bigquery.QueryJobConfig(labels=LABELS)).result(timeout=10)
    product.control.wait_idle()

    (change,) = changes()
    assert change[0] == "model.v1.rejected"
    assert "REMOTE_MODEL" in reasons(product)


@pytest.mark.parametrize("kind", ["duplicate", "reorder", "drop"])
def test_duplicates_reordering_and_loss_on_the_way_change_nothing(
    kind: str, product: Rollout
) -> None:
    product.control.settings(export_duplicates=2)
    for method in ("logging.export", "delivery.push"):
        if (method, kind) != ("logging.export", "drop"):  # what a sink loses, a sweep finds
            product.control.fault(method, kind, count=2)
    train(CHURN, labels=LABELS)
    _let_backoffs_pass(product)

    assert len(changes()) == 2
    assert set(version(product).version_aliases) == {"default", "prod"}


@pytest.mark.parametrize("when", ["error_before", "error_after"])
@pytest.mark.parametrize(
    "method",
    [
        "BigQuery.GetModel",
        "BigQuery.PatchModel",
        "Vertex.GetModel",
        "Vertex.UpdateModel",
        "Vertex.MergeVersionAliases",
        "PubSub.Publish",
    ],
)
def test_a_service_that_fails_once_ends_in_the_same_events_after_redelivery(
    method: str, when: str, product: Rollout
) -> None:
    full = {
        "BigQuery": "google.cloud.bigquery.v2.ModelService",
        "Vertex": "google.cloud.aiplatform.v1.ModelService",
        "PubSub": "google.pubsub.v1.Publisher",
    }
    service, _, name = method.partition(".")
    product.control.fault(f"{full[service]}.{name}", when)
    train(CHURN, labels=LABELS)
    _let_backoffs_pass(product)

    assert "SERVICE_UNAVAILABLE" in reasons(product)
    assert set(version(product).version_aliases) == {"default", "prod"}
    assert len(changes()) == 2


def _let_backoffs_pass(product: Rollout) -> None:
    for _ in range(20):
        try:
            product.control.wait_idle(0.5)
        except RuntimeError:
            product.control.advance(700)  # past ack deadlines and backoffs
        else:
            return
    raise AssertionError("not idle after 20 backoffs")


def test_a_message_that_is_no_log_entry_becomes_a_dead_letter(product: Rollout) -> None:
    with pubsub_v1.PublisherClient() as publisher:
        publisher.publish(topic(AUDIT_TOPIC), b"hello", origin="by hand").result(timeout=10)
    product.control.wait_idle()

    (letter,) = received(DEAD_LETTER_TOPIC)
    assert letter.data == b"hello"
    assert letter.attributes["dl-reason"] == "MALFORMED_DELIVERY"
    assert letter.attributes["origin"] == "by hand"


def test_a_log_line_names_the_message_and_the_attempt_that_it_is_about(product: Rollout) -> None:
    train(CHURN, labels=LABELS)
    product.control.wait_idle()

    line = json.loads(product.process.wait_for_line(re.compile(r"^(\{.*\})$")))
    assert line["attempt"] >= 1
    assert line["message_id"].isdigit()
