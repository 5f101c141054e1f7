from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from local.cloud.control import Control
from tests.analyst import a_client
from tests.builders import CHURN, a_job_entry, a_push, an_audit_entry
from tests.functional.topics import Topics

Logged = Callable[[], list[dict[str, Any]]]


def post(function: FlaskClient, body: bytes) -> int:
    return function.post("/", data=body, content_type="application/json").status_code


def entry_of_the_job() -> dict[str, Any]:
    job = next(iter(a_client().list_jobs(max_results=1)))
    return an_audit_entry(jobName=f"projects/analytics-dev/jobs/{job.job_id}")


@pytest.mark.usefixtures("trained")
def test_a_creation_is_registered_announced_and_answered_200(
    function: FlaskClient, topics: Topics, logged: Logged
) -> None:
    status = post(function, a_push(entry_of_the_job()))

    (line,) = logged()
    types = [message.attributes["ce-type"] for message in topics.pull("events")]
    assert status == 200
    assert (line["decision"], line["reason"]) == ("registered", "RULE_MATCHED")
    assert line["vertex"].endswith("/models/prod_sales-churn@1")
    assert types == ["bqml.registrar.model.v1.registered", "bqml.registrar.alias.v1.assigned"]


@pytest.mark.usefixtures("trained")
def test_registering_takes_at_most_twelve_calls_and_one_for_each_label_source(
    function: FlaskClient, control: Control
) -> None:
    before = len(control.calls())

    post(function, a_push(entry_of_the_job()))

    calls = [call["method"].rpartition(".")[2] for call in control.calls()[before:]]
    assert calls.count("ListJobs") == 1  # the test's own
    calls.remove("ListJobs")
    assert calls.count("GetJob") == 1
    assert calls.count("GetDataset") == 1
    assert len(calls) <= 12 + 2, calls


@pytest.mark.usefixtures("trained")
def test_a_redelivery_reads_only(function: FlaskClient, control: Control, topics: Topics) -> None:
    push = a_push(entry_of_the_job())
    post(function, push)
    topics.pull("events")
    before = len(control.calls())

    status = post(function, push)

    methods = {call["method"].rpartition(".")[2] for call in control.calls()[before:]}
    assert status == 200
    # The creating job is remembered.
    assert methods == {"GetModel", "GetDataset", "BatchGetDocuments"}
    assert topics.pull("events") == []


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (a_job_entry("SELECT"), "NOT_A_MODEL"),
        (an_audit_entry("modelDataRead"), "NOT_A_CHANGE"),
    ],
    ids=["NOT_A_MODEL", "NOT_A_CHANGE"],
)
def test_an_ignored_event_calls_nothing(
    entry: dict[str, Any], reason: str, function: FlaskClient, control: Control, logged: Logged
) -> None:
    before = len(control.calls())

    status = post(function, a_push(entry))

    (line,) = logged()
    assert (status, line["decision"], line["reason"]) == (200, "ignored", reason)
    assert control.calls()[before:] == []


@pytest.mark.usefixtures("trained")
def test_our_own_echo_costs_no_call_or_changes_nothing(
    function: FlaskClient, control: Control, topics: Topics, logged: Logged, ignores_echo: bool
) -> None:
    post(function, a_push(entry_of_the_job()))
    topics.pull("events")
    logged()
    before = len(control.calls())

    echo = an_audit_entry("modelMetadataChange", agent="bqml-registrar/0.1.0")
    status = post(function, a_push(echo))

    (line,) = logged()
    methods = {call["method"].rpartition(".")[2] for call in control.calls()[before:]}
    assert status == 200
    assert (line["reason"] == "OWN_ECHO", methods == set()) == (ignores_echo, ignores_echo)
    assert not methods & {"PatchModel", "UpdateModel", "MergeVersionAliases", "Publish"}
    assert topics.pull("events") == []


def test_a_model_in_a_dataset_that_no_rule_names_costs_no_call(
    function: FlaskClient, control: Control, logged: Logged
) -> None:
    scratch = type(CHURN)(project="analytics-dev", dataset="scratch", model="m")
    before = len(control.calls())

    post(function, a_push(an_audit_entry(name=scratch)))

    assert logged()[0]["reason"] == "NO_RULE_MATCHED"
    assert control.calls()[before:] == []


@pytest.mark.parametrize(
    "body",
    [b"", b"\x00\xff", b"{}", a_push(b"not a log entry"), a_push(b"")],
    ids=["empty", "binary", "no message", "no entry", "no data"],
)
def test_what_cannot_be_read_is_answered_200_and_kept_as_a_dead_letter(
    body: bytes, function: FlaskClient, topics: Topics, logged: Logged
) -> None:
    status = post(function, body)

    (letter,) = topics.pull("dead-letters")
    assert status == 200
    assert letter.attributes["dl-reason"] == "MALFORMED_DELIVERY"
    assert logged()[0]["severity"] == "ERROR"


@pytest.mark.usefixtures("trained")
def test_a_service_that_is_down_is_answered_503_and_a_redelivery_settles_it(
    function: FlaskClient, control: Control, topics: Topics
) -> None:
    push = a_push(entry_of_the_job())
    control.fault("ModelService.PatchModel", "error_after", status="UNAVAILABLE")

    statuses = [post(function, push), post(function, push)]

    assert statuses == [503, 200]
    assert len(topics.pull("events")) == 2


@pytest.mark.usefixtures("trained")
def test_a_missing_role_is_a_dead_letter_and_one_failed_event(
    function: FlaskClient, control: Control, topics: Topics
) -> None:
    control.fault(
        "ModelService.PatchModel",
        "error_before",
        status="PERMISSION_DENIED",
        reason="accessDenied",
        message="Permission 'aiplatform.models.upload' denied",
    )

    status = post(function, a_push(entry_of_the_job()))

    (letter,) = topics.pull("dead-letters")
    (event,) = topics.pull("events")
    assert status == 200
    assert letter.attributes["dl-reason"] == "PERMISSION_DENIED"
    assert "aiplatform.models.upload" in letter.attributes["dl-detail"]
    assert event.attributes["ce-type"] == "bqml.registrar.model.v1.failed"


@pytest.mark.usefixtures("trained")
def test_after_mending_a_redriven_dead_letter_settles(
    function: FlaskClient, control: Control, topics: Topics
) -> None:
    control.fault(
        "ModelService.PatchModel", "error_before", status="PERMISSION_DENIED", reason="accessDenied"
    )
    post(function, a_push(entry_of_the_job()))
    (letter,) = topics.pull("dead-letters")
    topics.pull("events")

    status = post(function, a_push(letter.data, attributes=dict(letter.attributes)))

    types = [message.attributes["ce-type"] for message in topics.pull("events")]
    assert status == 200
    assert types[0] == "bqml.registrar.model.v1.registered"


@pytest.mark.usefixtures("trained")
@pytest.mark.parametrize("function", [{"DRY_RUN": "true"}], indirect=True)
def test_a_dry_run_deployment_announces_and_changes_nothing(
    function: FlaskClient, control: Control, topics: Topics
) -> None:
    post(function, a_push(entry_of_the_job()))

    methods = {call["method"].rpartition(".")[2] for call in control.calls()}
    events = topics.pull("events")
    assert {event.attributes["ce-dryrun"] for event in events} == {"true"}
    assert len(events) == 2
    assert not methods & {"PatchModel", "UpdateModel", "MergeVersionAliases"}
