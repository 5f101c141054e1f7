"""The sweep as deployed, under the shipped policy: whose jobs are known, and whose are not."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from google.cloud import bigquery

from tests.analyst import a_client, create_dataset
from tests.builders import CHURN
from tests.functional.cleanups import Run
from tests.functional.running import SWEEPS, Running

POLICY = Path(__file__).resolve().parents[2] / "policy.yaml"
DATASET = {"project": CHURN.project, "dataset": CHURN.dataset}
ASKING = {"vertex": "register", "stage": "prod"}
CREATE = "CREATE MODEL {} OPTIONS(model_type='linear_reg') AS SELECT 1 AS label"
SWEPT = ("reconcile.v1.completed", "DATASET_SWEPT")


@pytest.fixture
def running(run: Run) -> Running:
    """The functions with the shipped policy, and an empty dataset."""
    running = run(POLICY_FILE=str(POLICY))
    create_dataset("prod_sales")
    running.settle()
    return running


def old(name: str, **labels: str) -> dict[str, Any]:
    """A model from before the days for which jobs are searched."""
    made = str(int((time.time() - 8 * 86_400) * 1000))
    return {
        "modelReference": {"projectId": CHURN.project, "datasetId": CHURN.dataset, "modelId": name},
        "modelType": "LOGISTIC_REGRESSION",
        "creationTime": made,
        "lastModifiedTime": made,
        "labels": labels,
    }


def sweep(running: Running) -> tuple[dict[str, int], list[str]]:
    """A sweep of the dataset: what it counted, and what it called about models and jobs."""
    before = len(running.control.calls())
    running.publish(SWEEPS, DATASET)
    running.settle()
    (data,) = (data for kind, _, data in running.look() if kind == SWEPT[0])
    calls = [call["method"].rpartition(".")[2] for call in running.control.calls()[before:]]
    counts = {
        key: value for key, value in data["sweep"].items() if value and isinstance(value, int)
    }
    return counts, [
        call for call in calls if call in {"GetModel", "PatchModel", "GetJob", "ListJobs"}
    ]


def test_old_models_without_labels_are_one_counted_line_and_a_labelled_one_is_registered(
    running: Running,
) -> None:
    models = [old(f"old{n}") for n in range(3)]
    running.control.put_state(bigquery={**running.control.state()["bigquery"], "models": models})

    assert sweep(running) == ({"models": 3, "origin_unknown": 3}, [])
    assert running.events() == [SWEPT]
    assert all(not model.labels for model in a_client().list_models("prod_sales"))

    labelled = [*models, old("asked", **ASKING)]
    running.control.put_state(bigquery={**running.control.state()["bigquery"], "models": labelled})
    counts, calls = sweep(running)

    assert counts == {"models": 4, "origin_unknown": 3, "settled": 1, "missed": 1}
    assert not {"GetJob", "ListJobs"} & set(calls)


def test_a_copy_and_a_script_that_no_event_told_of_are_known_by_one_list(running: Running) -> None:
    dana = a_client("dana@example.com")
    config = bigquery.QueryJobConfig(labels=ASKING)
    create_dataset("tmp")
    dana.query(CREATE.format("tmp.fit")).result(timeout=10)
    script = f"SELECT 1; {CREATE.format('prod_sales.night')}; {CREATE.format('prod_sales.day')}"
    a_client().query(script, job_config=config).result(timeout=10)
    dana.copy_table(
        "analytics-dev.tmp.fit",
        "analytics-dev.prod_sales.copied",
        job_config=bigquery.CopyJobConfig(labels=ASKING),
    ).result(timeout=10)
    a_client().query(CREATE.format("prod_sales.plain")).result(timeout=10)
    running.drop_all()

    counts, calls = sweep(running)

    assert counts == {"models": 4, "skipped": 1, "settled": 3, "missed": 3}
    assert (calls.count("ListJobs"), calls.count("GetJob")) == (2, 0)
    registered = running.control.state()["vertex"]["models"]
    told_by = {model["model_id"]: model["versions"][0]["description"] for model in registered}
    assert told_by == {
        "prod_sales-copied": "Trained by dana@example.com",
        "prod_sales-day": "Trained by ana@example.com",
        "prod_sales-night": "Trained by ana@example.com",
    }
