"""The sweep as deployed, on the local cloud: what no event told of, and what is about to end."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from local.cloud.control import Control
from tests.analyst import create_dataset
from tests.builders import CHURN
from tests.functional.cleanups import Run
from tests.functional.running import SWEEPS, Running
from tests.functional.serving import (
    NEIGHBOUR,
    Serving,
    is_there,
    label,
    labels,
    sql,
    train_labelled,
)

SWEPT = ("reconcile.v1.completed", "DATASET_SWEPT")
MISSED = ("reconcile.v1.driftdetected", "MISSED_CHANGE")
DELETED = ("model.v1.deleted", "MODEL_DELETED")
MISSED = ("reconcile.v1.driftdetected", "MISSED_CHANGE")
ORPHANED = ("reconcile.v1.driftdetected", "VERSION_ORPHANED")
DATASET = {"project": CHURN.project, "dataset": CHURN.dataset}


@pytest.fixture
def running(run: Run) -> Running:
    """The functions with the shipped policy's rule, and an empty dataset."""
    running = run()
    create_dataset("prod_sales")
    running.settle()
    return running


# By the functions' own clock; before midnight or after it, a day that has come.
TODAY = datetime.now(UTC).date().isoformat()


def registered(running: Running, **labels: str) -> None:
    """`churn`, as its events had it registered."""
    train_labelled(**labels)
    running.settle()
    running.events()


def swept(running: Running) -> dict[str, int]:
    """A sweep of the dataset; what it counted, without zeros. Its events are left to be looked at."""
    running.publish(SWEEPS, DATASET)
    running.settle()
    (data,) = (data for kind, _, data in running.look() if kind == SWEPT[0])
    return {key: value for key, value in data["sweep"].items() if value and isinstance(value, int)}


def many(control: Control, count: int) -> None:
    """The dataset has that many models, without labels."""
    reference = {"projectId": CHURN.project, "datasetId": CHURN.dataset}
    models = [{"modelReference": {**reference, "modelId": f"m{n}"}} for n in range(count)]
    control.put_state(bigquery={"datasets": [{"datasetReference": reference}], "models": models})


def lines(running: Running) -> list[dict[str, Any]]:
    """The log lines of the sweep alone."""
    return [line for line in running.lines if line["function"] == "reconcile"]


def asked(running: Running, since: int) -> list[str]:
    """The methods that were called since for single models: not what a sweep costs in any case."""
    of_any_sweep = (
        ".ListModels",
        ".GetDataset",
        ".ListDatasets",
        ".BatchGetDocuments",
        ".RunQuery",
    )
    methods = [call["method"] for call in running.control.calls()[since:]]
    own = [m for m in methods if "pubsub" not in m and not m.endswith(of_any_sweep)]
    # The last one is that of the dataset's document.
    return own[:-1] if own and own[-1].endswith(".Commit") else own


def test_a_scheduled_message_fans_out_and_each_dataset_is_swept(running: Running) -> None:
    create_dataset("prod_shop")
    create_dataset("_hidden")
    running.publish(SWEEPS, b"{}")

    reasons = running.settle()

    told = running.told()
    sweeps = {data["sweep"]["id"] for _, _, data in told}
    assert reasons == ["DATASETS_LISTED", "DATASET_SWEPT", "DATASET_SWEPT"]
    assert [(kind, reason) for kind, reason, _ in told] == [SWEPT, SWEPT]
    assert len(sweeps) == 1
    assert [json.loads(data).get("dataset") for data in running.passed_on] == [
        None,
        "prod_sales",
        "prod_shop",
    ]


def test_a_registration_that_no_event_told_of_is_made_up_for_and_counted_apart(
    running: Running,
) -> None:
    train_labelled(stage="prod")
    running.drop_all()

    counts = swept(running)

    assert counts == {"models": 1, "settled": 1, "missed": 1}
    assert running.events() == [
        ("model.v1.registered", "RULE_MATCHED"),
        ("alias.v1.assigned", "RULE_MATCHED"),
        MISSED,
        SWEPT,
    ]


