"""The builders of audit entries, against the schema's facts and the shapes of captured entries."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from google.events.cloud.audit_v1 import LogEntryData

from emulator.audit import entries
from emulator.errors import ServiceError
from tests.emulator.audit_resources import (
    ANALYST,
    BUILDERS,
    DELETE_MODEL,
    INSERT_JOB,
    MODEL,
    PATCH_MODEL,
    QUERY,
    UPDATE_DATASET,
    a_dataset,
    a_failed_job,
    a_job,
    a_model,
    keys_of,
)

EVENTS = Path(__file__).parents[1] / "events"


def metadata_of(entry: dict[str, Any]) -> dict[str, Any]:
    return entry["protoPayload"]["metadata"]


@pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS)
def test_googles_event_type_reads_every_entry(build: Any) -> None:
    entry = build()

    read = LogEntryData.from_json(json.dumps(entry), ignore_unknown_fields=True)

    assert read.proto_payload.service_name == "bigquery.googleapis.com"
    assert read.proto_payload.authentication_info.principal_email == "analyst@example.com"
    assert read.proto_payload.request_metadata.caller_ip == "203.0.113.7"


@pytest.mark.parametrize(
    ("build", "captured"),
    [
        (BUILDERS["jobChange"], "bq_seq_3_jobchange_last.json"),
        (BUILDERS["jobInsertion"], "bq_seq_1_jobinsertion_first.json"),
        (BUILDERS["tableDataRead"], "bq_tabledataread_dataset_resource.json"),
        (BUILDERS["copy jobChange"], "bq_jobchange_copy_done.json"),
    ],
    ids=["jobChange", "jobInsertion", "tableDataRead", "copy"],
)
def test_an_entry_has_no_key_that_a_captured_one_lacks(build: Any, captured: str) -> None:
    real = json.loads((EVENTS / captured).read_text())
    ours = build()
    labels = {key for key in keys_of(ours) if ".jobConfig.labels" in key}
    # Absent from these captures because nothing was slow or labelled enough to have them.
    rarely = {".protoPayload.metadata.jobChange.job.jobStats.totalSlotMs"}

    assert keys_of(ours) - labels - rarely <= keys_of(real)


def test_a_job_starts_running_whatever_it_does_by_now() -> None:
    entry = entries.job_inserted(a_failed_job(), ANALYST, QUERY)
    event = metadata_of(entry)["jobInsertion"]

    assert event["reason"] == "QUERY_REQUEST"
    assert event["job"]["jobStatus"] == {"jobState": "RUNNING"}
    assert "endTime" not in event["job"]["jobStats"]
    assert entry["severity"] == "INFO"
    assert entry["operation"] == {
        "id": "1700000000000-p1:job_1",
        "producer": "bigquery.googleapis.com",
        "first": True,
    }


def test_a_done_create_model_job_names_its_model_like_a_table() -> None:
    entry = entries.job_changed(a_job(), ANALYST, INSERT_JOB)
    event = metadata_of(entry)["jobChange"]
    config = event["job"]["jobConfig"]

    assert event["after"] == "DONE"
    assert config["labels"] == {"run": "nightly"}
    assert config["queryConfig"]["statementType"] == "CREATE_MODEL"
    assert config["queryConfig"]["destinationTable"] == "projects/p1/datasets/sales/tables/churn"
    assert event["job"]["jobStatus"] == {"jobState": "DONE"}
    assert event["job"]["jobStats"]["totalSlotMs"] == "12"
    assert event["job"]["jobStats"]["queryStats"] == {"totalProcessedBytes": "7"}
    assert entry["operation"]["last"]
    assert entry["logName"] == "projects/p1/logs/cloudaudit.googleapis.com%2Fdata_access"
    assert entry["resource"] == {
        "type": "bigquery_project",
        "labels": {"project_id": "p1", "location": "US"},
    }


@pytest.mark.parametrize(
    ("reason", "code", "name"),
    [
        ("invalidQuery", 3, "INVALID_ARGUMENT"),
        ("notFound", 5, "NOT_FOUND"),
        ("accessDenied", 7, "PERMISSION_DENIED"),
        ("quotaExceeded", 8, "RESOURCE_EXHAUSTED"),
    ],
)
def test_a_failed_job_has_its_text_in_the_job_and_its_code_in_the_status(
    reason: str, code: int, name: str
) -> None:
    entry = entries.job_changed(a_failed_job(reason), ANALYST, INSERT_JOB)
    status = metadata_of(entry)["jobChange"]["job"]["jobStatus"]
    error = {"code": code, "message": "Please undeploy the model before retry."}

    assert entry["severity"] == "ERROR"
    assert entry["protoPayload"]["status"] == {"code": code, "message": name}
    assert status == {"jobState": "DONE", "errorResult": error, "errors": [error]}


def test_a_child_of_a_script_names_its_parent() -> None:
    job = a_job(statistics={"creationTime": "1700000000000", "parentJobId": "script_1"})

    stats = metadata_of(entries.job_changed(job, ANALYST, INSERT_JOB))["jobChange"]["job"][
        "jobStats"
    ]

    assert stats["parentJobName"] == "projects/p1/jobs/script_1"


def test_a_long_query_is_cut_at_50_000_bytes_and_says_so() -> None:
    job = a_job()
    job["configuration"]["query"]["query"] = "é" * 25_001

    config = metadata_of(entries.job_changed(job, ANALYST, INSERT_JOB))["jobChange"]["job"][
        "jobConfig"
    ]

    assert config["queryConfig"]["query"] == "é" * 25_000
    assert config["queryConfig"]["queryTruncated"] is True


def test_a_job_of_an_unknown_kind_is_refused_loudly() -> None:
    with pytest.raises(ServiceError, match="audit entries of LOAD jobs"):
        entries.job_changed(
            a_job(configuration={"jobType": "LOAD", "load": {}}), ANALYST, INSERT_JOB
        )


def test_a_creation_carries_the_model_as_the_schema_has_it() -> None:
    key = {"kmsKeyName": "projects/p1/locations/us/keyRings/r/cryptoKeys/k"}
    model = a_model(description="d", expirationTime="1700086400000", encryptionConfiguration=key)

    entry = entries.model_created(model, ANALYST, INSERT_JOB, a_job())

    assert metadata_of(entry)["modelCreation"] == {
        "model": {
            "modelName": MODEL,
            "modelInfo": {"description": "d", "labels": {"team": "growth"}},
            "expireTime": "2023-11-15T22:13:20.000Z",
            "createTime": "2023-11-14T22:13:20.000Z",
            "updateTime": "2023-11-14T22:13:21.500Z",
            "encryption": key,
        },
        "reason": "QUERY",
        "jobName": "projects/p1/jobs/job_1",
    }
    assert entry["logName"].endswith("%2Factivity")
    assert entry["severity"] == "NOTICE"
    assert entry["protoPayload"]["resourceName"] == MODEL
    assert entry["resource"]["labels"] == {"project_id": "p1", "dataset_id": "sales"}
    assert "operation" not in entry


def test_a_model_without_labels_has_no_key_for_them() -> None:
    entry = entries.model_created(a_model(labels={}), ANALYST, INSERT_JOB, a_job())

    assert "modelInfo" not in metadata_of(entry)["modelCreation"]["model"]


def test_a_data_change_has_no_model_object() -> None:
    entry = entries.model_data_changed(a_model(), ANALYST, INSERT_JOB, a_job())

    assert metadata_of(entry)["modelDataChange"] == {
        "reason": "QUERY",
        "jobName": "projects/p1/jobs/job_1",
    }
    assert entry["logName"].endswith("%2Fdata_access")


def test_a_metadata_change_tells_a_patch_from_a_statement() -> None:
    patch = metadata_of(entries.model_metadata_changed(a_model(), ANALYST, PATCH_MODEL))
    alter = metadata_of(entries.model_metadata_changed(a_model(), ANALYST, QUERY, a_job("SELECT")))

    assert patch["modelMetadataChange"]["reason"] == "MODEL_PATCH_REQUEST"
    assert "jobName" not in patch["modelMetadataChange"]
    assert alter["modelMetadataChange"]["reason"] == "QUERY"
    assert alter["modelMetadataChange"]["jobName"] == "projects/p1/jobs/job_1"


@pytest.mark.parametrize(
    ("reason", "log", "event"),
    [
        ("MODEL_DELETE_REQUEST", "activity", {"reason": "MODEL_DELETE_REQUEST"}),
        ("QUERY", "activity", {"reason": "QUERY", "jobName": "projects/p1/jobs/job_1"}),
        ("EXPIRED", "system_event", {"reason": "EXPIRED"}),
    ],
)
def test_a_deletion_names_its_model_only_as_the_resource(
    reason: str, log: str, event: dict[str, str]
) -> None:
    reference = a_model()["modelReference"]

    entry = entries.model_deleted(reference, reason, ANALYST, DELETE_MODEL, a_job("DROP_MODEL"))

    assert metadata_of(entry)["modelDeletion"] == event
    assert entry["logName"].endswith(f"%2F{log}")
    assert entry["protoPayload"]["resourceName"] == MODEL


def test_an_unknown_reason_of_a_deletion_is_refused() -> None:
    with pytest.raises(ServiceError, match="'BORED'"):
        entries.model_deleted(a_model()["modelReference"], "BORED", ANALYST, DELETE_MODEL)


def test_a_deleted_dataset_leaves_nothing_but_its_name() -> None:
    entry = entries.dataset_changed("datasetDeletion", a_dataset(), ANALYST, UPDATE_DATASET)

    assert metadata_of(entry)["datasetDeletion"] == {"reason": "DELETE"}
    assert entry["protoPayload"]["resourceName"] == "projects/p1/datasets/sales"


@pytest.mark.parametrize(
    ("name", "permission"),
    [
        ("jobChange", "bigquery.jobs.create"),
        ("modelCreation", "bigquery.models.create"),
        ("modelMetadataChange", "bigquery.models.updateMetadata"),
        ("modelDataChange", "bigquery.models.updateData"),
        ("modelDeletion", "bigquery.models.delete"),
        ("modelDataRead", "bigquery.models.getData"),
        ("datasetChange", "bigquery.datasets.update"),
        ("tableDataRead", "bigquery.tables.getData"),
        ("refused", "bigquery.models.delete"),
    ],
)
def test_an_entry_tells_the_permission_that_was_checked(name: str, permission: str) -> None:
    [info] = BUILDERS[name]()["protoPayload"]["authorizationInfo"]

    assert info["permission"] == permission
    assert info["granted"] is True


def test_a_denied_permission_is_not_granted() -> None:
    entry = entries.api_refused(PATCH_MODEL, MODEL, ANALYST, 7, "Denied.", "p1")

    assert entry["protoPayload"]["authorizationInfo"] == [
        {"resource": MODEL, "permission": "bigquery.models.updateMetadata"}
    ]
    assert entry["protoPayload"]["status"] == {"code": 7, "message": "Denied."}
    assert entry["severity"] == "ERROR"
