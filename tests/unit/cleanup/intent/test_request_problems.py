"""What is wrong with a request, in words that a person finds beside the dead letter."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.cleanup.intent.reading import (
    GOES_ON,
    PUBLISHED,
    message,
    refused,
    undeploying,
)


@pytest.mark.parametrize(
    ("keys", "delivery", "detail"),
    [
        pytest.param(
            {},
            {"publish_time": ""},
            "`requested_at` is missing, and the message has no publish time; write "
            "2026-12-01T09:00:00Z",
            id="none",
        ),
        pytest.param(
            {"requested_at": "tomorrow"},
            {},
            "`requested_at` is no RFC 3339 time with a zone ('tomorrow'), write 2026-12-01T09:00:00Z",
            id="no-time",
        ),
        pytest.param(
            {"requested_at": "2026-12-01T09:00:00"},
            {},
            "`requested_at` is no RFC 3339 time with a zone ('2026-12-01T09:00:00'), write "
            "2026-12-01T09:00:00Z",
            id="no-zone",
        ),
        pytest.param(
            {"requested_at": "0001-01-01T00:00:00+05:00"},
            {},
            "`requested_at` is no RFC 3339 time with a zone ('0001-01-01T00:00:00+05:00'), write "
            "2026-12-01T09:00:00Z",
            id="before-all-time",
        ),
        pytest.param(
            {"requested_at": "2026-12-01T09:05:00.124Z"},
            {},
            "`requested_at` is 2026-12-01T09:05:00.124000+00:00, after the message was published; "
            "write a time that has come, or none",
            id="from-the-future",
        ),
        pytest.param(
            {"requested_at": "2026-12-02T09:00:00Z"},
            {"publish_time": "2026-12-03T09:00:00Z", "dl_publishtime": PUBLISHED},
            "`requested_at` is 2026-12-02T09:00:00+00:00, after the message was published; write a "
            "time that has come, or none",
            id="from-the-future-redriven-later",
        ),
        pytest.param(
            {},
            {"dl_publishtime": "then"},
            "the message's first publish time is no RFC 3339 time with a zone ('then'), write "
            "2026-12-01T09:00:00Z",
            id="dead-letters-time-is-none",
        ),
    ],
)
def test_a_time_that_cannot_count_is_refused(
    keys: dict[str, Any], delivery: dict[str, str], detail: str
) -> None:
    assert refused(message(**keys), **delivery) == detail


@pytest.mark.parametrize(
    ("data", "detail"),
    [
        pytest.param(b"", "the request is no JSON: Input data was truncated", id="empty"),
        pytest.param(
            b'{"model": "\xff"}', "the request is no JSON: it is not encoded in UTF-8", id="bytes"
        ),
        pytest.param(b"{model: x}", "the request is no JSON: JSON is malformed: ", id="no-json"),
        pytest.param(
            b"[" * 100_000, "the request cannot be read: Expected `object`, got `array`", id="deep"
        ),
        pytest.param(
            b"{}",
            "the request cannot be read: Object missing required field `model`",
            id="no-model",
        ),
        pytest.param(
            message(foce=True),
            "the request cannot be read: Object contains unknown field `foce`. Its keys are model, "
            "delete, force, etag, reason, requested_at, generation, origin, key, hop, undeployed, "
            "undeploying.",
            id="typo",
        ),
        pytest.param(
            message(delete="true"),
            "`delete`: Expected `bool`, got `str`. true (the default): the model is deleted once it "
            "is deployed nowhere. false: it is only undeployed.",
            id="text-for-true",
        ),
        pytest.param(
            message(force=1), "`force`: Expected `bool`, got `int`. true: ", id="1-for-true"
        ),
        pytest.param(
            message(force=None), "`force`: Expected `bool`, got `null`. ", id="null-for-no"
        ),
        pytest.param(
            message(model="prod_sales.churn"),
            "`model` is no model's name ('prod_sales.churn'), write projects/P/datasets/D/models/M",
            id="sql-name",
        ),
        pytest.param(
            message(reason="x" * 1001), "`reason`: Expected `str` of length <= 1000. ", id="reason"
        ),
        pytest.param(
            message(generation=1793611800000),
            "`generation`: Expected `str | null`, got `int`. The model's creation time in "
            "milliseconds since 1970, as a text",
            id="number",
        ),
        pytest.param(message(generation="soon"), "`generation`: ", id="generation"),
        pytest.param(
            message(origin="whim"),
            "`origin`: Invalid enum value 'whim'. What told of the intent: request, retirement, "
            "expiration, refused_drop, refused_replace, refused_dataset.",
            id="origin",
        ),
        pytest.param(message(hop=-1), "`hop`: Expected `int` >= 0. ", id="hop"),
        pytest.param(message(key=""), "`key`: Expected `str` of length >= 1. ", id="no-key"),
    ],
)
def test_what_is_no_request_is_refused_with_its_place_and_what_belongs_there(
    data: bytes, detail: str
) -> None:
    assert refused(data).startswith(detail)


LONG = "secret-" * 1000


@pytest.mark.parametrize(
    "data",
    [
        message(**{LONG: 1}),
        message(origin=LONG),
        message(model=LONG[:2500]),
        message(requested_at=LONG[:90]),
        message(**GOES_ON, undeploying=[undeploying(endpoint=LONG[:900])]),
        message(etag=LONG),
    ],
    ids=["key", "origin", "model", "requested_at", "endpoint", "etag"],
)
def test_a_refusal_quotes_only_the_beginning_of_what_is_long(data: bytes) -> None:
    detail = refused(data)

    assert detail.count("secret-") < 10
    assert len(detail.encode()) < 1024
