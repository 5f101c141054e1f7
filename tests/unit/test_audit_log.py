from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from builders import CHURN, a_job_entry, an_audit_entry
from msgspec.structs import replace

from shared.audit_log import Ignored, ModelChanged, detect
from shared.envelope import MalformedError
from shared.names import JobName
from shared.reasons import Reason

EVENTS = Path(__file__).parent.parent / "events"
JOB = JobName(project="analytics-dev", job="job_1")


@pytest.mark.parametrize(
    ("entry", "created_by"),
    [
        pytest.param(an_audit_entry("modelCreation"), JOB, id="modelCreation"),
        pytest.param(an_audit_entry("modelDataChange"), JOB, id="modelDataChange"),
        pytest.param(an_audit_entry("modelMetadataChange"), None, id="modelMetadataChange"),
        pytest.param(an_audit_entry("modelDeletion"), None, id="modelDeletion"),
        pytest.param(a_job_entry(), JOB, id="jobChange-CREATE_MODEL"),
        pytest.param(
            an_audit_entry(method="google.cloud.bigquery.v2.JobService.Query"), JOB, id="jobs.query"
        ),
        pytest.param(an_audit_entry(jobName="projects/<redacted>/jobs/x"), None, id="redacted-job"),
        pytest.param(an_audit_entry(status={"code": 0}), JOB, id="status-zero"),
        pytest.param(an_audit_entry(newKey={"any": [1]}), JOB, id="unknown-keys"),
    ],
)
def test_an_entry_about_a_model_says_which_model_and_which_job_created_it(
    entry: dict[str, Any], created_by: JobName | None
) -> None:
    detected = detect(entry)

    assert isinstance(detected, ModelChanged)
    assert (detected.name, detected.created_by) == (CHURN, created_by)


def _with(entry: dict[str, Any], **payload: Any) -> dict[str, Any]:
    return {**entry, "protoPayload": {**entry["protoPayload"], **payload}}


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        pytest.param({}, Reason.OTHER_SERVICE, id="empty"),
        pytest.param(
            _with(an_audit_entry(), serviceName="aiplatform.googleapis.com"),
            Reason.OTHER_SERVICE,
            id="OTHER_SERVICE",
        ),
        pytest.param(
            _with(an_audit_entry(), metadata=None, serviceData={}),
            Reason.LEGACY_TWIN,
            id="LEGACY_TWIN",
        ),
        pytest.param(
            _with(an_audit_entry(), resourceName="projects/p/datasets/d/tables/t"),
            Reason.NOT_A_MODEL,
            id="NOT_A_MODEL-table",
        ),
        pytest.param(
            _with(an_audit_entry(), resourceName="projects/p/locations/us-central1/models/7"),
            Reason.NOT_A_MODEL,
            id="NOT_A_MODEL-vertex-resource",
        ),
        pytest.param(a_job_entry("SELECT"), Reason.NOT_A_MODEL, id="NOT_A_MODEL-select"),
        pytest.param(a_job_entry("DROP_MODEL"), Reason.NOT_A_MODEL, id="NOT_A_MODEL-drop-job"),
        pytest.param(an_audit_entry("modelDataRead"), Reason.NOT_A_CHANGE, id="NOT_A_CHANGE-read"),
        pytest.param(an_audit_entry("modelHymn"), Reason.NOT_A_CHANGE, id="NOT_A_CHANGE-unknown"),
        pytest.param(a_job_entry(after="RUNNING"), Reason.NOT_A_CHANGE, id="NOT_A_CHANGE-running"),
        pytest.param(a_job_entry(error="no"), Reason.OPERATION_FAILED, id="OPERATION_FAILED-job"),
        pytest.param(
            an_audit_entry(status={"code": 7}), Reason.OPERATION_FAILED, id="OPERATION_FAILED"
        ),
        pytest.param(
            an_audit_entry(status={"code": "7"}), Reason.OPERATION_FAILED, id="number-as-text"
        ),
        pytest.param(
            an_audit_entry(name=replace(CHURN, dataset="_0f3a")),
            Reason.TEMPORARY_DATASET,
            id="TEMPORARY_DATASET",
        ),
        pytest.param(
            a_job_entry(destination="projects/p/datasets/_script1/tables/m"),
            Reason.TEMPORARY_DATASET,
            id="TEMPORARY_DATASET-job",
        ),
        pytest.param(
            an_audit_entry("modelMetadataChange", agent="bqml-registrar/0.1.0 gccl/3.47.0"),
            Reason.OWN_ECHO,
            id="OWN_ECHO",
        ),
    ],
)
def test_other_entries_are_ignored_with_a_reason(entry: dict[str, Any], reason: Reason) -> None:
    assert detect(entry).reason is reason


def test_an_ignored_entry_says_what_it_was_about() -> None:
    ignored = detect(an_audit_entry("modelDataRead"))

    assert isinstance(ignored, Ignored)
    assert ignored.resource == str(CHURN)


