"""Requests to delete a model, in any envelope, to their end: the functions on the local cloud."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from google.protobuf import json_format

from tests.analyst import create_dataset, train
from tests.builders import CHURN
from tests.functional.cleanups import (
    COMPLETE,
    GONE,
    REQUEST,
    Run,
    made_again,
    started,
    two_registered,
)
from tests.functional.running import REQUESTS, Running
from tests.functional.serving import NEIGHBOUR, Serving, is_there


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
    running = two_registered(run)
    serving.deploy({"1": CHURN, "2": NEIGHBOUR, "3": NEIGHBOUR}, split=(61, 20, 19))
    serving.deploy({"4": CHURN}, "e2")
    running.publish(REQUESTS, REQUEST)

    running.settle()

    left = serving.at()
    assert left == (["2", "3"], {"2": 51, "3": 49})
    assert serving.at("e2") == ([], {})
    assert (is_there(), is_there(NEIGHBOUR)) == (False, True)


def test_endpoints_of_another_region_than_the_models_are_cleaned_up_as_well(
    run: Run, serving: Serving
) -> None:
    running = started(run, serving)
    serving.deploy({"5": CHURN}, "europe-west4/e5")
    running.publish(REQUESTS, REQUEST)

    running.settle()

    regions = {
        data["deployment"]["endpoint"].split("/")[3]
        for kind, _, data in running.told()
        if kind == "deployment.v1.undeployed"
    }
    assert regions == {"us-central1", "europe-west4"}
    assert serving.at("europe-west4/e5") == ([], {})
    assert not is_there()


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


def test_the_events_have_the_deployed_model_as_vertex_ai_shows_it_with_all_that_it_was_given(
    run: Run, serving: Serving
) -> None:
    running = started(run, serving)
    shown = serving.add(
        "2",
        display_name="churn, large",
        service_account="serving@analytics-dev.iam.gserviceaccount.com",
        dedicated_resources={
            "machine_spec": {"machine_type": "n1-standard-8"},
            "min_replica_count": 2,
            "max_replica_count": 5,
        },
        explanation_spec={"parameters": {"sampled_shapley_attribution": {"path_count": 10}}},
        enable_access_logging=True,
    )
    running.publish(REQUESTS, REQUEST)

    running.settle()

    told = [data["deployment"] for kind, _, data in running.told() if kind.endswith("undeployed")]
    (configuration,) = (each["configuration"] for each in told if each["deployed_model_id"] == "2")
    assert json.loads(configuration) == json_format.MessageToDict(shown)
    assert "sampledShapleyAttribution" in configuration


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


# What a request meant is gone.


def test_a_clean_up_that_was_begun_for_a_model_does_not_go_on_with_its_successor(
    run: Run, serving: Serving
) -> None:
    running = started(run, serving)
    running.publish(REQUESTS, REQUEST)
    (request,) = running.take(REQUESTS)
    running.post("cleanup_endpoints", request)
    (continuation,) = running.take(REQUESTS)
    made_again(running, serving)

    running.post("cleanup_endpoints", continuation)

    # What was announced to leave has left, whoever did it.
    assert running.events() == [COMPLETE[2], ("deletion.v1.cancelled", "STALE_INTENT")]
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
