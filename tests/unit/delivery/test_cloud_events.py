from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from cloudevents.http import from_http
from msgspec.structs import replace

from bqml_registrar.delivery.cloud_events import Announcer
from bqml_registrar.events.payloads import Model, Payload, Verdict
from bqml_registrar.events.registry_events import EXTENSIONS, Cause
from bqml_registrar.messages.outgoing import bounded
from bqml_registrar.names import DatasetName, JobName, ModelName
from tests.builders import CHURN
from tests.model_names import UNUSUAL
from tests.unit.events.an_event import EVENT

AT = datetime(2026, 11, 2, 9, 31, tzinfo=UTC)
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
ANNOUNCER = Announcer(prefix="bqml.registrar", source="//bqml.registrar/projects/analytics-dev")


def test_an_event_is_a_binary_mode_cloud_event() -> None:
    message = ANNOUNCER.message(EVENT, Cause(id="entry-1", traceparent=TRACE), AT)

    assert message.attributes == {
        "ce-specversion": "1.0",
        "ce-id": EVENT.id,
        "ce-source": "//bqml.registrar/projects/analytics-dev",
        "ce-type": "bqml.registrar.model.v1.registered",
        "ce-subject": f"//bigquery.googleapis.com/{CHURN}",
        "ce-time": "2026-11-02T09:31:00+00:00",
        "ce-project": "analytics-dev",
        "ce-dataset": "prod_sales",
        "ce-model": "churn",
        "ce-vertexmodel": "prod_sales-churn",
        "ce-vertexversion": "1",
        "ce-region": "us-central1",
        "ce-rule": "production-models",
        "ce-reason": "RULE_MATCHED",
        "ce-dryrun": "false",
        "ce-causeid": "entry-1",
        "ce-traceparent": TRACE,
        "Content-Type": "application/json",
    }
    assert message.ordering_key == f"//bigquery.googleapis.com/{CHURN}"


def test_the_official_library_reads_it_back() -> None:
    message = ANNOUNCER.message(EVENT, Cause(id="entry-1"), AT)

    event = from_http(message.attributes, message.data)

    assert event["type"] == "bqml.registrar.model.v1.registered"
    assert event.data["model"]["name"] == str(CHURN)


def test_the_payload_has_a_section_per_resource_and_none_that_is_empty() -> None:
    message = ANNOUNCER.message(EVENT, Cause(id="entry-1"), AT)

    assert set(json.loads(message.data)) == {"model", "verdict"}


@pytest.mark.parametrize(
    ("name", "attributes"),
    [
        pytest.param(
            DatasetName(project="analytics-dev", dataset="prod_sales"),
            {"ce-project": "analytics-dev", "ce-dataset": "prod_sales"},
            id="dataset",
        ),
        pytest.param(
            JobName(project="analytics-dev", job="job_1"),
            {"ce-project": "analytics-dev"},
            id="job",
        ),
    ],
)
def test_an_event_may_be_about_a_dataset_or_a_job(
    name: DatasetName | JobName, attributes: dict[str, str]
) -> None:
    event = replace(EVENT, name=name, payload=Payload(verdict=EVENT.payload.verdict))
    message = ANNOUNCER.message(event, Cause(id="entry-1"), AT)

    parts = ("ce-project", "ce-dataset", "ce-model")
    assert {
        key: message.attributes[key] for key in parts if key in message.attributes
    } == attributes
    assert message.attributes["ce-subject"] == f"//bigquery.googleapis.com/{name}"
    assert message.ordering_key == message.attributes["ce-subject"]
    assert set(json.loads(message.data)) == {"verdict"}


@pytest.mark.parametrize("name", EXTENSIONS)
def test_extension_names_are_lower_case_letters_as_cloud_events_asks(name: str) -> None:
    assert name.isascii()
    assert name.isalpha()
    assert name.islower()
    assert len(name) <= 20


@pytest.mark.parametrize("model", UNUSUAL.values(), ids=UNUSUAL)
def test_a_name_of_any_script_stands_in_attributes_and_data_as_it_is(model: str) -> None:
    name = replace(CHURN, model=model)
    payload = replace(EVENT.payload, model=Model(name=str(name)))
    message = ANNOUNCER.message(replace(EVENT, name=name, payload=payload), Cause(id="e"), AT)

    subject = f"//bigquery.googleapis.com/{name}"
    assert message.attributes["ce-model"] == model
    assert message.attributes["ce-subject"] == message.ordering_key == bounded(subject)
    assert len(message.ordering_key.encode()) <= 1024
    assert json.loads(message.data)["model"]["name"] == str(name)
    assert from_http(message.attributes, message.data)["subject"] == bounded(subject)


def test_attributes_and_ordering_key_of_the_longest_names_are_bounded_and_distinct() -> None:
    names = [
        ModelName(project="analytics-dev", dataset="d" * 1024, model="m" * 1023 + x) for x in "ab"
    ]

    messages = [ANNOUNCER.message(replace(EVENT, name=n), Cause(id="e"), AT) for n in names]

    for message in messages:
        assert all(len(value.encode()) <= 1024 for value in message.attributes.values())
        assert len(message.ordering_key.encode()) <= 1024
    assert messages[0].ordering_key != messages[1].ordering_key


def test_the_id_is_of_the_change_and_not_of_what_told_of_it() -> None:
    other = Verdict(rule="another", reason="ALREADY_REGISTERED")
    one = ANNOUNCER.message(EVENT, Cause(id="entry-1"), AT)
    two = ANNOUNCER.message(
        replace(EVENT, payload=replace(EVENT.payload, verdict=other)),
        Cause(id="entry-2", traceparent=TRACE),
        datetime(2027, 1, 1, tzinfo=UTC),
    )

    assert one.attributes["ce-id"] == two.attributes["ce-id"]
