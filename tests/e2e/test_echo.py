"""The function hears of its own changes, as the echo filter is off: it comes to rest all the same."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest
import requests
from google.cloud import bigquery

from local.cloud.rollout import Rollout, rollout
from local.cloud.topics import PROJECT
from local.people.expectations import Told, Version
from local.people.observation import Observation, Observer
from local.people.subscriber import Subscriber
from tests.analyst import a_client
from tests.e2e.churn import LABELS, NAME, REGISTRAR, REPLACE

VERTEX = "prod_sales-churn"
# Trained at a known time, by which its generation is known: the same ids in every run.
TRAINED = {
    "datasets": [{"datasetReference": {"projectId": PROJECT, "datasetId": "prod_sales"}}],
    "models": [
        {
            "modelReference": {"projectId": PROJECT, "datasetId": "prod_sales", "modelId": "churn"},
            "modelType": "LINEAR_REGRESSION",
            "creationTime": "1790000000000",
        }
    ],
}
SECONDS_TO_REST = 30


@dataclass(frozen=True, kw_only=True)
class Life:
    """What a model's life led to, from its first labels to its end."""

    stages: tuple[Observation, ...]
    deliveries: int
    echoes: int
    reasons: frozenset[str]

    def told(self) -> list[tuple[Told, ...]]:
        return [stage.account().events for stage in self.stages]

    def ids(self) -> set[str]:
        """The ids of all events: one for each change."""
        return {event.id for stage in self.stages for event in stage.events}


def live(product: Rollout) -> Life:
    """Label, label otherwise, replace and drop; at rest after each."""
    state = {"bigquery": TRAINED}
    requests.put(f"{product.addresses.control}/state", json=state, timeout=10).raise_for_status()
    with Subscriber() as subscriber:
        observer = Observer(product, subscriber)
        stages = []
        for change in CHANGES:
            change()
            stages.append(observer.look((), time.monotonic() + SECONDS_TO_REST))
    decided = [decision for stage in stages for decision in stage.decisions.elements()]
    return Life(
        stages=tuple(stages),
        deliveries=len(decided),
        echoes=echoes(product),
        reasons=frozenset(decision.reason for decision in decided),
    )


def label(labels: dict[str, str]) -> None:
    client = a_client()
    model = client.get_model(f"{PROJECT}.{NAME}")
    model.labels = {**model.labels, **labels}
    client.update_model(model, ["labels"])


def sql(text: str) -> None:
    config = bigquery.QueryJobConfig(labels=LABELS)
    a_client().query(text, job_config=config).result(timeout=10)


CHANGES: tuple[Callable[[], None], ...] = (
    lambda: label(LABELS),
    lambda: label({"stage": "champion"}),
    lambda: sql(REPLACE),
    lambda: sql("DROP MODEL prod_sales.churn"),
)


def echoes(product: Rollout) -> int:
    """How many log entries the function's own calls have written."""
    entries = product.control.state()["logging"]["entries"]
    callers = [entry["protoPayload"]["authenticationInfo"] for entry in entries]
    return sum(caller["principalEmail"] == REGISTRAR for caller in callers)


@pytest.fixture(scope="module")
def lives() -> dict[str, Life]:
    """With the filter and without it."""
    told = {}
    for ignores_echo in ("true", "false"):
        with rollout(IGNORE_ECHO=ignores_echo) as product:
            told[ignores_echo] = live(product)
    return told


def test_without_the_echo_filter_the_same_is_announced_once_each(
    lives: dict[str, Life],
) -> None:
    heard, ignored = lives["false"], lives["true"]

    assert "OWN_ECHO" in ignored.reasons
    assert "OWN_ECHO" not in heard.reasons
    assert heard.told() == ignored.told()
    assert [[event.type for event in stage] for stage in heard.told()] == [
        ["model.v1.registered", "alias.v1.assigned"],
        ["alias.v1.assigned", "alias.v1.removed"],
        ["model.v1.registered", "model.v1.replaced", "alias.v1.assigned"],
        ["model.v1.deleted"],
    ]
    assert [len(life.ids()) for life in (heard, ignored)] == [8, 8]


def test_without_the_echo_filter_the_registry_is_the_same(lives: dict[str, Life]) -> None:
    def registry(life: Life) -> list[tuple[Version, ...]]:
        return [stage.registry for stage in life.stages]

    assert registry(lives["false"]) == registry(lives["true"])
    assert [version.aliases for stage in registry(lives["false"]) for version in stage] == [
        ("default", "prod"),
        ("champion", "default"),
        ("default", "prod"),
    ]


def test_an_echo_that_is_heard_leads_to_no_further_echo(lives: dict[str, Life]) -> None:
    heard, ignored = lives["false"], lives["true"]

    # One for the registration and one for what came registered, by the replace.
    assert heard.echoes == ignored.echoes == 2
    # Each entry that the sink lets through comes twice: two labels, three of the replace, a drop.
    assert heard.deliveries <= 3 * (2 + 3 + 1 + heard.echoes)
