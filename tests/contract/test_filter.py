"""The sink's filter and the function's detection agree on every entry that the local cloud writes.

Real: the statements, by the official client, and the entries that they leave in the log. What the
filter lets through the function acts on (our own echo apart); what it keeps back would be ignored.
"""

from __future__ import annotations

import contextlib
import copy
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from google.api_core.exceptions import GoogleAPICallError

from bqml_registrar.audit.entry import Ignored
from bqml_registrar.audit.model_changes import detect
from emulator.audit.query import compile_filter
from local.cloud.control import Control
from tests.analyst import a_client, create_dataset
from tests.builders import a_job_entry, an_audit_entry

ROOT = Path(__file__).parents[2]
WAKES = compile_filter((ROOT / "terraform" / "filters" / "model_changes.txt").read_text())
SAMPLES = sorted((ROOT / "tests" / "events").glob("*.json"))
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
    verdicts = Counter((WAKES(entry), acts_on(entry)) for entry in entries)

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


def acts_on(entry: dict[str, Any]) -> bool:
    return not isinstance(detect(entry, ignore_echo=False), Ignored)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_they_agree_on_every_sample_whole_truncated_or_split(path: Path) -> None:
    sample = json.loads(path.read_text())
    entry = sample.get("data", sample)

    assert WAKES(entry) == acts_on(entry)


def without(entry: dict[str, Any], *path: str) -> dict[str, Any]:
    cut = copy.deepcopy(entry)
    holder = cut["protoPayload"]["metadata"]
    for key in path[:-1]:
        holder = holder[key]
    holder.pop(path[-1], None)
    return cut


def part(entry: dict[str, Any], index: int, *, last: bool = True) -> dict[str, Any]:
    """A part of a split entry; JSON of protocol buffers leaves a zero out."""
    split = {"uid": "u", "totalSplits": 3, **({"index": index} if index else {})}
    return {**entry, "split": split, "operation": {"id": "o", "last": last}}


JOB = ("jobChange", "job")
QUERY = (*JOB, "jobConfig", "queryConfig")
LEFT = {
    "whole model": (an_audit_entry(), True),
    "reason": (without(an_audit_entry(), "modelCreation", "reason"), True),
    "job without its destination": (without(a_job_entry(), *QUERY, "destinationTable"), True),
    "job without its query": (without(a_job_entry(), *QUERY), True),
    "job without its configuration": (without(a_job_entry(), *JOB, "jobConfig"), True),
    "job without its new state": (without(a_job_entry(), "jobChange", "after"), True),
    "job that is running": (a_job_entry(after="RUNNING"), False),
    "SELECT": (a_job_entry("SELECT"), False),
    "failed job": (a_job_entry(error="no"), False),
    "part 0, model": (part(without(an_audit_entry(), "modelCreation"), 0), True),
    "part 1, model": (part(without(an_audit_entry(), "modelCreation"), 1), False),
    "part 1 with the event": (part(an_audit_entry("modelDeletion"), 1), True),
    "part 0, prediction": (part(an_audit_entry("modelDataRead"), 0), False),
    "part 0, job": (part(without(a_job_entry(), *QUERY), 0), True),
    "part 0, job's state elsewhere": (part(without(a_job_entry(), "jobChange", "after"), 0), True),
    "part 1, job": (part(a_job_entry(), 1), False),
    "part 0, failed": (part(an_audit_entry(status={"code": 3}), 0), False),
}


@pytest.mark.parametrize(("entry", "wakes"), LEFT.values(), ids=LEFT)
def test_they_agree_on_what_is_left_of_an_entry(entry: dict[str, Any], wakes: bool) -> None:
    assert (WAKES(entry), acts_on(entry)) == (wakes, wakes)


def test_only_an_entry_that_has_lost_its_event_is_acted_on_but_not_let_through() -> None:
    """No filter can tell it from an event of a kind yet unknown; Eventarc may deliver it."""
    lost = without(an_audit_entry(), "modelCreation")

    assert (WAKES(lost), acts_on(lost)) == (False, True)