def test_a_label_change_that_no_event_told_of_is_followed(running: Running) -> None:
    registered(running, stage="prod")
    label(stage="champion")
    running.drop_all()

    counts = swept(running)

    assert counts == {"models": 1, "settled": 1, "missed": 1}
    assert running.events() == [
        ("alias.v1.assigned", "RULE_MATCHED"),
        ("alias.v1.removed", "ALIAS_WITHDRAWN"),
        MISSED,
        SWEPT,
    ]


def test_what_is_in_order_is_looked_at_once_and_then_costs_no_call_of_its_own(
    running: Running,
) -> None:
    registered(running, stage="prod")

    first = swept(running)
    since = len(running.control.calls())
    second = swept(running)

    assert first == {"models": 1, "in_order": 1}
    assert second == {"models": 1, "unchanged": 1}
    assert asked(running, since) == []
    assert [event for event in running.events() if event != SWEPT] == []


def test_models_that_no_rule_names_cost_no_call_of_their_own(
    running: Running, control: Control
) -> None:
    many(control, 600)
    since = len(control.calls())

    counts = swept(running)

    assert counts == {"models": 600, "skipped": 600}
    assert asked(running, since) == []


def test_out_of_time_a_message_goes_on_with_the_next_page_and_all_is_counted(run: Run) -> None:
    running = run(DELIVERY_SECONDS="4")
    many(running.control, 600)
    running.control.fault("bigquery.v2.ModelService.ListModels", "latency", seconds=4.1)

    counts = swept(running)

    assert counts == {"models": 600, "skipped": 600}
    assert [line["reason"] for line in lines(running)] == ["SWEEP_CONTINUES", "DATASET_SWEPT"]


def test_a_version_whose_model_is_gone_is_told_of_with_one_id_and_left_alone(
    running: Running, control: Control
) -> None:
    registered(running)
    bigquery = control.state()["bigquery"]
    control.put_state(bigquery={**bigquery, "models": []})

    counts = [swept(running), swept(running)]

    assert counts == [{"missed": 1, "orphans": 1}, {"orphans": 1}]
    assert running.events() == [DELETED, MISSED, ORPHANED, SWEPT, SWEPT]
    assert len(control.state()["vertex"]["models"]) == 1


def test_a_version_whose_dataset_is_gone_is_found_as_well(
    running: Running, control: Control
) -> None:
    create_dataset("prod_shop")
    registered(running)
    bigquery = control.state()["bigquery"]
    left = [d for d in bigquery["datasets"] if d["datasetReference"]["datasetId"] == "prod_shop"]
    control.put_state(bigquery={**bigquery, "datasets": left, "models": []})
    running.publish(SWEEPS, b"{}")

    running.settle()

    assert running.events() == [ORPHANED, SWEPT]


# What is about to end.


EXPIRES = (
    "ALTER MODEL prod_sales.churn SET OPTIONS("
    "expiration_timestamp=TIMESTAMP_ADD(CURRENT_TIMESTAMP(), INTERVAL {hours} HOUR))"
)


@pytest.mark.parametrize("rule", ["notify", "undeploy"])
def test_a_deployed_model_that_expires_soon_is_told_of_or_undeployed_as_the_rule_says(
    rule: str, run: Run, serving: Serving
) -> None:
    running = run(on_expiration=rule, expiration_horizon_hours=48)
    create_dataset("prod_sales")
    registered(running)
    serving.deploy({"1": CHURN})
    sql(EXPIRES.format(hours=40))
    running.settle()
    running.events()

    counts = swept(running)

    last = running.events()[-1]
    assert counts["expirations"] == 1
    assert (
        last
        == {
            "notify": ("deletion.v1.blocked", "NOTIFY_ONLY"),
            "undeploy": ("deletion.v1.ready", "NOTHING_DEPLOYED"),
        }[rule]
    )
    assert serving.at() == ((["1"], {"1": 100}) if rule == "notify" else ([], {}))
    assert is_there()


