from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from builders import CHURN, a_push, an_audit_entry
from fakes import FakeGoogle
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.entrypoint import Entrypoint
from shared.errors import PermanentError, RetryableError
from shared.outcome import Outcome
from shared.reasons import Reason
from shared.registry_events import Cause

DEAD_LETTERS = "projects/p/topics/dead-letters"
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def an_entrypoint(google: FakeGoogle, outcome: Outcome | Exception) -> Entrypoint:
    def use_case(entry: Mapping[str, Any], traceparent: str) -> tuple[Outcome, Cause]:
        if isinstance(outcome, Exception):
            raise outcome
        return outcome, Cause(id="log-entry-1", traceparent=traceparent)

    return Entrypoint(
        use_case=use_case,
        publisher=lambda: google.publisher,
        dead_letter_topic=DEAD_LETTERS,
        project="analytics-dev",
    )


def logged(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    (line,) = capsys.readouterr().out.splitlines()
    return json.loads(line)


def test_a_settled_delivery_is_answered_200_and_logged_in_one_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    outcome = Outcome(
        reason=Reason.RULE_MATCHED, name=CHURN, rule="r", announced=("model.v1.registered",)
    )

    answer = an_entrypoint(FakeGoogle(), outcome).answer(a_push(an_audit_entry()), TRACE)

    assert answer == ("", 200)
    assert logged(capsys) == {
        "severity": "INFO",
        "message": Reason.RULE_MATCHED.meaning,
        "decision": "registered",
        "reason": "RULE_MATCHED",
        "model": str(CHURN),
        "rule": "r",
        "announced": ["model.v1.registered"],
        "cause_id": "log-entry-1",
        "message_id": "136969346945",
        "attempt": 1,
        "logging.googleapis.com/trace": (
            "projects/analytics-dev/traces/4bf92f3577b34da6a3ce929d0e0e4736"
        ),
    }


@pytest.mark.parametrize(
    "reason", [reason for reason in Reason if reason.outcome == "retried"], ids=lambda r: r.name
)
def test_what_time_mends_is_answered_503(
    reason: Reason, capsys: pytest.CaptureFixture[str]
) -> None:
    google = FakeGoogle()

    _, status = an_entrypoint(google, RetryableError(reason, "busy")).answer(
        a_push(an_audit_entry()), ""
    )

    line = logged(capsys)
    assert status == 503
    assert google.published == {}
    assert (line["severity"], line["reason"], line["detail"]) == ("WARNING", reason.name, "busy")


@pytest.mark.parametrize(
    "reason", [reason for reason in Reason if reason.outcome == "failed"], ids=lambda r: r.name
)
def test_what_only_a_person_mends_is_dead_lettered_with_the_original_and_answered_200(
    reason: Reason, capsys: pytest.CaptureFixture[str]
) -> None:
    google = FakeGoogle()

    _, status = an_entrypoint(google, PermanentError(reason, "x" * 5000)).answer(
        a_push(an_audit_entry(), attributes={"kept": "yes"}), ""
    )

    (letter,) = google.published[DEAD_LETTERS]
    assert status == 200
    assert json.loads(letter.data) == an_audit_entry()
    assert letter.attributes == {
        "kept": "yes",
        "dl-reason": reason.name,
        "dl-detail": "x" * 1024,
        "dl-publishtime": "2026-11-02T09:30:07.000Z",
    }
    assert logged(capsys)["severity"] == "ERROR"


def test_a_redriven_letter_that_fails_again_keeps_its_first_publish_time() -> None:
    google = FakeGoogle()
    attributes = {"dl-publishtime": "2026-10-01T00:00:00Z", "dl-reason": "API_DISABLED"}
    error = PermanentError(Reason.PERMISSION_DENIED, "still not")

    an_entrypoint(google, error).answer(a_push(an_audit_entry(), attributes=attributes), "")

    (letter,) = google.published[DEAD_LETTERS]
    assert letter.attributes["dl-publishtime"] == "2026-10-01T00:00:00Z"
    assert letter.attributes["dl-reason"] == "PERMISSION_DENIED"


def test_a_letter_never_has_more_attributes_than_pubsub_takes() -> None:
    google = FakeGoogle()
    attributes = {f"k{number}": "v" for number in range(100)}
    error = PermanentError(Reason.PERMISSION_DENIED, "no")

    an_entrypoint(google, error).answer(a_push(an_audit_entry(), attributes=attributes), "")

    (letter,) = google.published[DEAD_LETTERS]
    assert len(letter.attributes) == 100
    assert letter.attributes["dl-reason"] == "PERMISSION_DENIED"


def test_bytes_that_are_no_push_are_dead_lettered_as_they_came(
    capsys: pytest.CaptureFixture[str],
) -> None:
    google = FakeGoogle()

    _, status = an_entrypoint(google, Outcome(reason=Reason.NOT_A_MODEL)).answer(b"\x00\xff", "")

    (letter,) = google.published[DEAD_LETTERS]
    assert (status, letter.data) == (200, b"\x00\xff")
    assert letter.attributes["dl-reason"] == "MALFORMED_DELIVERY"
    assert logged(capsys)["reason"] == "MALFORMED_DELIVERY"


def test_while_the_dead_letter_topic_is_out_of_reach_the_message_stays_in_pubsub() -> None:
    google = FakeGoogle()

    def refuse() -> None:
        raise PermanentError(Reason.PERMISSION_DENIED, "no publisher role")

    google.before["Publish"] = refuse

    _, status = an_entrypoint(google, Outcome(reason=Reason.NOT_A_MODEL)).answer(b"nonsense", "")

    assert status == 503


def test_what_nobody_expected_propagates() -> None:
    entrypoint = an_entrypoint(FakeGoogle(), ZeroDivisionError())

    with pytest.raises(ZeroDivisionError):
        entrypoint.answer(a_push(an_audit_entry()), "")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(st.binary(max_size=300))
def test_any_bytes_get_an_answer_and_nothing_is_lost(
    capsys: pytest.CaptureFixture[str], body: bytes
) -> None:
    google = FakeGoogle()

    _, status = an_entrypoint(google, Outcome(reason=Reason.NOT_A_MODEL)).answer(body, "")

    line = logged(capsys)
    kept = bool(google.published.get(DEAD_LETTERS))
    assert status == 200
    assert kept == (line["reason"] == "MALFORMED_DELIVERY")


def test_an_unreadable_traceparent_is_left_out_of_the_log(
    capsys: pytest.CaptureFixture[str],
) -> None:
    an_entrypoint(FakeGoogle(), Outcome(reason=Reason.NOT_A_MODEL)).answer(
        a_push(an_audit_entry()), "nonsense"
    )

    assert "logging.googleapis.com/trace" not in logged(capsys)
