"""The alternative route: Eventarc's audit-log triggers in the place of sink and push subscription.

Their path pattern is about models, so that entries of jobs never come: nothing depends on them.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import requests
from google.cloud import bigquery
from google.cloud.pubsub_v1 import PublisherClient, SubscriberClient

from local.cloud.rollout import Rollout
from local.cloud.topics import AUDIT_TOPIC, PROJECT, subscription, topic
from local.people.expectations import Told, Version
from local.people.observation import Observation
from tests.analyst import a_client, create_dataset, train
from tests.builders import CHURN
from tests.e2e.churn import LABELS, NAME, REPLACE

METHODS = (
    "JobService.InsertJob",
    "JobService.Query",
    "ModelService.PatchModel",
    "ModelService.DeleteModel",
)

Look = Callable[[], Observation]
in_either_mode = pytest.mark.parametrize("mode", ["binary", "structured"])


@pytest.fixture(autouse=True)
def _no_sink(product: Rollout) -> None:
    state = {"logging": {"sinks": []}}
    requests.put(f"{product.addresses.control}/state", json=state, timeout=10).raise_for_status()
    with SubscriberClient() as subscriber, PublisherClient() as publisher:
        subscriber.delete_subscription(subscription=subscription("register-model"))
        publisher.delete_topic(topic=topic(AUDIT_TOPIC))
    create_dataset("prod_sales")


def create_triggers(product: Rollout, mode: str = "binary") -> None:
    """One for each method that changes models, since a trigger names exactly one."""
    for method in METHODS:
        service, _, name = method.partition(".")
        product.control.create_trigger(
            {
                "name": f"projects/{PROJECT}/locations/global/triggers/{name.lower()}",
                "eventFilters": [
                    {"attribute": "type", "value": "google.cloud.audit.log.v1.written"},
                    {"attribute": "serviceName", "value": "bigquery.googleapis.com"},
                    {
                        "attribute": "methodName",
                        "value": f"google.cloud.bigquery.v2.{service}.{name}",
                    },
                    {
                        "attribute": "resourceName",
                        "value": "/projects/*/datasets/*/models/*",
                        "operator": "match-path-pattern",
                    },
                ],
                "destination": {"httpEndpoint": {"uri": f"{product.function_address}/"}},
                "serviceAccount": f"trigger@{PROJECT}.iam.gserviceaccount.com",
                "contentMode": mode,
            }
        )


def label(**labels: str) -> None:
    client = a_client()
    model = client.get_model(f"{PROJECT}.{NAME}")
    model.labels = {**model.labels, **labels}
    client.update_model(model, ["labels"])


def version(number: str, *aliases: str) -> Version:
    return Version(
        name=f"prod_sales-churn@{number}",
        aliases=aliases,
        labels={"team": "growth"},
        description="Trained by ana@example.com",
    )


def told(event_type: str, number: str = "", alias: str = "", **details: str) -> Told:
    vertex = f"prod_sales-churn@{number}" if number else ""
    return Told(event_type, NAME, vertex, alias, **details)


@in_either_mode
def test_a_whole_life_is_followed_by_triggers_alone(
    mode: str, product: Rollout, look: Look
) -> None:
    create_triggers(product, mode)
    client = a_client()
    config = bigquery.QueryJobConfig(labels=LABELS)

    train(CHURN, labels=LABELS)
    created = look().account()
    label(stage="champion")
    labelled = look().account()
    client.query(REPLACE, job_config=config, api_method="QUERY").result(timeout=10)
    replaced = look().account()
    client.delete_model(f"{PROJECT}.{NAME}")
    deleted = look().account()

    assert created.events == (
        told("model.v1.registered", "1"),
        told("alias.v1.assigned", "1", "prod"),
    )
    assert created.registry == (version("1", "default", "prod"),)
    assert labelled.events == (
        told("alias.v1.assigned", "1", "champion"),
        told("alias.v1.removed", "1", "prod", reason="ALIAS_WITHDRAWN"),
    )
    assert labelled.registry == (version("1", "champion", "default"),)
    assert [event.type for event in replaced.events] == [
        "model.v1.registered",
        "model.v1.replaced",
        "alias.v1.assigned",
    ]
    assert replaced.registry == (version("2", "default", "prod"),)
    assert deleted.events == (
        told("model.v1.deleted", "2", reason="MODEL_DELETED", gone="prod_sales-churn@2"),
    )
    assert deleted.registry == ()
    assert deleted.dead_letters == 0


@in_either_mode
def test_a_label_that_comes_later_registers_by_a_trigger(
    mode: str, product: Rollout, look: Look
) -> None:
    create_triggers(product, mode)
    train(CHURN)
    before = look().account()
    label(**LABELS)
    after = look().account()

    assert before.events == before.registry == ()
    assert after.events == (
        told("model.v1.registered", "1"),
        told("alias.v1.assigned", "1", "prod"),
    )


def test_events_of_triggers_wake_the_function_for_models_alone(
    product: Rollout, look: Look
) -> None:
    create_triggers(product)
    client = a_client()
    client.query("SELECT 1").result(timeout=10)
    client.query("CREATE TABLE `prod_sales.t` AS SELECT 1 AS x").result(timeout=10)
    train(CHURN, labels=LABELS)
    decisions = look().decisions

    lines = [json.loads(line) for line in product.process.lines if line.startswith("{")]
    assert {decision.model for decision in decisions} == {NAME}
    assert not {line["reason"] for line in lines} & {"NOT_A_MODEL", "NOT_A_CHANGE"}