def test_with_the_echo_filter_off_our_own_change_is_one_like_any_other() -> None:
    echo = an_audit_entry("modelMetadataChange", agent="bqml-registrar/0.1.0")

    assert isinstance(detect(echo, ignore_echo=False), ModelChanged)


@pytest.mark.parametrize(
    "agent", ["bqml-registrar/0.1.0", "bqml-registrar/9"], ids=["ours", "another version of ours"]
)
def test_a_creation_is_never_taken_for_an_echo(agent: str) -> None:
    assert isinstance(detect(an_audit_entry("modelCreation", agent=agent)), ModelChanged)


def test_the_cause_is_named_as_eventarc_names_an_entry() -> None:
    detected = detect(an_audit_entry())

    assert isinstance(detected, ModelChanged)
    assert detected.cause_id == (
        "projects/analytics-dev/logs/cloudaudit.googleapis.com%2Factivity"
        "dlqzgme4yiel"
        "1793611805140400"
    )


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"timestamp": "yesterday"}, id="timestamp"),
        pytest.param({"insertId": ["x"]}, id="insertId"),
        pytest.param({"labels": "x"}, id="labels"),
    ],
)
def test_an_entry_about_a_model_with_wrong_types_is_malformed(change: dict[str, Any]) -> None:
    with pytest.raises(MalformedError, match="the log entry cannot be read"):
        detect({**an_audit_entry(), **change})


@pytest.mark.parametrize("depth", [900, 980, 992, 993, 994, 1000, 1100])
def test_an_entry_that_is_nested_too_deep_is_malformed_or_read(depth: int) -> None:
    deep: dict[str, Any] = {}
    for _ in range(depth):
        deep = {"a": deep}
    try:
        detected = detect({**an_audit_entry(), "labels": deep})
    except MalformedError:
        detected = None

    assert not isinstance(detected, Ignored)


def test_a_malformed_entry_does_not_quote_values() -> None:
    entry = _with(an_audit_entry(), request="SELECT secret FROM t")

    with pytest.raises(MalformedError) as raised:
        detect(entry)

    assert "secret" not in raised.value.detail


def test_a_model_name_that_bigquery_would_not_accept_is_malformed() -> None:
    entry = _with(an_audit_entry(), resourceName="projects/p/datasets/d/models/`; DROP")

    with pytest.raises(MalformedError):
        detect(entry)


def test_an_ignored_entry_imports_nothing_of_googles() -> None:
    script = (
        "import json, sys; from shared.audit_log import detect; detect(json.load(sys.stdin));"
        "print(*(m for m in sys.modules if m.startswith(('google.', 'grpc', 'proto'))))"
    )
    entry = json.dumps(an_audit_entry("modelDataRead"))
    run = subprocess.run(
        [sys.executable, "-c", script], input=entry, capture_output=True, text=True, check=True
    )

    # `google.cloud` alone is an empty namespace that an installed .pth file makes.
    assert set(run.stdout.split()) <= {"google.cloud"}


SAMPLES = {
    "bq_jobchange_copy_done": Reason.NOT_A_MODEL,
    "bq_jobchange_ctas_done": Reason.NOT_A_MODEL,
    "bq_jobchange_drop_table_done": Reason.NOT_A_MODEL,
    "bq_jobchange_large_query": Reason.NOT_A_MODEL,
    "bq_jobchange_select_insertjob": Reason.NOT_A_MODEL,
    "bq_jobchange_select_jobsquery": Reason.NOT_A_MODEL,
    "bq_legacy_dataset_insert": Reason.LEGACY_TWIN,
    "bq_seq_1_jobinsertion_first": Reason.NOT_A_CHANGE,
    "bq_seq_2_tabledataread": Reason.NOT_A_MODEL,
    "bq_seq_3_jobchange_last": Reason.NOT_A_MODEL,
    "bq_seq_4_tabledatachange": Reason.NOT_A_MODEL,
    "bq_seq_5_tablechange_activity": Reason.NOT_A_MODEL,
    "bq_tabledataread_dataset_resource": Reason.NOT_A_MODEL,
    "bq_tabledeletion_by_api": Reason.NOT_A_MODEL,
    "cloudevents_bigquery_jobcompleted_legacy": Reason.LEGACY_TWIN,
    "cloudevents_pubsub_createtopic": Reason.OTHER_SERVICE,
    "compute_permission_denied_status7": Reason.OTHER_SERVICE,
    "eventarc_cloudevent_full_gcs_2022": Reason.OTHER_SERVICE,
    "eventarc_cloudevent_pubsub_messagepublished_2022": Reason.OTHER_SERVICE,
}


@pytest.mark.parametrize(("sample", "reason"), SAMPLES.items(), ids=SAMPLES)
def test_captured_entries_about_other_things_are_ignored(sample: str, reason: Reason) -> None:
    captured = json.loads((EVENTS / f"{sample}.json").read_text())

    assert detect(captured.get("data", captured)).reason is reason


def test_every_captured_entry_has_a_verdict() -> None:
    assert {path.stem for path in EVENTS.glob("*.json")} == set(SAMPLES)
