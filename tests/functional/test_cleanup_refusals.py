"""Refused deletes, from the entry that the local cloud writes to what the rule says."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from local.cloud.control import Control
from tests.analyst import a_client
from tests.builders import CHURN
from tests.functional.cleanups import (
    COMPLETE,
    GONE,
    Run,
    blocked,
    made_again,
    started,
    two_registered,
)
from tests.functional.running import REFUSALS, REQUESTS
from tests.functional.serving import NEIGHBOUR, Serving, is_there, refusal, sql

SECRET = "hush-4711"
DROP = f"DROP MODEL prod_sales.churn -- {SECRET}"
REPLACE = (
    "CREATE OR REPLACE MODEL prod_sales.churn OPTIONS(model_type='linear_reg') "
    f"AS SELECT 1 AS label, '{SECRET}' AS x"
)


@pytest.mark.parametrize("rule", ["notify", "undeploy", "undeploy_and_retry"])
@pytest.mark.parametrize(
    "act",
    [lambda: sql(DROP), lambda: a_client().delete_model("analytics-dev.prod_sales.churn")],
    ids=["DROP MODEL", "models.delete"],
)
def test_a_refused_delete_leads_to_what_the_rule_says(
    act: Callable[[], object], rule: str, run: Run, serving: Serving
) -> None:
    running = started(run, serving, on_refused_delete=rule)
    words = refusal(act)

    running.settle()

    events = running.events()
    deployed = serving.at()
    assert "deployed or being deployed" in words
    assert is_there() == (rule != "undeploy_and_retry")
    assert deployed == ((["1"], {"1": 100}) if rule == "notify" else ([], {}))
    assert (
        events
        == {
            "notify": [("deletion.v1.blocked", "NOTIFY_ONLY")],
            "undeploy": [*COMPLETE[:3], ("deletion.v1.ready", "NOTHING_DEPLOYED")],
            "undeploy_and_retry": [*COMPLETE, GONE],
        }[rule]
    )


def test_what_is_told_of_a_refusal_says_how_to_go_on_and_that_works(
    run: Run, serving: Serving
) -> None:
    running = started(run, serving)
    refusal(lambda: sql(DROP))
    running.settle()
    how = blocked(running)["deletion"]["how_to_go_on"]
    request = json.loads(how.removeprefix("Publish ").rpartition(" to the ")[0])

    running.publish(REQUESTS, request)

    running.settle()
    assert running.events() == [*COMPLETE, GONE]


@pytest.mark.parametrize("rule", ["undeploy", "undeploy_and_retry"])
def test_a_refused_replace_is_made_ready_and_works_when_it_is_tried_again(
    rule: str, run: Run, serving: Serving
) -> None:
    running = started(run, serving, on_refused_delete=rule)
    refusal(lambda: sql(REPLACE))

    running.settle()

    assert running.events()[-1] == ("deletion.v1.ready", "NOTHING_DEPLOYED")
    sql(REPLACE)
    assert serving.at() == ([], {})


@pytest.mark.parametrize(
    "act",
    [
        lambda: sql("DROP SCHEMA prod_sales CASCADE"),
        lambda: a_client().delete_dataset("analytics-dev.prod_sales", delete_contents=True),
    ],
    ids=["DROP SCHEMA", "datasets.delete"],
)
def test_a_refused_delete_of_a_dataset_is_told_for_its_deployed_model_and_touches_nothing(
    act: Callable[[], object], run: Run, serving: Serving
) -> None:
    running = started(run, serving, on_refused_delete="undeploy_and_retry")
    refusal(act)

    running.settle()

    data = blocked(running)
    assert data["deletion"]["intent"] == "refused_dataset"
    assert data["model"]["name"] == str(CHURN)
    assert serving.at() == (["1"], {"1": 100})


def test_the_text_of_a_statement_is_told_nowhere(run: Run, serving: Serving, control: Any) -> None:
    running = started(run, serving, on_refused_delete="undeploy")
    refusal(lambda: sql(REPLACE))
    refusal(lambda: sql(DROP))

    running.settle()

    everything = f"{running.lines} {running.told()} {running.passed_on}"
    assert running.lines[-1]["reason"] == "NOTHING_DEPLOYED"
    assert SECRET in str(control.state()["bigquery"]["jobs"])
    assert SECRET not in everything
    assert "SELECT" not in everything


VARIANTS: dict[str, dict[str, Any]] = {
    "the job names the model": {"refused_job_names_model": ["DROP_MODEL"]},
    "the words are Vertex AI's": {"refused_delete_text": "sdk-issue"},
    "the words are Vertex AI's, wrapped": {"refused_delete_text": "wrapped-sdk-issue"},
    "the status has the words": {"failed_job_status_has_text": True},
    "the entry is split": {"entry_limit": 1500},
}


@pytest.mark.parametrize("settings", VARIANTS.values(), ids=VARIANTS)
def test_whatever_the_entry_of_a_refusal_looks_like_the_model_is_found(
    settings: dict[str, Any], run: Run, serving: Serving, control: Control
) -> None:
    running = started(run, serving, on_refused_delete="undeploy_and_retry")
    control.settings(**settings)
    refusal(lambda: sql(DROP))

    running.settle()

    assert running.events() == [*COMPLETE, GONE]
    assert not is_there()


def denied_job(control: Control) -> None:
    control.fault("JobService.GetJob", "error_before", status="PERMISSION_DENIED", count=50)


def test_where_the_job_may_not_be_read_the_endpoints_in_the_words_tell_of_the_model(
    run: Run, serving: Serving, control: Control
) -> None:
    running = started(run, serving, on_refused_delete="undeploy")
    refusal(lambda: sql(DROP))
    denied_job(control)

    running.settle()

    assert running.events()[-1] == ("deletion.v1.ready", "NOTHING_DEPLOYED")
    assert serving.at() == ([], {})


def test_where_nothing_tells_of_the_model_somebody_is_told_and_nothing_is_touched(
    run: Run, serving: Serving, control: Control
) -> None:
    running = two_registered(run, on_refused_delete="undeploy_and_retry")
    serving.deploy({"1": CHURN, "2": NEIGHBOUR}, split=(60, 40))
    running.events()
    refusal(lambda: sql(DROP))
    denied_job(control)

    running.settle()

    data = blocked(running)
    assert data["verdict"]["reason"] == "MODEL_UNKNOWN"
    assert "endpoints/e1" in data["verdict"]["detail"]
    assert serving.at() == (["1", "2"], {"1": 60, "2": 40})


# What a refusal meant is gone.


def test_a_refusal_that_comes_after_the_model_was_made_again_touches_nothing(
    run: Run, serving: Serving
) -> None:
    running = started(run, serving, on_refused_delete="undeploy_and_retry")
    refusal(lambda: sql(DROP))
    entries = running.take(REFUSALS)
    made_again(running, serving)

    reasons = [running.post("cleanup_endpoints", entry)[1]["reason"] for entry in entries]

    assert set(reasons) == {"STALE_INTENT"}
    assert running.events() == [("deletion.v1.cancelled", "STALE_INTENT")]
    assert is_there()
    assert serving.at("e2") == (["9"], {"9": 100})
