from __future__ import annotations

import contextlib
import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bqml_registrar.audit.entry import Ignored
from bqml_registrar.audit.model_changes import JobFinished, ModelChanged, detect
from bqml_registrar.audit.model_prefilter import ChangeKind
from bqml_registrar.errors import MalformedError
from bqml_registrar.names import JobName
from bqml_registrar.reasons import Reason
from tests.builders import CHURN, METADATA_TYPE, a_job_entry, an_audit_entry, without
from tests.model_names import UNUSUAL

EVENTS = Path(__file__).parents[2] / "events"
JOB = JobName(project="analytics-dev", job="job_1")


@pytest.mark.parametrize(
    ("entry", "kind", "created_by"),
    [
        pytest.param(an_audit_entry("modelCreation"), ChangeKind.CREATED, JOB, id="modelCreation"),
        pytest.param(
            an_audit_entry("modelDataChange"), ChangeKind.DATA_CHANGED, JOB, id="modelDataChange"
        ),
        pytest.param(
            an_audit_entry("modelMetadataChange"),
            ChangeKind.CHANGED,
            None,
            id="modelMetadataChange",
        ),
        pytest.param(an_audit_entry("modelDeletion"), ChangeKind.DELETED, None, id="modelDeletion"),
        pytest.param(a_job_entry(), ChangeKind.JOB_DONE, JOB, id="jobChange-CREATE_MODEL"),
        pytest.param(
            an_audit_entry(method="google.cloud.bigquery.v2.JobService.Query"),
            ChangeKind.CREATED,
            JOB,
            id="jobs.query",
        ),
        pytest.param(
            an_audit_entry(jobName="projects/analytics-dev/jobs/script_job_0a1b_2"),
            ChangeKind.CREATED,
            JobName(project="analytics-dev", job="script_job_0a1b_2"),
            id="child-of-a-script",
        ),
        pytest.param(
            an_audit_entry(jobName="projects/<redacted>/jobs/x"),
            ChangeKind.CREATED,
            None,
            id="redacted-job",
        ),
        pytest.param(an_audit_entry(jobName=None), ChangeKind.CREATED, None, id="null-job"),
        pytest.param(an_audit_entry(status={"code": 0}), ChangeKind.CREATED, JOB, id="status-zero"),
        pytest.param(an_audit_entry(status=None), ChangeKind.CREATED, JOB, id="status-null"),
        pytest.param(
            an_audit_entry(newKey={"any": [1]}), ChangeKind.CREATED, JOB, id="unknown-keys"
        ),
        pytest.param(
            an_audit_entry(model={"modelInfo": {"labels": {"a": None}}, "kinds": [None]}),
            ChangeKind.CREATED,
            JOB,
            id="nulls-inside",
        ),
    ],
)
def test_an_entry_about_a_model_says_which_what_happened_and_which_job_created_it(
    entry: dict[str, Any], kind: ChangeKind, created_by: JobName | None
) -> None:
    detected = detect(entry)

    assert isinstance(detected, ModelChanged)
    assert (detected.name, detected.kind, detected.created_by) == (CHURN, kind, created_by)
    assert detected.at == datetime(2026, 11, 2, 9, 30, 5, 140400, tzinfo=UTC)


@pytest.mark.parametrize("model", UNUSUAL.values(), ids=UNUSUAL)
@pytest.mark.parametrize("entry_of", [an_audit_entry, a_job_entry], ids=["model", "job"])
def test_a_model_may_have_any_name_that_a_table_may_have(
    entry_of: Callable[..., dict[str, Any]], model: str
) -> None:
    name = replace(CHURN, model=model)

    detected = detect(entry_of(name=name))

    assert isinstance(detected, ModelChanged)
    assert detected.name == name


def test_a_job_billed_elsewhere_tells_of_the_model_in_the_datas_project() -> None:
    entry = a_job_entry()
    entry["logName"] = "projects/billing-prod/logs/cloudaudit.googleapis.com%2Fdata_access"
    entry["protoPayload"]["metadata"]["jobChange"]["job"]["jobName"] = (
        "projects/billing-prod/jobs/j"
    )

    detected = detect(entry)

    assert isinstance(detected, ModelChanged)
    assert detected.name == CHURN
    assert detected.created_by == JobName(project="billing-prod", job="j")


