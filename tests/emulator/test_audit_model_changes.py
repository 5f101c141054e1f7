"""The product's sink filter, on the local Log Router's language: what wakes a function and what not."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from emulator.audit import entries
from emulator.audit.query import compile_filter
from tests.emulator.audit_resources import (
    ANALYST,
    BUILDERS,
    DELETE_MODEL,
    INSERT_JOB,
    PATCH_MODEL,
    QUERY,
    a_failed_job,
    a_job,
    a_model,
)

ROOT = Path(__file__).parents[2]
EVENTS = ROOT / "tests" / "events"
FILTER = (ROOT / "terraform" / "filters" / "model_changes.txt").read_text()
WAKES = compile_filter(FILTER)

# By hand from INDEX.md: none of the public entries is about a model.
CAPTURED = {
    "bq_jobchange_copy_done.json": False,
    "bq_jobchange_ctas_done.json": False,
    "bq_jobchange_drop_table_done.json": False,
    "bq_jobchange_large_query.json": False,
    "bq_jobchange_select_insertjob.json": False,
    "bq_jobchange_select_jobsquery.json": False,
    "bq_legacy_dataset_insert.json": False,
    "bq_seq_1_jobinsertion_first.json": False,
    "bq_seq_2_tabledataread.json": False,
    "bq_seq_3_jobchange_last.json": False,
    "bq_seq_4_tabledatachange.json": False,
    "bq_seq_5_tablechange_activity.json": False,
    "bq_tabledataread_dataset_resource.json": False,
    "bq_tabledeletion_by_api.json": False,
    "cloudevents_bigquery_jobcompleted_legacy.json": False,
    "cloudevents_pubsub_createtopic.json": False,
    "compute_permission_denied_status7.json": False,
    "eventarc_cloudevent_full_gcs_2022.json": False,
    "eventarc_cloudevent_pubsub_messagepublished_2022.json": False,
}


@pytest.mark.parametrize(("name", "wakes"), CAPTURED.items(), ids=CAPTURED)
def test_a_captured_entry(name: str, wakes: bool) -> None:
    event = json.loads((EVENTS / name).read_text())
    entry = event["data"] if "specversion" in event else event

    assert WAKES(entry) is wakes


def a_deletion(reason: str, dataset: str = "sales") -> dict[str, Any]:
    reference = a_model(dataset)["modelReference"]
    return entries.model_deleted(reference, reason, ANALYST, DELETE_MODEL, a_job("DROP_MODEL"))


BUILT = {
    "created": (BUILDERS["modelCreation"](), True),
    "data changed": (BUILDERS["modelDataChange"](), True),
    "patched": (BUILDERS["modelMetadataChange"](), True),
    "altered": (entries.model_metadata_changed(a_model(), ANALYST, QUERY, a_job()), True),
    "deleted by the API": (a_deletion("MODEL_DELETE_REQUEST"), True),
    "dropped": (a_deletion("QUERY"), True),
    "expired": (a_deletion("EXPIRED"), True),
    "CREATE_MODEL done": (BUILDERS["jobChange"](), True),
    "CREATE_MODEL done by jobs.query": (entries.job_changed(a_job(), ANALYST, QUERY), True),
    "hidden, created": (
        entries.model_created(a_model("_0a1b"), ANALYST, INSERT_JOB, a_job(dataset="_0a1b")),
        False,
    ),
    "hidden, patched": (
        entries.model_metadata_changed(a_model("_0a1b"), ANALYST, PATCH_MODEL),
        False,
    ),
    "hidden, expired": (a_deletion("EXPIRED", "_0a1b"), False),
    "hidden, CREATE_MODEL done": (
        entries.job_changed(a_job(dataset="_0a1b"), ANALYST, INSERT_JOB),
        False,
    ),
    "dataset with an underscore inside": (
        entries.model_created(a_model("a_b"), ANALYST, INSERT_JOB, a_job()),
        True,
    ),
    "CREATE_MODEL started": (BUILDERS["jobInsertion"](), False),
    "CREATE_MODEL failed": (BUILDERS["failed jobChange"](), False),
    "DROP_MODEL done": (entries.job_changed(a_job("DROP_MODEL"), ANALYST, INSERT_JOB), False),
    "DROP_MODEL failed": (
        entries.job_changed(
            a_failed_job(statistics=a_job("DROP_MODEL")["statistics"]), ANALYST, INSERT_JOB
        ),
        False,
    ),
    "SELECT done": (entries.job_changed(a_job("SELECT"), ANALYST, INSERT_JOB), False),
    "SCRIPT done": (entries.job_changed(a_job("SCRIPT"), ANALYST, INSERT_JOB), False),
    "ML.PREDICT read": (BUILDERS["modelDataRead"](), False),
    "table read": (BUILDERS["tableDataRead"](), False),
    "dataset changed": (BUILDERS["datasetChange"](), False),
    "models.delete refused": (BUILDERS["refused"](), False),
    "copied": (BUILDERS["copy jobChange"](), False),
}


@pytest.mark.parametrize(("entry", "wakes"), BUILT.values(), ids=BUILT)
def test_a_built_entry(entry: dict[str, Any], wakes: bool) -> None:
    assert WAKES(entry) is wakes


@pytest.mark.parametrize(("entry", "_wakes"), BUILT.values(), ids=BUILT)
def test_no_twin_of_the_old_format_wakes_anything(entry: dict[str, Any], _wakes: bool) -> None:
    twin = entries.legacy_twin(entry)

    assert twin is None or not WAKES(twin)


@pytest.mark.parametrize(("entry", "wakes"), BUILT.values(), ids=BUILT)
def test_the_type_of_the_payload_does_not_matter(entry: dict[str, Any], wakes: bool) -> None:
    bare = copy.deepcopy(entry)
    del bare["protoPayload"]["@type"]

    assert WAKES(bare) is wakes


def test_a_model_event_without_a_reason_is_not_lost() -> None:
    entry = BUILDERS["modelCreation"]()
    del entry["protoPayload"]["metadata"]["modelCreation"]["reason"]

    assert WAKES(entry)


def test_a_model_event_without_a_resource_name_is_not_lost() -> None:
    entry = BUILDERS["modelCreation"]()
    del entry["protoPayload"]["resourceName"]

    assert WAKES(entry)


def test_an_empty_error_result_is_a_success() -> None:
    entry = BUILDERS["jobChange"]()
    entry["protoPayload"]["metadata"]["jobChange"]["job"]["jobStatus"]["errorResult"] = {}

    assert WAKES(entry)


@pytest.mark.parametrize("left", ["code", "message"])
def test_half_an_error_result_is_a_failure(left: str) -> None:
    entry = BUILDERS["failed jobChange"]()
    error = entry["protoPayload"]["metadata"]["jobChange"]["job"]["jobStatus"]["errorResult"]
    del error[left]

    assert not WAKES(entry)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("serviceName", "aiplatform.googleapis.com"),
        (
            "metadata",
            {"@type": "type.googleapis.com/google.cloud.audit.Other", "modelCreation": {}},
        ),
    ],
)
def test_other_services_and_formats_wake_nothing(field: str, value: Any) -> None:
    entry = BUILDERS["modelCreation"]()
    entry["protoPayload"][field] = value

    assert not WAKES(entry)


def test_a_log_of_another_kind_wakes_nothing() -> None:
    entry = BUILDERS["modelCreation"]() | {
        "logName": "projects/p1/logs/cloudaudit.googleapis.com%2Fpolicy"
    }

    assert not WAKES(entry)


def test_our_own_echo_is_not_filtered_here() -> None:
    assert "principalEmail" not in FILTER


def test_the_filter_is_far_under_the_limit_of_the_language() -> None:
    assert len(FILTER) < 5_000
