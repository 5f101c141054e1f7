from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

import pytest
from google.pubsub_v1.types import PublishRequest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bqml_registrar.audit.entry import Ignored
from bqml_registrar.audit.model_changes import detect
from bqml_registrar.delivery.dead_letters import LARGEST_BODY
from bqml_registrar.delivery.entrypoint import Entrypoint, UseCase
from bqml_registrar.delivery.outcome import Note, Outcome
from bqml_registrar.errors import DeliveryError, PermanentError, RetryableError
from bqml_registrar.events.registry_events import Cause
from bqml_registrar.messages.envelopes import read_entry
from bqml_registrar.messages.outgoing import OutgoingMessage as Letter
from bqml_registrar.messages.received import ReceivedMessage
from bqml_registrar.reasons import Reason
from emulator.pubsub.messages import check_publish
from tests.builders import CHURN, a_push, an_audit_entry, lower
from tests.fakes.google import FakeGoogle

DEAD_LETTERS = "projects/p/topics/dead-letters"
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def an_entrypoint(google: FakeGoogle, outcome: Outcome | Exception | UseCase) -> Entrypoint:
    def settled(message: ReceivedMessage, traceparent: str) -> tuple[Outcome, Cause]:
        read_entry(message)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome, Cause(id="log-entry-1", traceparent=traceparent)

    return Entrypoint(
        use_case=outcome if callable(outcome) else settled,
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

    answer = an_entrypoint(FakeGoogle(), outcome).answer(
        a_push(an_audit_entry()), {"traceparent": TRACE}
    )

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


def test_what_could_not_be_recalled_has_a_line_of_its_own(
    capsys: pytest.CaptureFixture[str],
) -> None:
    notes = (Note(Reason.MEMORY_REBUILT, "why"), Note(Reason.OUTCOME_UNKNOWN, "what"))
    outcome = Outcome(reason=Reason.RULE_MATCHED, name=CHURN, notes=notes)

    an_entrypoint(FakeGoogle(), outcome).answer(a_push(an_audit_entry()), {})

    *noted, last = map(json.loads, capsys.readouterr().out.splitlines())
    assert [(line["severity"], line["reason"], line["detail"]) for line in noted] == [
        ("WARNING", "MEMORY_REBUILT", "why"),
        ("WARNING", "OUTCOME_UNKNOWN", "what"),
    ]
    assert {(line["model"], line["cause_id"], line["decision"]) for line in noted} == {
        (str(CHURN), "log-entry-1", "noted")
    }
    assert (last["severity"], last["reason"]) == ("INFO", "RULE_MATCHED")


def test_what_a_delivery_was_finished_without_has_a_line_of_its_own(
    capsys: pytest.CaptureFixture[str],
) -> None:
    failure = RetryableError(Reason.SERVICE_UNAVAILABLE, "503").about(
        model=str(CHURN), cause_id="sweep-1"
    )
    outcome = Outcome(reason=Reason.DATASET_SWEPT, failures=(failure,))

    answer = an_entrypoint(FakeGoogle(), outcome).answer(a_push(an_audit_entry()), {})

    first, last = map(json.loads, capsys.readouterr().out.splitlines())
    assert answer == ("", 200)
    assert (first["severity"], first["decision"], first["reason"], first["model"]) == (
        "WARNING",
        "retried",
        "SERVICE_UNAVAILABLE",
        str(CHURN),
    )
    assert (first["detail"], first["cause_id"]) == ("503", "sweep-1")
    assert (last["severity"], last["reason"]) == ("INFO", "DATASET_SWEPT")


@pytest.mark.parametrize(
    ("ended", "severity"),
    [("", "INFO"), ("rejected", "WARNING"), ("blocked", "WARNING")],
    ids=["skipped", "rejected", "blocked"],
)
def test_a_reason_that_can_end_in_several_ways_is_logged_as_it_ended(
    ended: str, severity: str, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = Outcome(reason=Reason.ORIGIN_UNKNOWN, ended=ended)

    an_entrypoint(FakeGoogle(), outcome).answer(a_push(an_audit_entry()), {})

    line = logged(capsys)
    assert (line["severity"], line["decision"]) == (severity, ended or "skipped")


@pytest.mark.parametrize("dry_run", [True, False], ids=["a dry run", "in earnest"])
def test_what_a_sweep_counted_and_whether_it_was_a_dry_run_are_fields_of_their_own(
    dry_run: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = Outcome(reason=Reason.DATASET_SWEPT, counts={"models": 2, "missed": 1})
    entrypoint = replace(an_entrypoint(FakeGoogle(), outcome), dry_run=dry_run)

    entrypoint.answer(a_push(an_audit_entry()), {})

    line = logged(capsys)
    assert line["counts"] == {"models": 2, "missed": 1}
    assert line.get("dry_run", False) is dry_run


@pytest.mark.parametrize("family", [PermanentError, RetryableError])
def test_the_line_of_an_error_tells_what_was_announced_before_it(
    family: type[DeliveryError], capsys: pytest.CaptureFixture[str]
) -> None:
    told = {"announced": ("model.v1.failed",), "event_ids": ("e1",)}
    error = family(Reason.PERMISSION_DENIED, "403").about(**told)

    an_entrypoint(FakeGoogle(), error).answer(a_push(an_audit_entry()), {})

    line = logged(capsys)
    assert (line["announced"], line["event_ids"]) == (["model.v1.failed"], ["e1"])


@pytest.mark.parametrize(
    "reason", [reason for reason in Reason if reason.outcome == "retried"], ids=lambda r: r.name
)
def test_what_time_mends_is_answered_503(
    reason: Reason, capsys: pytest.CaptureFixture[str]
) -> None:
    google = FakeGoogle()

    _, status = an_entrypoint(google, RetryableError(reason, "busy")).answer(
        a_push(an_audit_entry()), {}
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
        a_push(an_audit_entry(), attributes={"kept": "yes"}), {}
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

    an_entrypoint(google, error).answer(a_push(an_audit_entry(), attributes=attributes), {})

    (letter,) = google.published[DEAD_LETTERS]
    assert letter.attributes["dl-publishtime"] == "2026-10-01T00:00:00Z"
    assert letter.attributes["dl-reason"] == "PERMISSION_DENIED"


def test_a_letter_never_has_more_attributes_than_pubsub_takes() -> None:
    google = FakeGoogle()
    attributes = {f"k{number}": "v" for number in range(100)}
    error = PermanentError(Reason.PERMISSION_DENIED, "no")

    an_entrypoint(google, error).answer(a_push(an_audit_entry(), attributes=attributes), {})

    (letter,) = google.published[DEAD_LETTERS]
    assert len(letter.attributes) == 100
    assert letter.attributes["dl-reason"] == "PERMISSION_DENIED"


def test_bytes_that_are_no_push_are_dead_lettered_as_they_came(
    capsys: pytest.CaptureFixture[str],
) -> None:
    google = FakeGoogle()

    _, status = an_entrypoint(google, Outcome(reason=Reason.NOT_A_MODEL)).answer(b"\x00\xff", {})

    (letter,) = google.published[DEAD_LETTERS]
    assert (status, letter.data) == (200, b"\x00\xff")
    assert letter.attributes["dl-reason"] == "MALFORMED_DELIVERY"
    assert logged(capsys)["reason"] == "MALFORMED_DELIVERY"


def test_while_the_dead_letter_topic_is_out_of_reach_the_message_stays_in_pubsub() -> None:
    google = FakeGoogle()

    def refuse() -> None:
        raise PermanentError(Reason.PERMISSION_DENIED, "no publisher role")

    google.before["Publish"] = refuse

    _, status = an_entrypoint(google, Outcome(reason=Reason.NOT_A_MODEL)).answer(b"nonsense", {})

    assert status == 503


def test_what_nobody_expected_propagates() -> None:
    entrypoint = an_entrypoint(FakeGoogle(), ZeroDivisionError())

    with pytest.raises(ZeroDivisionError):
        entrypoint.answer(a_push(an_audit_entry()), {})


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_look_whether_it_is_up_is_answered_and_changes_nothing(
    method: str, capsys: pytest.CaptureFixture[str]
) -> None:
    google = FakeGoogle()

    body, status = an_entrypoint(google, ZeroDivisionError()).answer(b"", {}, method)[:2]

    assert (body.split()[0], status) == ("bqml-registrar", 200)
    assert google.published == {}
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "X" * 500])
def test_another_method_is_refused_for_a_reason(
    method: str, capsys: pytest.CaptureFixture[str]
) -> None:
    google = FakeGoogle()

    answer = an_entrypoint(google, ZeroDivisionError()).answer(a_push(b"{}"), {}, method)

    assert answer[1:] == (405, {"Allow": "GET, HEAD, POST"})
    assert google.published == {}
    assert logged(capsys)["reason"] == "NOT_A_DELIVERY"


def test_a_body_larger_than_any_message_is_not_read_but_its_digest_is_logged(
    capsys: pytest.CaptureFixture[str],
) -> None:
    google, body = FakeGoogle(), b" " * (LARGEST_BODY + 1)

    _, status = an_entrypoint(google, ZeroDivisionError()).answer(body, {})

    line = logged(capsys)
    assert (status, google.published) == (200, {})
    assert (line["severity"], line["reason"]) == ("ERROR", "BODY_TOO_LARGE")
    assert line["detail"] == f"{len(body)} bytes, sha256 {sha256(body).hexdigest()}"


def test_bytes_that_no_message_can_hold_are_told_by_their_digest(
    capsys: pytest.CaptureFixture[str],
) -> None:
    google, body = FakeGoogle(), b"x" * 10_000_001

    _, status = an_entrypoint(google, ZeroDivisionError()).answer(body, {})

    line = logged(capsys)
    assert (status, google.published) == (200, {})
    assert (line["reason"], line["lost"]) == (
        "MALFORMED_DELIVERY",
        f"{len(body)} bytes, sha256 {sha256(body).hexdigest()}",
    )


def test_an_audit_event_is_dead_lettered_with_its_bytes_and_its_context() -> None:
    google, body = FakeGoogle(), json.dumps(an_audit_entry()).encode()
    headers = {
        "Ce-Id": "log-entry-1",
        "Ce-Source": "//cloudaudit.googleapis.com/projects/analytics-dev/logs/activity",
        "Ce-Specversion": "1.0",
        "Ce-Type": "google.cloud.audit.log.v1.written",
        "Ce-Subject": "s" * 2000,
        "Content-Type": "application/json",
        "Authorization": "Bearer secret",
    }
    error = PermanentError(Reason.PERMISSION_DENIED, "no")

    an_entrypoint(google, error).answer(body, lower(headers))

    (letter,) = google.published[DEAD_LETTERS]
    assert letter.data == body
    assert set(letter.attributes) == {
        *(name.lower() for name in headers if name != "Authorization"),
        "dl-reason",
        "dl-detail",
    }
    assert len(letter.attributes["ce-subject"]) == 1024


CONTEXT = {
    "ce-id": "1",
    "ce-source": "//s",
    "ce-specversion": "1.0",
    "ce-type": "google.cloud.audit.log.v1.written",
    "content-type": "application/json",
}
HEADERS = st.sampled_from(
    [
        {},
        CONTEXT,
        {**CONTEXT, "ce-type": "google.cloud.pubsub.topic.v1.messagePublished"},
        {**CONTEXT, "ce-type": "com.example", "Ce-Time": "\xe9" * 2000},
        {"Ce-Specversion": "7"},
        {"Content-Type": "application/cloudevents+json"},
        {"content-type": "application/cloudevents-batch+json"},
        {"Content-Encoding": "gzip", "traceparent": "00-x"},
        {"X-Goog-Pubsub-Message-Id": "7", "googlike": "", "dl-publishtime": ""},
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
PUSHES = st.builds(
    lambda message, more: json.dumps({"message": message, **more}).encode(),
    st.dictionaries(st.sampled_from(["data", "attributes", "messageId", "publishTime"]), JSON),
    st.dictionaries(st.sampled_from(["subscription", "deliveryAttempt"]), JSON, max_size=1),
)
BODIES = st.one_of(
    st.binary(max_size=300),
    JSON.map(lambda value: json.dumps(value).encode()),
    PUSHES,
    st.builds(
        a_push,
        st.binary(max_size=50) | JSON.map(lambda value: json.dumps(value).encode()),
        st.dictionaries(
            st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8"))
        ),
    ),
)


def only_detect(message: ReceivedMessage, traceparent: str) -> tuple[Outcome, Cause]:
    """A use case as far as the entry goes."""
    found = detect(read_entry(message))
    reason = found.reason if isinstance(found, Ignored) else Reason.RULE_MATCHED
    return Outcome(reason=reason), Cause(id="", traceparent=traceparent)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=250)
@given(BODIES, HEADERS)
def test_any_request_is_answered_for_a_reason_and_ignored_or_kept_once(
    capsys: pytest.CaptureFixture[str], body: bytes, headers: dict[str, str]
) -> None:
    google = FakeGoogle()

    _, status = an_entrypoint(google, only_detect).answer(body, lower(headers))[:2]

    line = logged(capsys)
    letters = google.published.get(DEAD_LETTERS, [])
    assert status == 200
    assert line["reason"] in Reason.__members__
    assert (len(letters), line["decision"]) in {(0, "ignored"), (1, "failed")}
    for letter in letters:
        check_publish(request_of(letter))


def request_of(letter: Letter) -> PublishRequest:
    return PublishRequest.pb(
        PublishRequest(
            topic=DEAD_LETTERS, messages=[{"data": letter.data, "attributes": letter.attributes}]
        )
    )


def test_an_unreadable_traceparent_is_left_out_of_the_log(
    capsys: pytest.CaptureFixture[str],
) -> None:
    an_entrypoint(FakeGoogle(), Outcome(reason=Reason.NOT_A_MODEL)).answer(
        a_push(an_audit_entry()), {"traceparent": "nonsense"}
    )

    assert "logging.googleapis.com/trace" not in logged(capsys)
