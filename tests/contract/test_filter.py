"""The sink's filter and the function's detection agree on every entry that the local cloud writes.

Real: the statements, by the official client, and the entries that they leave in the log. What the
filter lets through the function acts on (our own echo apart); what it keeps back would be ignored.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from analyst import a_client, create_dataset
from google.api_core.exceptions import GoogleAPICallError

from emulator.audit.query import compile_filter
from local.control import Control
from shared.audit_log import Ignored, ModelChanged, detect

FILTER = Path(__file__).parents[2] / "terraform" / "filters" / "model_changes.txt"
STATEMENTS = (
    "CREATE MODEL prod_sales.churn OPTIONS(model_type='linear_reg') AS SELECT 1 AS label",
    "CREATE OR REPLACE MODEL prod_sales.churn OPTIONS(model_type='linear_reg') AS SELECT 1 AS label",
    "ALTER MODEL prod_sales.churn SET OPTIONS(labels=[('stage', 'prod')])",
    "SELECT * FROM ML.PREDICT(MODEL prod_sales.churn, (SELECT 1 AS x))",
    "SELECT 1; SELECT 2",
    "CREATE TABLE prod_sales.t AS SELECT 1 AS x",
    "CREATE MODEL `_hidden.m` OPTIONS(model_type='kmeans') AS SELECT 1 AS x",
    "CREATE MODEL prod_sales.churn OPTIONS(model_type='linear_reg') AS SELECT 1 AS label",
    "DROP MODEL prod_sales.churn",
    "DROP MODEL prod_sales.churn",
)


@pytest.fixture
def entries(control: Control) -> list[dict[str, Any]]:
    """The log after a day of all kinds of statements, patches and refusals."""
    control.settings(job_latency=0.0)
    for dataset in ("prod_sales", "_hidden"):
        create_dataset(dataset)
    client = a_client()
    for statement in STATEMENTS:
        with contextlib.suppress(GoogleAPICallError):  # the last CREATE and the last DROP
            client.query(statement, retry=None, job_retry=None).result(timeout=10)
    return list(control.state()["logging"]["entries"])


def test_the_filter_lets_through_what_detection_acts_on_and_nothing_else(
    entries: list[dict[str, Any]],
) -> None:
    wakes = compile_filter(FILTER.read_text())
    verdicts = Counter(
        (wakes(entry), isinstance(detect(entry, ignore_echo=False), ModelChanged))
        for entry in entries
    )

    assert set(verdicts) == {(True, True), (False, False)}
    assert verdicts[True, True] >= 6


def test_everything_else_is_ignored_for_a_reason_of_its_kind(entries: list[dict[str, Any]]) -> None:
    ignored = [found for entry in entries if isinstance(found := detect(entry), Ignored)]

    assert {found.reason.name for found in ignored} == {
        "LEGACY_TWIN",
        "NOT_A_CHANGE",
        "NOT_A_MODEL",
        "OPERATION_FAILED",
        "TEMPORARY_DATASET",
    }