# Cut off, or split: what is left is used.


def _part(entry: dict[str, Any], index: int | str | None = None, **split: Any) -> dict[str, Any]:
    """One part of an entry that Logging split; protocol buffers leave a zero out."""
    return {**entry, "split": {"uid": "u", "index": index, "totalSplits": 3, **split}}


_QUERY = ("jobChange", "job", "jobConfig", "queryConfig")
_ONLY_TYPE = {"@type": METADATA_TYPE}


def _as(resource: str | None, entry: dict[str, Any]) -> dict[str, Any]:
    return {**entry, "protoPayload": {**entry["protoPayload"], "resourceName": resource}}


@pytest.mark.parametrize(
    ("entry", "kind"),
    [
        pytest.param(
            without(an_audit_entry(), "modelCreation", "reason"), ChangeKind.CREATED, id="reason"
        ),
        pytest.param(without(an_audit_entry(), "modelCreation"), ChangeKind.CHANGED, id="event"),
        pytest.param(
            without(
                an_audit_entry(
                    "modelDeletion", method="google.cloud.bigquery.v2.ModelService.DeleteModel"
                ),
                "modelDeletion",
            ),
            ChangeKind.DELETED,
            id="event-of-a-deletion",
        ),
        pytest.param(
            _as(None, an_audit_entry(model={"modelName": str(CHURN)})),
            ChangeKind.CREATED,
            id="resourceName",
        ),
        pytest.param(
            without(a_job_entry(), "jobChange", "job", "jobName"), ChangeKind.JOB_DONE, id="job"
        ),
        pytest.param(
            _part(an_audit_entry("modelDeletion")), ChangeKind.DELETED, id="part-with-event"
        ),
        pytest.param(_part(an_audit_entry(), 2), ChangeKind.CREATED, id="later-part-with-event"),
        pytest.param(
            _part(without(an_audit_entry(), "modelCreation"), "0"), ChangeKind.CHANGED, id="first"
        ),
    ],
)
def test_of_an_entry_that_is_cut_off_the_models_name_suffices(
    entry: dict[str, Any], kind: ChangeKind
) -> None:
    detected = detect(entry)

    assert isinstance(detected, ModelChanged)
    assert (detected.name, detected.kind) == (CHURN, kind)


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(without(a_job_entry(), *_QUERY, "destinationTable"), id="destination"),
        pytest.param(a_job_entry(destination=None), id="destination-null"),
        pytest.param(without(a_job_entry(), *_QUERY), id="queryConfig"),
        pytest.param(without(a_job_entry(), "jobChange", "job", "jobConfig"), id="jobConfig"),
        pytest.param(_as(None, an_audit_entry()), id="creation-without-resourceName"),
        pytest.param({**_part(a_job_entry()), "operation": {"last": True}}, id="first-part"),
        pytest.param(
            {**_part(a_job_entry("CRE", destination=None)), "operation": {"last": True}},
            id="first-part-with-half-of-the-kind",
        ),
        pytest.param(
            _as(
                "projects/analytics-dev/jobs/job_1",
                _part({**an_audit_entry("none"), "operation": {"last": True}}),
            ),
            id="first-part-without-event",
        ),
    ],
)
def test_of_an_entry_that_names_no_model_the_job_is_to_be_asked(entry: dict[str, Any]) -> None:
    detected = detect({**entry, "resource": {"labels": {"location": "EU"}}})

    assert isinstance(detected, JobFinished)
    assert (detected.job, detected.location) == (JOB, "EU")
    assert detected.created(CHURN).created_by == JOB


