"""Clean-ups that meet lag, too little time, missing roles, bad messages: on the local cloud."""

from __future__ import annotations

import json

import pytest

from local.cloud.control import Control
from tests.builders import CHURN, a_push, an_audit_entry
from tests.functional.cleanups import (
    COMPLETE,
    GONE,
    REQUEST,
    UNDEPLOYED,
    Run,
    started,
    two_registered,
)
from tests.functional.running import REFUSALS, REQUESTS, redriven
from tests.functional.serving import NEIGHBOUR, Serving, is_there, refusal, sql

ENDPOINTS = ("e1", "e2", "e3")


# Lag and time.


@pytest.mark.parametrize("echo", ["true", "false"], ids=["echo ignored", "echo heard"])
def test_a_lag_after_the_undeployment_is_waited_for(
    echo: str, run: Run, serving: Serving, control: Control
) -> None:
    running = started(run, serving, IGNORE_ECHO=echo)
    control.settings(undeploy_visible_latency=0.15, delete_refused_after_undeploy=0.5)
    running.publish(REQUESTS, REQUEST)

    reasons = running.settle()

    refused = [c for c in control.calls() if c["method"].endswith(".DeleteModel")]
    assert refused[0]["status"] != "OK"
    assert reasons[:2] == ["CLEANUP_PLANNED", "CLEANED_UP"]
    assert [event for event in running.events() if "blocked" in event[0]] == []
    assert not is_there()


def test_out_of_time_in_the_middle_a_message_goes_on_and_everything_is_told_once(
    run: Run, serving: Serving, control: Control
) -> None:
    running = started(run, serving, *ENDPOINTS, DELIVERY_SECONDS="1")
    control.settings(undeploy_latency=1.2)
    running.publish(REQUESTS, REQUEST)

    reasons = running.settle()

    kinds = [kind for kind, _ in running.events()]
    assert reasons[0] == "CLEANUP_PLANNED"
    assert "OUT_OF_TIME" in reasons
    assert reasons[-1] == "CLEANED_UP"
    assert {line["severity"] for line in running.lines} <= {"INFO", "DEBUG"}
    assert kinds.count("deployment.v1.undeployplanned") == 3
    assert kinds.count("deployment.v1.undeployed") == 3
    assert kinds.count("deletion.v1.completed") == 1
    assert [serving.at(endpoint) for endpoint in ENDPOINTS] == [([], {})] * 3


@pytest.mark.parametrize("kind", ["error_before", "error_after"])
@pytest.mark.parametrize(
    "method",
    [
        "EndpointService.GetEndpoint",
        "EndpointService.UpdateEndpoint",
        "EndpointService.UndeployModel",
        "Operations.GetOperation",
        "bigquery.v2.ModelService.DeleteModel",
        "Publisher.Publish",
    ],
)
def test_a_service_that_is_down_for_a_moment_costs_a_redelivery_and_nothing_else(
    method: str, kind: str, run: Run, serving: Serving, control: Control
) -> None:
    running = two_registered(run)
    serving.deploy({"1": CHURN, "2": NEIGHBOUR}, split=(60, 40))
    running.publish(REQUESTS, REQUEST)
    control.fault(method, kind, status="UNAVAILABLE")

    reasons = running.settle()

    assert reasons.count("SERVICE_UNAVAILABLE") == 1
    assert running.events() == [*COMPLETE, GONE]
    assert serving.at() == (["2"], {"2": 100})
    assert not is_there()


# What a person has to mend.


def test_a_missing_role_on_one_endpoint_keeps_no_other_back_and_a_redrive_ends_it(
    run: Run, serving: Serving, control: Control
) -> None:
    running = started(run, serving, *ENDPOINTS)
    control.fault(
        "UndeployModel",
        "error_before",
        status="PERMISSION_DENIED",
        message="Permission 'aiplatform.endpoints.undeploy' denied",
    )
    running.publish(REQUESTS, REQUEST)

    reasons = running.settle()

    events = running.events()
    (letter,) = running.letters()
    assert reasons == ["CLEANUP_PLANNED", "PERMISSION_DENIED"]
    assert events.count(UNDEPLOYED) == 2
    assert ("deployment.v1.undeployfailed", "PERMISSION_DENIED") in events
    assert ("model.v1.failed", "PERMISSION_DENIED") in events
    assert letter.attributes["dl-reason"] == "PERMISSION_DENIED"
    assert "aiplatform.endpoints.undeploy" in letter.attributes["dl-detail"]
    assert "dl-publishtime" in letter.attributes
    assert is_there()
    assert sorted(map(len, (serving.at(e)[0] for e in ENDPOINTS))) == [0, 0, 1]  # type: ignore[index]

    running.post("cleanup_endpoints", redriven(letter))
    running.settle()

    events = running.events()
    # The other two are told again with the ids that they had: another instance may not know.
    assert ("deletion.v1.completed", "CLEANED_UP") in events
    assert [serving.at(endpoint) for endpoint in ENDPOINTS] == [([], {})] * 3
    assert running.letters() == []
    assert not is_there()


