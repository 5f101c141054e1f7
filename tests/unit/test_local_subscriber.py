from __future__ import annotations

import json

import pytest

from local.subscriber import told_by
from shared.event_examples import example_message
from shared.registry_events import EventType


@pytest.mark.parametrize("event_type", EventType)
def test_an_event_of_every_type_is_read(event_type: EventType) -> None:
    message = example_message(event_type)
    told = told_by(message.attributes, json.loads(message.data))

    assert told.type == event_type.value
    assert told.model == "prod_sales.churn"
    assert told.reason == message.attributes["ce-reason"]
    assert bool(told.alias) == event_type.value.startswith("alias.")
    assert not told.dry_run


def test_a_replaced_version_is_named_with_the_one_that_it_replaces() -> None:
    message = example_message(EventType.MODEL_REPLACED)
    told = told_by(message.attributes, json.loads(message.data))

    assert (told.vertex, told.gone) == ("prod_sales-churn@2", "prod_sales-churn@1")


def test_a_dry_run_has_an_id_without_a_version() -> None:
    message = example_message(EventType.MODEL_REGISTERED)
    attributes = {**message.attributes, "ce-dryrun": "true"}
    del attributes["ce-vertexversion"]
    told = told_by(attributes, json.loads(message.data))

    assert told.dry_run
    assert told.vertex == "prod_sales-churn"
