from __future__ import annotations

import json
from typing import Any

import pytest

from bqml_registrar.events.registry_events import EventType
from local.people.subscriber import told_by
from tools.event_examples.messages import example_message


@pytest.mark.parametrize("event_type", EventType)
def test_an_event_of_every_type_is_read(event_type: EventType) -> None:
    message = example_message(event_type)
    told = told_by(message.attributes, json.loads(message.data))

    assert told.type == event_type.value
    is_of_dataset = event_type is EventType.RECONCILE_COMPLETED
    assert told.model == ("prod_sales" if is_of_dataset else "prod_sales.churn")
    assert told.reason == message.attributes["ce-reason"]
    assert bool(told.alias) == event_type.value.startswith("alias.")
    assert not told.dry_run


def test_a_replaced_version_is_named_with_the_one_that_it_replaces() -> None:
    message = example_message(EventType.MODEL_REPLACED)
    told = told_by(message.attributes, json.loads(message.data))

    assert (told.vertex, told.gone) == ("prod_sales-churn@2", "prod_sales-churn@1")


@pytest.mark.parametrize(
    ("attributes", "about"),
    [
        ({"ce-dataset": "prod_sales", "ce-model": "churn"}, "prod_sales.churn"),
        ({"ce-dataset": "prod_sales"}, "prod_sales"),
        ({"ce-subject": "//bigquery.googleapis.com/projects/analytics-dev/jobs/job_1"}, "job_1"),
    ],
    ids=["model", "dataset", "job"],
)
def test_an_event_is_shown_with_what_it_is_about(attributes: dict[str, str], about: str) -> None:
    told = told_by({"ce-type": "t", "ce-reason": "r", "ce-dryrun": "false", **attributes}, {})

    assert told.model == about


def test_a_dry_run_has_an_id_without_a_version() -> None:
    message = example_message(EventType.MODEL_REGISTERED)
    attributes = {**message.attributes, "ce-dryrun": "true"}
    del attributes["ce-vertexversion"]
    told = told_by(attributes, json.loads(message.data))

    assert told.dry_run
    assert told.vertex == "prod_sales-churn"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"deployment": {"endpoint": "projects/p/locations/l/endpoints/shop"}}, "shop"),
        ({"sweep": {"id": "1", "models": 3, "missed": 1}}, "missed 1 of 3"),
        (
            {"deletion": {"requested_at": "2026-12-01T23:00:00+00:00", "due": "2026-12-15"}},
            "14 days",
        ),
        ({"deletion": {"requested_at": "2026-12-01T23:00:00+00:00", "due": ""}}, ""),
        ({"alias": {"name": "prod"}}, ""),
    ],
    ids=["deployment", "sweep", "retirement", "another deletion", "none of them"],
)
def test_what_else_a_person_wants_to_know_is_read(data: dict[str, Any], expected: str) -> None:
    attributes = {
        "ce-type": "t", "ce-reason": "r", "ce-dryrun": "false", "ce-dataset": "d", "ce-model": "m",
    }  # fmt: skip

    assert told_by(attributes, data).about == expected
