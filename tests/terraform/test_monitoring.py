"""Metrics, alerts and dashboard, held to each other, to the runbook and to what the functions may log.

The lines of functions that do their work are counted in tests/functional/test_log_metrics.py.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import hcl2
import pytest

from tests.terraform.monitoring import (
    TERRAFORM,
    alerts,
    charted,
    entry,
    function_names,
    metric_filters,
    metrics,
)

OPERATIONS = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
OURS = "logging.googleapis.com/user/"
# https://cloud.google.com/monitoring/api/metrics_gcp_p_z, under "pubsub" and "run".
GOOGLES = {
    "pubsub.googleapis.com/subscription/num_undelivered_messages",
    "pubsub.googleapis.com/subscription/oldest_unacked_message_age",
    "pubsub.googleapis.com/topic/send_message_operation_count",
    "run.googleapis.com/container/instance_count",
    "run.googleapis.com/request_count",
    "run.googleapis.com/request_latencies",
}
MODEL = "projects/analytics-dev/datasets/prod_sales/models/churn"


def sections() -> list[str]:
    """The headings under "Alerts"."""
    chapter = OPERATIONS.split("\n## Alerts\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"^### (.+)$", chapter, re.MULTILINE)


def anchor(heading: str) -> str:
    return heading.lower().replace(" ", "-")


# The runbook.


def test_each_alert_has_its_section_and_each_section_its_alert_in_one_order() -> None:
    assert [(anchor(title), title) for title in sections()] == [
        (name, alert.title) for name, alert in alerts().items()
    ]


def test_the_table_of_alerts_names_each_with_its_severity() -> None:
    rows = re.findall(r"^\| \[(.+)\]\(#(.+)\) \|.*\| (\w+) \|$", OPERATIONS, re.MULTILINE)

    assert rows == [(alert.title, name, alert.severity.lower()) for name, alert in alerts().items()]


def test_the_page_tells_of_every_metric_of_ours() -> None:
    told = re.findall(rf"^\| `{OURS}([\w-]+)` \|", OPERATIONS, re.MULTILINE)

    assert told == list(metric_filters())


# Metrics.


def test_every_metric_that_an_alert_or_a_chart_names_exists() -> None:
    ours = set(metric_filters())
    of_alerts = {alert.metric for alert in alerts().values()}
    of_charts = {name.removeprefix(OURS) for name in charted()}

    assert of_alerts | of_charts <= ours | GOOGLES
    assert ours <= of_charts


def test_an_hour_is_longer_than_three_whole_deliveries_and_the_longest_pauses_between() -> None:
    subscriptions = (TERRAFORM / "inboxes.tf").read_text()
    (pause,) = re.findall(r'maximum_backoff += "(\d+)s"', subscriptions)
    (delivery,) = re.findall(
        r"^ +ack_deadline_seconds += (\d+) # the longest", subscriptions, re.MULTILINE
    )

    assert alerts()["messages-wait-too-long"].above > 3 * int(delivery) + 2 * int(pause)


def test_only_what_a_log_line_of_ours_has_is_a_label() -> None:
    (block,) = (
        found['"google_logging_metric"']['"lines"']
        for found in hcl2.loads((TERRAFORM / "monitoring.tf").read_text())["resource"]
        if '"google_logging_metric"' in found
    )
    labels = [label["key"].strip('"') for label in block["metric_descriptor"][0]["labels"]]

    assert labels == list(block["label_extractors"]) == ["decision", "reason"]


# Lines, made up: (function, fields, which metrics count it besides bqml-decisions).

LINES: dict[str, tuple[str, dict[str, Any], set[str]]] = {
    "an ignored entry": ("register_model", {"decision": "ignored", "reason": "NOT_A_MODEL"}, set()),
    "an alias alone": (
        "register_model",
        {"decision": "registered", "model": MODEL, "announced": ["alias.v1.assigned"]},
        set(),
    ),
    "a registration among others": (
        "register_model",
        {
            "decision": "registered",
            "model": MODEL,
            "announced": ["model.v1.registered", "alias.v1.assigned"],
        },
        {"bqml-registrations"},
    ),
    "a registration that was told before it failed": (
        "register_model",
        {
            "decision": "failed",
            "model": MODEL,
            "announced": ["model.v1.registered", "model.v1.failed"],
        },
        {"bqml-registrations", "bqml-registration-failures"},
    ),
    "a registration in a dry run": (
        "register_model",
        {"decision": "registered", "announced": ["model.v1.registered"], "dry_run": True},
        set(),
    ),
    "a failure in a dry run": (
        "register_model",
        {"decision": "failed", "model": MODEL, "dry_run": True},
        {"bqml-registration-failures"},
    ),
    "a failure of no model": (
        "register_model",
        {"decision": "failed", "reason": "MALFORMED_DELIVERY"},
        set(),
    ),
    "a model that the sweep could not settle": (
        "reconcile",
        {"decision": "failed", "reason": "API_DISABLED", "model": MODEL},
        {"bqml-registration-failures"},
    ),
    "a model that the sweep tries again": (
        "reconcile",
        {"decision": "retried", "model": MODEL},
        set(),
    ),
    "a plan to undeploy": (
        "cleanup_endpoints",
        {"decision": "requested", "announced": ["deployment.v1.undeployplanned"]},
        set(),
    ),
    "a failed undeployment beside one that went well": (
        "cleanup_endpoints",
        {
            "decision": "failed",
            "model": MODEL,
            "announced": ["deployment.v1.undeployed", "deployment.v1.undeployfailed"],
        },
        {"bqml-undeployments", "bqml-undeployment-failures"},
    ),
    "a failed undeployment while others go on": (
        "cleanup_endpoints",
        {"decision": "requested", "announced": ["deployment.v1.undeployfailed"]},
        {"bqml-undeployment-failures"},
    ),
    "a delete that failed": (
        "cleanup_endpoints",
        {"decision": "failed", "model": MODEL, "announced": ["model.v1.failed"]},
        set(),
    ),
    "a sweep that found all in order": (
        "reconcile",
        {"decision": "swept", "reason": "DATASET_SWEPT", "counts": {"models": 2, "in_order": 2}},
        set(),
    ),
    "a sweep that made up for something": (
        "reconcile",
        {"decision": "swept", "reason": "DATASET_SWEPT", "counts": {"models": 2, "missed": 1}},
        {"bqml-missed-changes"},
    ),
    "a sweep that goes on, and counts it in the end": (
        "reconcile",
        {"decision": "swept", "reason": "SWEEP_CONTINUES", "counts": {"models": 2, "missed": 1}},
        set(),
    ),
    "a sweep in a dry run": (
        "reconcile",
        {"decision": "swept", "reason": "DATASET_SWEPT", "counts": {"missed": 1}, "dry_run": True},
        set(),
    ),
}


@pytest.mark.parametrize(("function", "fields", "expected"), LINES.values(), ids=LINES)
def test_a_line_is_counted_as_what_it_tells_and_as_nothing_else(
    function: str, fields: dict[str, Any], expected: set[str]
) -> None:
    found = entry(function, fields)

    counted = {name for name, counts in metrics().items() if counts(found)}
    assert counted == {"bqml-decisions", *expected}


def test_a_line_of_no_delivery_is_not_counted() -> None:
    found = entry("register_model", {"message": "RECONCILE_TOPIC is not set."})

    assert not any(counts(found) for counts in metrics().values())


def test_nobody_elses_lines_are_counted_though_they_have_the_same_words() -> None:
    for function, fields, _ in LINES.values():
        of_a_job = entry(function, fields)
        of_a_job["resource"]["type"] = "cloud_run_job"
        of_another = entry(function, fields)
        of_another["resource"]["labels"]["service_name"] += "-copy"

        for found in (of_a_job, of_another):
            assert not any(counts(found) for counts in metrics().values())


def test_the_lines_of_every_function_are_counted() -> None:
    decisions = metrics()["bqml-decisions"]

    assert all(decisions(entry(name, {"decision": "x"})) for name in function_names())
