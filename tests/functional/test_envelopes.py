"""Every envelope through the framework's own server: headers as it gives them, methods, paths, sizes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from flask.testing import FlaskClient

from local.cloud.control import Control
from tests.analyst import a_client
from tests.builders import CHURN, a_job_entry, a_push, an_audit_entry
from tests.functional.topics import Topics

Logged = Callable[[], list[dict[str, Any]]]
Request = tuple[bytes, dict[str, str]]

CAUSE = (
    "projects/analytics-dev/logs/cloudaudit.googleapis.com%2Factivitydlqzgme4yiel1793611805140400"
)


def in_event(event_type: str, body: bytes) -> tuple[dict[str, str], Any]:
    context = {
        "specversion": "1.0",
        "id": CAUSE if "audit" in event_type else "136969346945",
        "source": "//example.googleapis.com/projects/analytics-dev",
        "type": event_type,
        "time": "2026-11-02T09:30:07.000Z",
        "datacontenttype": "application/json",
    }
    return context, json.loads(body)


def binary(event_type: str, body: bytes) -> Request:
    context, _ = in_event(event_type, body)
    headers = {f"ce-{key}": value for key, value in context.items()}
    return body, {**headers, "Content-Type": headers.pop("ce-datacontenttype")}


def structured(event_type: str, body: bytes) -> Request:
    context, data = in_event(event_type, body)
    headers = {"Content-Type": "application/cloudevents+json; charset=utf-8"}
    return json.dumps({**context, "data": data}).encode(), headers


def plain(entry: Mapping[str, Any]) -> bytes:
    return json.dumps(entry).encode()


PUBLISHED = "google.cloud.pubsub.topic.v1.messagePublished"
WRITTEN = "google.cloud.audit.log.v1.written"
JSON = {"Content-Type": "application/json"}
ENVELOPES: dict[str, Callable[[Mapping[str, Any]], Request]] = {
    "wrapped": lambda entry: (a_push(entry), JSON),
    "wrapped, attributes": lambda entry: (a_push(entry, attributes={"k": "v"}), JSON),
    "unwrapped": lambda entry: (plain(entry), {}),
    "unwrapped, metadata": lambda entry: (plain(entry), {"x-goog-pubsub-message-id": "7"}),
    "messagePublished, binary": lambda entry: binary(PUBLISHED, a_push(entry)),
    "messagePublished, structured": lambda entry: structured(PUBLISHED, a_push(entry)),
    "audit, binary": lambda entry: binary(WRITTEN, plain(entry)),
    "audit, structured": lambda entry: structured(WRITTEN, plain(entry)),
}


def post(function: FlaskClient, request: Request, path: str = "/") -> int:
    body, headers = request
    return function.post(path, data=body, headers=headers).status_code


@pytest.mark.usefixtures("trained")
@pytest.mark.parametrize("wrap", ENVELOPES.values(), ids=ENVELOPES)
def test_a_creation_is_registered_and_announced_whatever_it_comes_in(
    wrap: Callable[[Mapping[str, Any]], Request],
    function: FlaskClient,
    topics: Topics,
    logged: Logged,
) -> None:
    status = post(function, wrap(an_audit_entry()))

    (line,) = logged()
    registered, *_ = topics.pull("events")
    assert (status, line["reason"], line["cause_id"]) == (200, "RULE_MATCHED", CAUSE)
    assert registered.attributes["ce-causeid"] == CAUSE


@pytest.mark.parametrize("kind", ["binary", "structured"])
def test_the_cause_of_an_audit_event_is_its_id(
    kind: str, function: FlaskClient, logged: Logged
) -> None:
    wrap = ENVELOPES[f"audit, {kind}"]
    post(
        function,
        wrap(an_audit_entry(name=type(CHURN)(project="a-project", dataset="x", model="m"))),
    )

    (line,) = logged()
    assert line["message_id"] == CAUSE


@pytest.mark.usefixtures("trained")
def test_a_job_whose_entry_is_cut_off_is_asked_for_its_model(
    function: FlaskClient, control: Control, logged: Logged
) -> None:
    job = next(iter(a_client().list_jobs(max_results=1)))
    entry = a_job_entry(destination=None)
    entry["protoPayload"]["metadata"]["jobChange"]["job"]["jobName"] = (
        f"projects/analytics-dev/jobs/{job.job_id}"
    )
    entry["resource"]["labels"]["location"] = "US"

    status = post(function, (a_push(entry), JSON))

    (line,) = logged()
    assert (status, line["reason"], line["model"]) == (200, "RULE_MATCHED", str(CHURN))


@pytest.mark.parametrize("envelope", ["wrapped", "messagePublished, binary"])
def test_a_message_that_holds_no_entry_is_a_dead_letter_with_its_own_bytes(
    envelope: str, function: FlaskClient, topics: Topics
) -> None:
    post(function, (a_push(b"no entry", attributes={"k": "v"}), ENVELOPES[envelope]({})[1]))

    (letter,) = topics.pull("dead-letters")
    assert (letter.data, letter.attributes["k"]) == (b"no entry", "v")
    assert "ce-type" not in letter.attributes


def test_an_event_that_holds_no_entry_is_a_dead_letter_with_its_context(
    function: FlaskClient, topics: Topics
) -> None:
    post(function, (b"no entry", binary(WRITTEN, b"{}")[1]))

    (letter,) = topics.pull("dead-letters")
    assert letter.data == b"no entry"
    assert letter.attributes["ce-type"] == WRITTEN


def test_a_message_as_large_as_pubsub_takes_becomes_a_dead_letter(
    function: FlaskClient, control: Control, logged: Logged
) -> None:
    status = post(function, (a_push(b"x" * 9_999_900), JSON))

    # Not pulled: the official client takes no more than 4 MB from an emulator. Pub/Sub took it.
    (line,) = logged()
    published = [call for call in control.calls() if call["method"].endswith(".Publish")]
    assert (status, line["reason"], "lost" in line) == (200, "MALFORMED_DELIVERY", False)
    assert len(published) == 1


def test_a_body_above_pubsubs_limit_is_answered_200_and_told_by_its_digest(
    function: FlaskClient, topics: Topics, logged: Logged
) -> None:
    status = post(function, (b"x" * 16_000_000, JSON))

    (line,) = logged()
    assert (status, line["reason"]) == (200, "BODY_TOO_LARGE")
    assert "16000000 bytes, sha256" in line["detail"]
    assert topics.pull("dead-letters") == []


@pytest.mark.parametrize("path", ["/", "/some/where", "/?x=1"])
def test_the_path_does_not_matter(path: str, function: FlaskClient, logged: Logged) -> None:
    status = post(function, (a_push(an_audit_entry("modelDataRead")), JSON), path)

    assert (status, logged()[0]["reason"]) == (200, "NOT_A_CHANGE")


@pytest.mark.parametrize(
    ("method", "status"), [("GET", 200), ("HEAD", 200), ("PUT", 405), ("OPTIONS", 405)]
)
def test_what_is_no_post_is_answered_and_kept_out(
    method: str, status: int, function: FlaskClient, topics: Topics
) -> None:
    answer = function.open("/", method=method, data=a_push(an_audit_entry()))

    assert answer.status_code == status
    assert topics.pull("dead-letters") == []


def test_a_compressed_body_is_a_dead_letter_that_says_so(
    function: FlaskClient, topics: Topics
) -> None:
    status = post(function, (b"\x1f\x8b", {**JSON, "Content-Encoding": "gzip"}))

    (letter,) = topics.pull("dead-letters")
    assert status == 200
    assert "compressed (gzip)" in letter.attributes["dl-detail"]
