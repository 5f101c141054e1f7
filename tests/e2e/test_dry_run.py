"""A dry-run deployment: what would be done is decided and announced, and nothing is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from google.cloud import bigquery

from local.cloud.rollout import Rollout, rollout
from local.cloud.topics import PROJECT
from local.people.expectations import Told
from local.people.observation import Observation
from tests.analyst import a_client, create_dataset, train
from tests.builders import CHURN
from tests.e2e.churn import LABELS, NAME, REGISTRAR

READS = ("Get", "List", "BatchGet")
REMOTE = (
    "CREATE MODEL prod_sales.remote REMOTE WITH CONNECTION `us.c` "
    "OPTIONS(endpoint='gemini-2.5-flash')"
)

Look = Callable[[], Observation]


@pytest.fixture(scope="module")
def processes() -> Iterator[Rollout]:
    with rollout(DRY_RUN="true") as running:
        yield running


@pytest.fixture(autouse=True)
def calls(product: Rollout) -> Callable[[], set[str]]:
    """The methods that the function has called since the dataset was there."""
    create_dataset("prod_sales")
    before = len(product.control.calls())

    def called() -> set[str]:
        made: list[dict[str, Any]] = product.control.calls()[before:]
        ours = (call["method"] for call in made if call["principal"] == REGISTRAR)
        # A subscriber is nobody's in particular, hence the registrar's.
        return {method.rpartition(".")[2] for method in ours if ".Subscriber." not in method}

    return called


def told(event_type: str, vertex: str = "", alias: str = "", reason: str = "RULE_MATCHED") -> Told:
    return Told(event_type, NAME, vertex, alias, reason=reason, dry_run=True)


def writes(methods: set[str]) -> set[str]:
    return {method for method in methods if not method.startswith(READS)}


def test_a_dry_run_tells_of_a_registration_and_makes_none(
    look: Look, calls: Callable[[], set[str]]
) -> None:
    train(CHURN, labels=LABELS)
    seen = look().account()

    assert seen.events == (
        told("model.v1.registered", "prod_sales-churn"),
        told("alias.v1.assigned", "prod_sales-churn", "prod"),
    )
    assert seen.registry == ()
    assert writes(calls()) == {"Publish"}
    assert a_client().get_model(f"{PROJECT}.{NAME}").labels == {}


def test_a_dry_run_tells_of_an_adoption_and_leaves_the_version_alone(
    look: Look, calls: Callable[[], set[str]]
) -> None:
    train(CHURN, labels=LABELS, model_registry="'VERTEX_AI'", vertex_ai_model_id="'by_hand'")
    seen = look().account()

    assert seen.events == (
        told("model.v1.registered", "by_hand@1", reason="ALREADY_REGISTERED"),
        told("alias.v1.assigned", "by_hand@1", "prod", "ALREADY_REGISTERED"),
    )
    (version,) = seen.registry
    assert (version.aliases, version.labels) == (("default",), {})
    assert writes(calls()) == {"Publish"}


def test_a_dry_run_tells_of_a_refusal_and_marks_nothing(
    look: Look, calls: Callable[[], set[str]]
) -> None:
    config = bigquery.QueryJobConfig(labels=LABELS)
    a_client().query(REMOTE, job_config=config).result(timeout=10)
    (event,) = look().account().events

    assert (event.type, event.reason, event.dry_run) == ("model.v1.rejected", "REMOTE_MODEL", True)
    assert writes(calls()) == {"Publish"}
    assert a_client().get_model(f"{PROJECT}.prod_sales.remote").labels == {}


def test_a_dry_run_tells_of_no_deletion_of_what_it_did_not_register(
    look: Look, calls: Callable[[], set[str]]
) -> None:
    train(CHURN, labels=LABELS)
    look()
    a_client().delete_model(f"{PROJECT}.{NAME}")
    seen = look().account()

    assert seen.events == ()
    assert writes(calls()) == {"Publish"}
