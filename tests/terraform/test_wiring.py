"""What is wired to what: names that stand in a plan before anything is made, against the intended ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

Rollouts = Mapping[str, Mapping[str, Any]]
HOST = "projects/ml-platform"
AT = "ml-platform.iam.gserviceaccount.com"


def topic(name: str) -> str:
    return f"{HOST}/topics/{name}"


def made(plan: Mapping[str, Any], kind: str, module: str = "") -> dict[str, Mapping[str, Any]]:
    """What stands behind the type in the address, as `inbox["reconcile"]` -> values."""
    found = {
        change["address"].rpartition(f"{kind}.")[2]: change["change"]["after"]
        for change in plan["resource_changes"]
        if change["type"] == kind and change.get("module_address", "") == module
    }
    assert found, kind
    return found


def test_each_subscription_reads_its_topic_and_has_its_functions_dead_letters(
    rollouts: Rollouts,
) -> None:
    subscriptions = made(rollouts["project"], "google_pubsub_subscription")
    wired = {
        s["name"]: (s["topic"], (s["dead_letter_policy"] or [{}])[0].get("dead_letter_topic"))
        for s in subscriptions.values()
    }

    assert wired == {
        "bqml-model-changes": (topic("bqml-model-changes"), topic("bqml-registrar-dead-letters")),
        "bqml-refused-deletes": (topic("bqml-refused-deletes"), topic("bqml-cleanup-dead-letters")),
        "bqml-deletion-requests": (
            topic("bqml-deletion-requests"),
            topic("bqml-cleanup-dead-letters"),
        ),
        "bqml-reconcile": (topic("bqml-reconcile"), topic("bqml-reconcile-dead-letters")),
        "bqml-registrar-dead-letters": (topic("bqml-registrar-dead-letters"), None),
        "bqml-cleanup-dead-letters": (topic("bqml-cleanup-dead-letters"), None),
        "bqml-reconcile-dead-letters": (topic("bqml-reconcile-dead-letters"), None),
    }


def test_messages_are_kept_long_enough_and_no_subscription_expires(rollouts: Rollouts) -> None:
    for subscription in made(rollouts["project"], "google_pubsub_subscription").values():
        days = 31 if subscription["name"].endswith("-dead-letters") else 7
        assert subscription["message_retention_duration"] == f"{days * 86_400}s"
        assert subscription["expiration_policy"] == [{"ttl": ""}]


def test_the_recorder_writes_the_events_into_their_table(rollouts: Rollouts) -> None:
    recorder = made(rollouts["project"], "google_pubsub_subscription", "module.recorder")
    subscription, letters = recorder["subscriber"], recorder["dead_letters"]
    (config,) = subscription["bigquery_config"]
    (policy,) = subscription["dead_letter_policy"]
    (dataset,) = made(rollouts["project"], "google_bigquery_dataset").values()

    assert subscription["topic"] == topic("bqml-registry-events")
    assert (config["table"], config["write_metadata"]) == (
        "ml-platform.bqml_registrar.events",
        True,
    )
    assert policy["dead_letter_topic"] == letters["topic"]
    assert letters["topic"] == topic("bqml-registry-events-recorder-dead-letters")
    assert dataset["location"] == "us-central1"


@pytest.mark.parametrize(
    ("function", "account", "letters"),
    [
        ("register_model", "bqml-registrar", "bqml-registrar-dead-letters"),
        ("cleanup_endpoints", "bqml-cleaner", "bqml-cleanup-dead-letters"),
        ("reconcile", "bqml-reconciler", "bqml-reconcile-dead-letters"),
    ],
)
def test_a_function_runs_as_its_own_account_and_publishes_where_it_should(
    rollouts: Rollouts, function: str, account: str, letters: str
) -> None:
    planned = made(rollouts["project"], "google_cloudfunctions2_function")[
        f'function["{function}"]'
    ]
    (service,), (build,) = planned["service_config"], planned["build_config"]
    topics = {
        name: value
        for name, value in service["environment_variables"].items()
        if name.endswith("_TOPIC")
    }
    sweeps = {"RECONCILE_TOPIC": topic("bqml-reconcile")} if function == "reconcile" else {}

    assert service["service_account_email"] == f"{account}@{AT}"
    assert build["service_account"] == f"{HOST}/serviceAccounts/bqml-build@{AT}"
    assert build["docker_repository"] == f"{HOST}/locations/us-central1/repositories/bqml-registrar"
    assert service["all_traffic_on_latest_revision"]
    assert topics == {
        "EVENTS_TOPIC": topic("bqml-registry-events"),
        "DEAD_LETTER_TOPIC": topic(letters),
        "DELETION_TOPIC": topic("bqml-deletion-requests"),
        **sweeps,
    }


@pytest.mark.parametrize(
    ("name", "kind"),
    [("project", "project"), ("folder", "folder"), ("organization", "organization")],
)
def test_each_sink_fills_its_own_topic_and_is_on(rollouts: Rollouts, name: str, kind: str) -> None:
    sinks = made(rollouts[name], f"google_logging_{kind}_sink")

    assert {key: sink["destination"] for key, sink in sinks.items()} == {
        f'events["{key}"]': f"pubsub.googleapis.com/{topic(f'bqml-{key}')}"
        for key in ("model-changes", "refused-deletes")
    }
    assert not [key for key, sink in sinks.items() if sink["disabled"]]
    assert all(sink.get("unique_writer_identity", True) for sink in sinks.values())


def test_the_scheduler_wakes_the_sweep(rollouts: Rollouts) -> None:
    (job,) = made(rollouts["project"], "google_cloud_scheduler_job").values()

    assert job["pubsub_target"][0]["topic_name"] == topic("bqml-reconcile")
    assert (job["time_zone"], job.get("paused")) == ("Etc/UTC", None)


def test_the_pushes_and_triggers_call_as_the_invoker(rollouts: Rollouts) -> None:
    inboxes = made(rollouts["project"], "google_pubsub_subscription").values()
    pushed = [s["push_config"][0] for s in inboxes if s["push_config"]]
    triggers = made(rollouts["eventarc"], "google_eventarc_trigger").values()
    criteria = [{c["attribute"]: c["value"] for c in t["matching_criteria"]} for t in triggers]

    assert len(pushed) == len(triggers) == 4
    assert {p["oidc_token"][0]["service_account_email"] for p in pushed} == {f"bqml-invoker@{AT}"}
    assert {t["service_account"] for t in triggers} == {f"bqml-invoker@{AT}"}
    assert {t["destination"][0]["cloud_run_service"][0]["region"] for t in triggers} == {
        "us-central1"
    }
    assert {(c["type"], c["serviceName"]) for c in criteria} == {
        ("google.cloud.audit.log.v1.written", "bigquery.googleapis.com")
    }


def test_each_build_runs_as_its_own_account_and_only_the_second_waits(rollouts: Rollouts) -> None:
    triggers = made(rollouts["delivery"], "google_cloudbuild_trigger").values()
    told = {
        trigger["name"]: (
            trigger["service_account"],
            trigger["filename"],
            [each["approval_required"] for each in trigger["approval_config"]],
            trigger["disabled"],
        )
        for trigger in triggers
    }

    assert told == {
        "bqml-registrar-plan": (
            f"{HOST}/serviceAccounts/bqml-planner@{AT}", "cloudbuild.yaml", [], None,
        ),
        "bqml-registrar-apply": (
            f"{HOST}/serviceAccounts/bqml-deployer@{AT}", "cloudbuild.apply.yaml", [True], None,
        ),
    }  # fmt: skip


def test_every_alert_is_on(rollouts: Rollouts) -> None:
    alerts = made(rollouts["project"], "google_monitoring_alert_policy").values()
    thresholds = [c["condition_threshold"] for a in alerts for c in a["conditions"]]

    assert all(alert["enabled"] in (None, True) for alert in alerts)
    assert {t[0]["comparison"] for t in thresholds if t} == {"COMPARISON_GT"}


def test_the_topic_of_events_has_the_schema_and_apis_stay_on(rollouts: Rollouts) -> None:
    events = made(rollouts["project"], "google_pubsub_topic")["events"]
    services = made(rollouts["project"], "google_project_service").values()

    assert events["schema_settings"][0]["schema"] == f"{HOST}/schemas/bqml-registry-event"
    assert not [s["service"] for s in services if s["disable_on_destroy"]]