def test_a_model_that_expires_later_is_left_alone(run: Run, serving: Serving) -> None:
    running = run(on_expiration="undeploy", expiration_horizon_hours=48)
    create_dataset("prod_sales")
    registered(running)
    serving.deploy({"1": CHURN})
    sql(EXPIRES.format(hours=60))
    running.settle()

    counts = swept(running)

    assert "expirations" not in counts
    assert serving.at() == (["1"], {"1": 100})


def test_a_retirement_that_has_become_due_is_asked_for_by_the_sweep_alone(
    run: Run, serving: Serving
) -> None:
    running = run(retire={"label": "retire", "grace_days": 14})
    create_dataset("prod_sales")
    registered(running)
    serving.deploy({"1": CHURN})
    label(retire=TODAY)
    running.drop_all()
    assert labels()["retire"] == TODAY

    counts = swept(running)

    assert counts["retirements"] == 1
    assert running.events()[-2:] == [
        ("deletion.v1.completed", "CLEANED_UP"),
        ("model.v1.deleted", "MODEL_DELETED"),
    ]
    assert not is_there()
    assert serving.at() == ([], {})


# What goes wrong.


def test_one_model_that_cannot_be_settled_does_not_stop_the_others(
    running: Running, control: Control
) -> None:
    for name in (CHURN, NEIGHBOUR, replace(CHURN, model="third")):
        train_labelled(name)
    running.drop_all()
    control.fault(
        "bigquery.v2.ModelService.PatchModel",
        "error_before",
        status="PERMISSION_DENIED",
        reason="accessDenied",
    )

    counts = swept(running)

    (failure,) = running.failures
    assert counts == {"models": 3, "settled": 2, "missed": 2, "failed": 1}
    assert (failure["reason"], failure["severity"]) == ("PERMISSION_DENIED", "WARNING")
    assert failure["model"].startswith("projects/analytics-dev/datasets/prod_sales/models/")
    assert running.letters() == []


@pytest.mark.parametrize(
    "method", ["DatasetService.ListDatasets", "bigquery.v2.ModelService.ListModels"]
)
def test_a_list_that_fails_for_a_moment_is_tried_again(
    method: str, running: Running, control: Control
) -> None:
    control.fault(method, "error_before", status="UNAVAILABLE")
    running.publish(SWEEPS, b"{}")

    reasons = running.settle()

    assert sorted(reasons) == ["DATASETS_LISTED", "DATASET_SWEPT", "SERVICE_UNAVAILABLE"]
    assert running.events() == [SWEPT]


def test_a_dataset_that_is_gone_by_then_is_no_error(running: Running) -> None:
    running.publish(SWEEPS, {**DATASET, "dataset": "nowhere"})

    assert running.settle() == ["DATASET_GONE"]
    assert running.events() == []


@pytest.mark.parametrize(
    "data",
    [b"now", b"[]", b'{"datset": "d"}', b'{"project": "analytics-dev", "dataset": "a-b"}'],
    ids=["no JSON", "no object", "an unknown key", "no dataset's name"],
)
def test_a_message_that_is_no_sweep_becomes_a_dead_letter_that_says_what_to_write(
    data: bytes, running: Running
) -> None:
    running.publish(SWEEPS, data)

    reasons = running.settle()

    (letter,) = running.letters()
    assert reasons == ["MALFORMED_REQUEST"]
    assert letter.data == data
    assert "write {}" in letter.attributes["dl-detail"]


def test_each_delivery_has_one_log_line_with_what_it_counted(running: Running) -> None:
    registered(running)
    running.publish(SWEEPS, b"{}")
    running.settle()

    start, dataset = lines(running)
    assert (start["decision"], start["reason"]) == ("swept", "DATASETS_LISTED")
    assert start["detail"] == "analytics-dev: 1 datasets"
    assert (dataset["decision"], dataset["reason"]) == ("swept", "DATASET_SWEPT")
    assert dataset["detail"] == "models 1, in_order 1"
    assert dataset["counts"] == {"models": 1, "in_order": 1}
    assert dataset["resource"] == "projects/analytics-dev/datasets/prod_sales"