def _with(entry: dict[str, Any], **payload: Any) -> dict[str, Any]:
    return {**entry, "protoPayload": {**entry["protoPayload"], **payload}}


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        pytest.param({}, Reason.OTHER_SERVICE, id="empty"),
        pytest.param({"protoPayload": None}, Reason.OTHER_SERVICE, id="null-payload"),
        pytest.param(
            _part(without(an_audit_entry(), "modelCreation"), 1), Reason.SPLIT_PART, id="SPLIT_PART"
        ),
        pytest.param(
            _part(without(an_audit_entry(), "modelCreation"), "1"),
            Reason.SPLIT_PART,
            id="part-text",
        ),
        pytest.param(_part(a_job_entry(), 1), Reason.SPLIT_PART, id="SPLIT_PART-job"),
        pytest.param(_part(a_job_entry("SELECT")), Reason.NOT_A_MODEL, id="part-of-a-select"),
        pytest.param(
            _part(an_audit_entry("modelDataRead")), Reason.NOT_A_CHANGE, id="part-of-a-prediction"
        ),
        pytest.param(
            _as(None, an_audit_entry("modelDeletion")), Reason.ENTRY_CUT_OFF, id="ENTRY_CUT_OFF"
        ),
        pytest.param(
            _as(None, without(a_job_entry(destination=None), "jobChange", "job", "jobName")),
            Reason.ENTRY_CUT_OFF,
            id="ENTRY_CUT_OFF-job",
        ),
        pytest.param(
            _as(None, an_audit_entry("modelDataRead")), Reason.NOT_A_MODEL, id="no-resource"
        ),
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


def test_the_cause_is_named_as_eventarc_names_an_entry() -> None:
    detected = detect(an_audit_entry())

    assert isinstance(detected, ModelChanged)
    assert detected.cause_id == (
        "projects/analytics-dev/logs/cloudaudit.googleapis.com%2Factivity"
        "dlqzgme4yiel"
        "1793611805140400"
    )


def _paths(value: object, *above: str) -> list[tuple[str, ...]]:
    if not isinstance(value, dict):
        return [above]
    below = [path for key, inner in value.items() for path in _paths(inner, *above, key)]
    return ([above] if above else []) + below


JUNK = st.sampled_from([None, "", "x", "0", 7, -1, 2**70, 1.5, True, [], [None], {}, {"a": None}])


@given(
    st.sampled_from([an_audit_entry(), a_job_entry(), _part(a_job_entry())]),
    st.data(),
)
def test_whatever_stands_in_a_field_the_entry_is_detected_ignored_or_malformed(
    entry: dict[str, Any], data: st.DataObject
) -> None:
    changed = copy.deepcopy(entry)
    path = data.draw(st.sampled_from(_paths(entry)))
    holder = changed
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = data.draw(JUNK)
    with contextlib.suppress(MalformedError):
        assert isinstance(detect(changed), (ModelChanged, JobFinished, Ignored))


def test_a_malformed_entry_does_not_quote_values() -> None:
    entry = _with(an_audit_entry(), request="SELECT secret FROM t")

    with pytest.raises(MalformedError) as raised:
        detect(entry)

    assert "secret" not in raised.value.detail


def test_a_model_name_that_bigquery_would_not_accept_is_malformed() -> None:
    entry = _with(an_audit_entry(), resourceName="projects/p/datasets/d/models/`; DROP")

    with pytest.raises(MalformedError):
        detect(entry)


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


DERIVED = {
    "derived_cloudevent_model_creation": ChangeKind.CREATED,
    "derived_job_split_first": JobFinished,
    "derived_job_split_second": Reason.SPLIT_PART,
    "derived_job_truncated": JobFinished,
    "derived_job_truncated_destination": JobFinished,
    "derived_model_split_first": ChangeKind.CHANGED,
    "derived_model_split_second": ChangeKind.CREATED,
    "derived_model_split_third": Reason.SPLIT_PART,
    "derived_model_truncated": ChangeKind.CHANGED,
}


@pytest.mark.parametrize(("sample", "verdict"), DERIVED.items(), ids=DERIVED)
def test_derived_entries_about_models_say_where_to_look(sample: str, verdict: object) -> None:
    derived = json.loads((EVENTS / f"{sample}.json").read_text())

    detected = detect(derived.get("data", derived))

    if isinstance(detected, ModelChanged):
        assert (detected.name, detected.kind) == (CHURN, verdict)
    elif isinstance(detected, JobFinished):
        assert (detected.job, verdict) == (JOB, JobFinished)
    else:
        assert detected.reason is verdict


def test_every_sample_has_a_verdict_and_a_row_in_the_index() -> None:
    samples = {path.stem for path in EVENTS.glob("*.json")}

    index = (EVENTS / "INDEX.md").read_text()

    assert samples == {*SAMPLES, *DERIVED}
    assert all(f"| {sample}.json |" in index for sample in samples)
