"""Every entry that is read: its time, its id, and fields that may be null or wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bqml_registrar.audit.entry import Ignored
from bqml_registrar.audit.model_changes import ModelChanged, detect
from bqml_registrar.errors import MalformedError
from tests.builders import CHURN, an_audit_entry


def test_null_is_absent_wherever_it_stands() -> None:
    entry = {**an_audit_entry(), "labels": {"a": None}, "split": None, "operation": None}
    entry["protoPayload"] |= {"authorizationInfo": [None], "serviceData": None, "status": None}
    entry["resource"]["labels"]["location"] = None

    detected = detect(entry)

    assert isinstance(detected, ModelChanged)
    assert detected.name == CHURN


@pytest.mark.parametrize("missing", ["timestamp", "receiveTimestamp"])
def test_either_of_its_times_dates_an_entry(missing: str) -> None:
    detected = detect({**an_audit_entry(), missing: None})

    assert isinstance(detected, ModelChanged)
    assert detected.at.replace(microsecond=0, second=0) == datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


def test_an_entry_without_any_time_is_malformed() -> None:
    with pytest.raises(MalformedError, match="no timestamp"):
        detect({**an_audit_entry(), "timestamp": None, "receiveTimestamp": None})


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
