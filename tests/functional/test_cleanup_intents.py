"""Every intent to delete, from whoever has it to its end: the deployed functions on the local cloud."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from analyst import a_client, create_dataset, train
from builders import CHURN
from running import REFUSALS, REQUESTS, Running
from serving import NEIGHBOUR, Serving, is_there, label, labels, refusal, sql, train_labelled

Run = Callable[..., Running]
REQUEST = {"model": str(CHURN), "reason": "replaced by churn_v2"}
SECRET = "hush-4711"
DROP = f"DROP MODEL prod_sales.churn -- {SECRET}"
REPLACE = (
    "CREATE OR REPLACE MODEL prod_sales.churn OPTIONS(model_type='linear_reg') "
    f"AS SELECT 1 AS label, '{SECRET}' AS x"
)
COMPLETE = [
    ("deletion.v1.requested", "CLEANUP_PLANNED"),
    ("deployment.v1.undeployplanned", "CLEANUP_PLANNED"),
    ("deployment.v1.undeployed", "UNDEPLOYED"),
    ("deletion.v1.completed", "CLEANED_UP"),
]
GONE = ("model.v1.deleted", "MODEL_DELETED")


def started(run: Run, serving: Serving, **given: Any) -> Running:
    """`churn` registered by the function and deployed alone to e1; all of that told and forgotten."""
    running = run(**given)
    create_dataset("prod_sales")
    train_labelled()
    running.settle()
    serving.deploy({"1": CHURN})
    running.events()
    return running


def blocked(running: Running) -> dict[str, Any]:
    """The data of the only event, by which somebody is told why nothing was done."""
    ((kind, _, data),) = running.told()
    assert kind == "deletion.v1.blocked"
    return data


# A request.


def _wrapped(running: Running) -> None:
    running.publish(REQUESTS, REQUEST)


def _unwrapped(running: Running) -> None:
    headers = {
        "x-goog-pubsub-message-id": "7",
        "x-goog-pubsub-publish-time": datetime.now(UTC).isoformat(),
        "x-goog-pubsub-subscription-name": "projects/analytics-dev/subscriptions/requests",
    }
    status, _ = running.post("cleanup_endpoints", json.dumps(REQUEST).encode(), headers)
    assert status == 200


def _as_a_cloud_event(running: Running) -> None:
    running.publish(REQUESTS, REQUEST)
    (push,) = running.take(REQUESTS)
    headers = {
        "ce-id": "7",
        "ce-source": "//pubsub.googleapis.com/projects/analytics-dev/topics/bqml-deletion-requests",
        "ce-specversion": "1.0",
        "ce-type": "google.cloud.pubsub.topic.v1.messagePublished",
    }
    status, _ = running.post("cleanup_endpoints", push, headers)
    assert status == 200


@pytest.mark.parametrize(
    "ask",
    [_wrapped, _unwrapped, _as_a_cloud_event],
    ids=["wrapped push without attributes", "unwrapped push", "CloudEvent of Eventarc"],
)
def test_a_request_in_any_envelope_has_the_model_undeployed_and_deleted(
    ask: Callable[[Running], None], run: Run, serving: Serving
) -> None:
    running = started(run, serving)

    ask(running)

    running.settle()
    assert running.events() == [*COMPLETE, GONE]
    assert not is_there()
    assert serving.at() == ([], {})
    assert running.letters() == []


def test_a_shared_endpoint_keeps_its_other_model_with_all_of_the_traffic(
    run: Run, serving: Serving
) -> None:
    running = run()
    create_dataset("prod_sales")
    for name in (CHURN, NEIGHBOUR):
        train_labelled(name)
    running.settle()
    running.events()
    serving.deploy({"1": CHURN, "2": NEIGHBOUR, "3": NEIGHBOUR}, split=(61, 20, 19))
    serving.deploy({"4": CHURN}, "e2")
    running.publish(REQUESTS, REQUEST)

    running.settle()

    left = serving.at()
    assert left == (["2", "3"], {"2": 51, "3": 49})
    assert serving.at("e2") == ([], {})
    assert (is_there(), is_there(NEIGHBOUR)) == (False, True)


def test_the_events_carry_the_plan_and_what_a_restore_needs(run: Run, serving: Serving) -> None:
    running = started(run, serving)
    running.publish(REQUESTS, REQUEST)

    running.settle()

    told = {kind: data for kind, _, data in running.told()}
    deployment = told["deployment.v1.undeployed"]["deployment"]
    configuration = json.loads(deployment["configuration"])
    plan = json.loads(told["deletion.v1.requested"]["deletion"]["plan"])
    assert told["deletion.v1.requested"]["deletion"]["said"] == REQUEST["reason"]
    assert plan["endpoints"][0]["traffic_before"] == {"1": 100}
    assert deployment["endpoint"].endswith("/locations/us-central1/endpoints/e1")
    assert (deployment["deployed_model_id"], deployment["share"]) == ("1", 100)
    assert configuration["dedicatedResources"] == {
        "machineSpec": {"machineType": "n1-standard-2"},
        "minReplicaCount": 1,
    }


def test_without_delete_the_model_is_only_made_ready(run: Run, serving: Serving) -> None:
    running = started(run, serving)
    running.publish(REQUESTS, {**REQUEST, "delete": False})

    running.settle()

    assert running.events()[-1] == ("deletion.v1.ready", "NOTHING_DEPLOYED")
    assert is_there()
    assert serving.at() == ([], {})


def test_a_dry_run_tells_of_it_all_and_touches_nothing(run: Run, serving: Serving) -> None:
    started(run, serving)
    dry = run(DRY_RUN="true")
    dry.publish(REQUESTS, REQUEST)

    dry.settle()

    told = dry.told()
    assert [(kind, reason) for kind, reason, _ in told] == COMPLETE[:2]
    assert {data["dryrun"] for _, _, data in told} == {"true"}
    assert is_there()
    assert serving.at() == (["1"], {"1": 100})


# A refusal.


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


# What a refusal meant is gone.


def test_a_refusal_that_comes_after_the_model_was_made_again_touches_nothing(
    run: Run, serving: Serving
) -> None:
    running = started(run, serving, on_refused_delete="undeploy_and_retry")
    refusal(lambda: sql(DROP))
    entries = running.take(REFUSALS)
    serving.undeploy("1")
    sql("DROP MODEL prod_sales.churn")
    train_labelled()
    running.settle()
    serving.deploy({"9": CHURN}, "e2")
    running.events()

    reasons = [running.post("cleanup_endpoints", entry)[1]["reason"] for entry in entries]

    assert set(reasons) == {"STALE_INTENT"}
    assert running.events() == [("deletion.v1.cancelled", "STALE_INTENT")]
    assert is_there()
    assert serving.at("e2") == (["9"], {"9": 100})


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"requested_at": (datetime.now(UTC) - timedelta(hours=30)).isoformat()}, "older than"),
        ({"etag": "another"}, "names etag"),
        ({"generation": "1"}, "means generation"),
    ],
    ids=["too old", "another etag", "another generation"],
)
def test_a_request_that_means_another_model_or_time_touches_nothing(
    content: dict[str, str], told: str, run: Run, serving: Serving
) -> None:
    running = started(run, serving, max_intent_age_hours=24)
    running.publish(REQUESTS, {**REQUEST, **content})

    running.settle()

    ((kind, reason, data),) = running.told()
    assert (kind, reason) == ("deletion.v1.cancelled", "STALE_INTENT")
    assert told in data["verdict"]["detail"]
    assert serving.at() == (["1"], {"1": 100})


# A retire label.


RETIRE = {"label": "retire", "grace_days": 14}


def retire(value: str) -> None:
    sql(
        "ALTER MODEL prod_sales.churn SET OPTIONS(labels=[('vertex', 'register'), "
        f"('retire', '{value}')])",
        "bo@example.com",
    )


def in_two_weeks() -> str:
    return (datetime.now(UTC).date() + timedelta(days=14)).isoformat()


def test_a_retire_label_becomes_a_date_and_when_it_is_taken_away_nothing_follows(
    run: Run, serving: Serving
) -> None:
    running = started(run, serving, retire=RETIRE)
    due = in_two_weeks()
    retire("true")
    running.settle()
    (asked,) = running.told()
    normalised = labels()["retire"]
    label(retire=None)

    running.settle()

    assert normalised in (due, in_two_weeks())
    assert asked[:2] == ("deletion.v1.requested", "RETIRING")
    assert asked[2]["deletion"]["due"] == normalised
    assert running.events() == [("deletion.v1.cancelled", "RETIREMENT_WITHDRAWN")]
    assert is_there()
    assert serving.at() == (["1"], {"1": 100})


def test_a_retire_label_whose_date_has_come_ends_the_model(run: Run, serving: Serving) -> None:
    running = started(run, serving, retire=RETIRE)
    retire("2026-01-31")

    running.settle()

    assert running.events() == [("deletion.v1.requested", "RETIRING"), *COMPLETE, GONE]
    assert not is_there()
    assert serving.at() == ([], {})


def test_a_due_retirement_that_is_withdrawn_before_its_request_arrives_touches_nothing(
    run: Run, serving: Serving
) -> None:
    running = started(run, serving, retire=RETIRE)
    retire("2026-01-31")
    for entry in running.take("model-changes"):
        running.post("register_model", entry)
    label(retire=None)
    (request,) = running.take(REQUESTS)

    _, line = running.post("cleanup_endpoints", request)

    assert (line["decision"], line["reason"]) == ("cancelled", "RETIREMENT_WITHDRAWN")
    assert is_there()
    assert serving.at() == (["1"], {"1": 100})


@pytest.mark.parametrize("value", ["soon", "2026-13-01"])
def test_a_retire_label_that_nobody_can_read_is_told_and_touches_nothing(
    value: str, run: Run, serving: Serving
) -> None:
    running = started(run, serving, retire=RETIRE)
    retire(value)

    running.settle()

    assert running.events() == [("deletion.v1.blocked", "RETIRE_LABEL_UNCLEAR")]
    assert labels()["retire"] == value
    assert is_there()


# What asks for nothing.


def test_a_model_that_is_not_there_asks_for_nothing(run: Run) -> None:
    running = run()
    create_dataset("prod_sales")
    running.publish(REQUESTS, REQUEST)

    assert running.settle() == ["MODEL_GONE"]
    assert running.events() == []


def test_a_model_that_is_deployed_nowhere_is_deleted(run: Run) -> None:
    running = run()
    create_dataset("prod_sales")
    train(CHURN)
    running.publish(REQUESTS, REQUEST)

    running.settle()

    assert running.events()[:2] == [COMPLETE[0], COMPLETE[-1]]
    assert not is_there()


def test_each_delivery_has_one_log_line_with_its_decision_and_the_ids_of_its_events(
    run: Run, serving: Serving
) -> None:
    running = started(run, serving)
    seen = len(running.lines)
    running.publish(REQUESTS, REQUEST)
    running.settle()

    mine = [line for line in running.lines[seen:] if line["function"] == "cleanup_endpoints"]
    decisions = [(line["decision"], line["reason"]) for line in mine]
    assert decisions == [("requested", "CLEANUP_PLANNED"), ("completed", "CLEANED_UP")]
    assert {line["model"] for line in mine} == {str(CHURN)}
    assert {line["rule"] for line in mine} == {"production-models"}
    assert [len(line["event_ids"]) for line in mine] == [2, 2]
    assert "endpoints/e1: 1 of 1 deployed model leaves" in mine[0]["detail"]