def test_a_missing_role_to_delete_the_model_is_a_dead_letter_after_all_is_undeployed(
    run: Run, serving: Serving, control: Control
) -> None:
    running = started(run, serving)
    control.fault(
        "bigquery.v2.ModelService.DeleteModel",
        "error_before",
        status="PERMISSION_DENIED",
        reason="accessDenied",
        message="Permission bigquery.models.delete denied",
    )
    running.publish(REQUESTS, REQUEST)
    running.settle()
    (letter,) = running.letters()
    first = running.events()

    running.post("cleanup_endpoints", redriven(letter))

    running.settle()
    assert first[-2:] == [UNDEPLOYED, ("model.v1.failed", "PERMISSION_DENIED")]
    assert "bigquery.models.delete" in letter.attributes["dl-detail"]
    assert ("deletion.v1.completed", "CLEANED_UP") in running.events()
    assert not is_there()


def test_a_refusal_whose_model_cannot_be_looked_up_is_a_dead_letter_that_can_be_redriven(
    run: Run, serving: Serving, control: Control
) -> None:
    running = started(run, serving, on_refused_delete="undeploy_and_retry")
    refusal(lambda: sql("DROP MODEL prod_sales.churn"))
    entry, *_ = running.take(REFUSALS)
    control.fault(
        "bigquery.v2.ModelService.GetModel",
        "error_before",
        status="PERMISSION_DENIED",
        reason="accessDenied",
    )
    status, line = running.post("cleanup_endpoints", entry)
    (letter,) = running.letters()

    running.post("cleanup_endpoints", redriven(letter))

    running.settle()
    assert (status, line["severity"], line["reason"]) == (200, "ERROR", "PERMISSION_DENIED")
    assert ("deletion.v1.completed", "CLEANED_UP") in running.events()
    assert not is_there()


BAD: dict[str, tuple[bytes, str]] = {
    "no JSON": (b"please delete churn", "no JSON"),
    "no object": (b"[]", "the request cannot be read"),
    "no model": (b'{"modle": "churn"}', "modle"),
    "a model's bare name": (b'{"model": "churn"}', "`model` is no model's name"),
    "delete is a text": (json.dumps({**REQUEST, "delete": "yes"}).encode(), "`delete`"),
    "a time without a zone": (
        json.dumps({**REQUEST, "requested_at": "2026-12-01T09:00:00"}).encode(),
        "`requested_at`",
    ),
    "a time to come": (
        json.dumps({**REQUEST, "requested_at": "2099-12-01T09:00:00Z"}).encode(),
        "`requested_at`",
    ),
    "no UTF-8": (b'{"model": "\xff"}', "UTF-8"),
    "a continuation of nothing": (json.dumps({**REQUEST, "hop": 1}).encode(), "`key` is missing"),
}


@pytest.mark.parametrize(("data", "told"), BAD.values(), ids=BAD)
def test_a_message_that_is_no_request_becomes_a_dead_letter_that_says_where(
    data: bytes, told: str, run: Run, control: Control
) -> None:
    running = run()
    running.publish(REQUESTS, data)
    before = len(control.calls())

    reasons = running.settle()

    (letter,) = running.letters()
    methods = {call["method"].rpartition(".")[2] for call in control.calls()[before:]}
    assert reasons == ["MALFORMED_REQUEST"]
    assert letter.data == data
    assert letter.attributes["dl-reason"] == "MALFORMED_REQUEST"
    assert told in letter.attributes["dl-detail"]
    assert methods <= {"Pull", "Acknowledge", "Publish"}
    assert running.events() == []


def test_an_entry_that_tells_of_no_refusal_costs_no_call(run: Run, control: Control) -> None:
    running = run()
    before = len(control.calls())

    _, line = running.post("cleanup_endpoints", a_push(an_audit_entry()))

    assert (line["decision"], line["reason"]) == ("ignored", "NOT_A_REFUSAL")
    assert control.calls()[before:] == []
