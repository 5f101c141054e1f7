"""Whose log an entry is in when a job of one project works on another's data, and what it tells.

Source: https://cloud.google.com/bigquery/docs/reference/auditlogs; official clients, a real process.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from google.cloud import bigquery
from google.oauth2.credentials import Credentials

from local.cloud.control import Control
from local.cloud.servers import Addresses
from tests.emulator.cloud_clients import LINEAR, PROJECT, TOPIC, Clients
from tests.emulator.pubsub_server import Endpoint

pytest_plugins = ["tests.emulator.pubsub_fixtures"]

BILLING = "billing"
INSERT_JOB = "google.cloud.bigquery.v2.JobService.InsertJob"


@pytest.fixture
def clients(local_cloud: Addresses, control: Control) -> Clients:
    clients = Clients(local_cloud)
    control.settings(export_duplicates=0, export_latency=0.0, job_latency=0.0, legacy_twins=False)
    control.settings(eventarc_duplicates=0)
    clients.create_topic()
    clients.bigquery.create_dataset("sales")
    return clients


def create_model(addresses: Addresses) -> str:
    """A job of BILLING makes a model in PROJECT's dataset; the job's name in the log."""
    client = bigquery.Client(
        project=BILLING,
        credentials=Credentials(token="ana@example.com"),
        client_options={"api_endpoint": addresses.bigquery},
    )
    job = client.query(f"CREATE MODEL `{PROJECT}.sales.churn` {LINEAR}")
    job.result()
    return f"projects/{BILLING}/jobs/{job.job_id}"


def events(entries: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The entries by the name of their event."""
    named = {}
    for entry in entries:
        [event] = set(entry["protoPayload"]["metadata"]) - {"@type"}
        named[event] = entry
    return named


@pytest.mark.parametrize(
    ("parent", "exported"),
    [
        ("", {"jobInsertion", "modelCreation", "jobChange"}),
        (f"projects/{PROJECT}", {"modelCreation"}),
        (f"projects/{BILLING}", {"jobInsertion", "jobChange"}),
        ("projects/bill", set()),
    ],
    ids=["all projects", "the data's", "the job's", "another"],
)
def test_a_sink_has_the_entries_of_its_project(
    clients: Clients, control: Control, local_cloud: Addresses, parent: str, exported: set[str]
) -> None:
    sink = {"name": "s", "topic": TOPIC, "filter": 'protoPayload.methodName:"InsertJob"'}
    control._ask("POST", "/sinks", {**sink, **({"parent": parent} if parent else {})})
    job = create_model(local_cloud)
    control.wait_idle()
    named = events(clients.entries())

    assert set(named) == exported
    for event, entry in named.items():
        project = PROJECT if event == "modelCreation" else BILLING
        assert entry["logName"].startswith(f"projects/{project}/logs/")
    if "modelCreation" in named:
        assert named["modelCreation"]["protoPayload"]["metadata"]["modelCreation"]["jobName"] == job


def test_the_parent_of_a_sink_is_part_of_the_state(clients: Clients, control: Control) -> None:
    sink = {"name": "s", "topic": TOPIC, "filter": "", "parent": "projects/shop"}
    control._ask("POST", "/sinks", sink)
    state = control.state()["logging"]
    control._ask("PUT", "/state", {"logging": state})

    assert control.state()["logging"]["sinks"] == [sink]


@pytest.mark.parametrize("foreign", [PROJECT, BILLING])
def test_the_job_of_another_organization_is_not_named(
    clients: Clients, control: Control, local_cloud: Addresses, foreign: str
) -> None:
    control.settings(foreign_projects=[foreign])
    job = create_model(local_cloud)
    named = events(control.state()["logging"]["entries"])
    created = named["modelCreation"]["protoPayload"]["metadata"]["modelCreation"]

    assert "jobName" not in created
    assert created["reason"] == "QUERY"
    assert named["jobChange"]["protoPayload"]["metadata"]["jobChange"]["job"]["jobName"] == job


def test_the_job_of_the_same_other_organization_is_named(
    clients: Clients, control: Control, local_cloud: Addresses
) -> None:
    control.settings(foreign_projects=[PROJECT, BILLING])
    job = create_model(local_cloud)
    named = events(control.state()["logging"]["entries"])

    assert named["modelCreation"]["protoPayload"]["metadata"]["modelCreation"]["jobName"] == job


def test_a_trigger_of_the_data_s_project_hears_of_the_model(
    clients: Clients, control: Control, local_cloud: Addresses, endpoint: Endpoint
) -> None:
    for project in (PROJECT, BILLING):
        control.create_trigger(
            {
                "name": f"projects/{project}/locations/global/triggers/jobs",
                "eventFilters": [
                    {"attribute": "type", "value": "google.cloud.audit.log.v1.written"},
                    {"attribute": "serviceName", "value": "bigquery.googleapis.com"},
                    {"attribute": "methodName", "value": INSERT_JOB},
                ],
                "destination": {"httpEndpoint": {"uri": f"{endpoint.url}/{project}"}},
            }
        )
    create_model(local_cloud)
    control.wait_idle()
    heard = [
        (each.path.split("?")[0], set(events([json.loads(each.body)])))
        for each in endpoint.received
    ]

    assert sorted(path for path, _ in heard) == ["/push/billing", "/push/billing", "/push/shop"]
    assert ("/push/shop", {"modelCreation"}) in heard


def test_triggers_are_listed_deleted_and_reset(
    clients: Clients, control: Control, endpoint: Endpoint
) -> None:
    name = f"projects/{PROJECT}/locations/global/triggers/t"
    trigger = {
        "name": name,
        "eventFilters": [
            {"attribute": "type", "value": "google.cloud.pubsub.topic.v1.messagePublished"}
        ],
        "destination": {"httpEndpoint": {"uri": endpoint.url}},
        "transport": {"pubsub": {"topic": TOPIC}},
    }
    made = control.create_trigger(trigger)
    listed = control._ask("GET", "/triggers")
    left = control._ask("DELETE", f"/triggers/{name}")
    control.create_trigger(trigger)
    control.reset()

    assert listed == {"triggers": [made]}
    assert left == {"triggers": []}
    assert control.state()["eventarc"] == {"triggers": []}
