"""A registered model is replaced: what a person called its version is carried over, or the loss is told."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from google.cloud import bigquery

from local.cloud.rollout import Rollout
from local.cloud.topics import PROJECT
from local.people.expectations import Told, Version
from local.people.observation import Observation
from local.people.registry import Registry
from tests.analyst import a_client, create_dataset, train
from tests.builders import CHURN
from tests.e2e.churn import LABELS, NAME, REPLACE

Look = Callable[[], Observation]


@pytest.fixture
def aliased(product: Rollout, look: Look) -> None:
    """`churn`, registered; a person has called its version `eu-test`, and later touched the model."""
    create_dataset("prod_sales")
    train(CHURN, labels=LABELS)
    look()
    Registry(product.addresses.vertex_grpc).give_alias("prod_sales-churn@1", "eu-test")
    client = a_client("bo@example.com")
    model = client.get_model(f"{PROJECT}.{NAME}")
    model.labels = {**model.labels, "reviewed": "yes"}
    client.update_model(model, ["labels"])
    assert look().account().events == ()


def retrain(product: Rollout) -> None:
    """CREATE OR REPLACE with registry options; every way of an entry to the function repeats it."""
    product.control.settings(export_duplicates=2)
    product.control.fault("delivery.push", "duplicate", count=3)
    config = bigquery.QueryJobConfig(labels=LABELS)
    a_client().query(REPLACE, job_config=config).result(timeout=10)


def successor(*aliases: str) -> Version:
    return Version(
        name="prod_sales-churn@2",
        aliases=aliases,
        labels={"team": "growth"},
        description="Trained by ana@example.com",
    )


def told(event_type: str, alias: str = "", **details: str) -> Told:
    return Told(event_type, NAME, "prod_sales-churn@2", alias, **details)


@pytest.mark.usefixtures("aliased")
@pytest.mark.parametrize(
    "spared", ["nothing", "labels_survive_replace", "registry_model_survives_replace"]
)
def test_a_persons_alias_is_carried_over_once_whatever_a_replace_spares(
    spared: str, product: Rollout, look: Look
) -> None:
    if spared != "nothing":
        product.control.settings(**{spared: True})
    retrain(product)
    seen = look().account()
    reason = "ALREADY_REGISTERED"

    assert seen.registry == (successor("default", "eu-test", "prod"),)
    assert seen.events == (
        told("model.v1.registered", reason=reason),
        told("model.v1.replaced", gone="prod_sales-churn@1", reason=reason),
        told("alias.v1.carriedover", "eu-test", reason=reason),
        told("alias.v1.assigned", "prod", reason=reason),
    )
    assert seen.dead_letters == 0
