"""The old form of entries, against captured ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from emulator.audit import entries
from tests.emulator.audit_resources import (
    ANALYST,
    BUILDERS,
    INSERT_JOB,
    UPDATE_DATASET,
    a_copy_job,
    a_dataset,
    a_job,
    keys_of,
)

EVENTS = Path(__file__).parents[1] / "events"


def test_the_twin_of_a_jobs_end_looks_like_a_captured_one() -> None:
    real = json.loads((EVENTS / "cloudevents_bigquery_jobcompleted_legacy.json").read_text())
    twin = entries.legacy_twin(entries.job_changed(a_job(), ANALYST, INSERT_JOB))
    new = {key for key in keys_of(twin) - keys_of(real) if "serviceData" in key}

    assert twin
    assert twin["protoPayload"]["methodName"] == "jobservice.jobcompleted"
    assert twin["resource"] == {"type": "bigquery_resource", "labels": {"project_id": "p1"}}
    assert "metadata" not in twin["protoPayload"]
    assert "operation" not in twin
    assert {key.rpartition("jobConfiguration.")[2] for key in new} == {"labels", "labels.run"}


def test_the_twin_of_a_datasets_creation_looks_like_a_captured_one() -> None:
    real = json.loads((EVENTS / "bq_legacy_dataset_insert.json").read_text())
    entry = entries.dataset_changed("datasetCreation", a_dataset(), ANALYST, UPDATE_DATASET)
    twin = entries.legacy_twin(entry)

    assert twin
    assert twin["protoPayload"]["methodName"] == real["protoPayload"]["methodName"]
    assert keys_of(twin) <= keys_of(real)


@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("jobInsertion", "jobservice.insert"),
        ("jobChange", "jobservice.jobcompleted"),
        ("failed jobChange", "jobservice.jobcompleted"),
        ("copy jobChange", "jobservice.jobcompleted"),
        ("datasetChange", "datasetservice.update"),
        ("modelCreation", None),
        ("modelDataChange", None),
        ("modelMetadataChange", None),
        ("modelDeletion", None),
        ("modelDataRead", None),
        ("tableDataRead", None),
        ("refused", None),
    ],
)
def test_only_events_of_jobs_and_datasets_have_a_twin(name: str, method: str | None) -> None:
    twin = entries.legacy_twin(BUILDERS[name]())

    assert (twin and twin["protoPayload"]["methodName"]) == method


def test_the_twin_of_a_copy_names_its_tables_by_parts() -> None:
    twin = entries.legacy_twin(entries.job_changed(a_copy_job(), ANALYST, INSERT_JOB))

    assert twin
    completed = twin["protoPayload"]["serviceData"]["jobCompletedEvent"]
    assert completed["eventName"] == "table_copy_job_completed"
    assert completed["job"]["jobConfiguration"]["tableCopy"]["destinationTable"] == {
        "projectId": "p1",
        "datasetId": "sales",
        "tableId": "churn_copy",
    }


def test_a_twin_leaves_the_entry_as_it_was() -> None:
    entry = entries.job_changed(a_job(), ANALYST, INSERT_JOB)
    before = json.dumps(entry)

    entries.legacy_twin(entry)

    assert json.dumps(entry) == before
