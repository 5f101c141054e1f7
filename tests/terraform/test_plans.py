"""What the examples' plans make, read from their JSON: what a reviewer looks for, in every resource."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from local.plan_summary import MODULES, SUMMARY, reasons, summary

Plan = Mapping[str, Any]
PRIMITIVE = {"roles/owner", "roles/editor", "roles/viewer"}
EVERYBODY = ("allUsers", "allAuthenticatedUsers")
AGENT = "serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com"
both = pytest.mark.parametrize("example", ["project", "organization"])


def resources(plan: Plan) -> Iterator[Mapping[str, Any]]:
    yield from _of(plan["planned_values"]["root_module"])


def _of(module: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from module.get("resources", ())
    for child in module.get("child_modules", ()):
        yield from _of(child)


def of_type(plan: Plan, kind: str) -> dict[str, Mapping[str, Any]]:
    """Address -> values."""
    found = {r["address"]: r["values"] for r in resources(plan) if r["type"] == kind}
    assert found, kind
    return found


@both
def test_a_plan_only_makes_things(plans: Mapping[str, Plan], example: str) -> None:
    changes = plans[example]["resource_changes"]

    assert {tuple(change["change"]["actions"]) for change in changes} == {("create",)}


@both
def test_no_grant_is_of_a_primitive_role_or_to_everybody(
    plans: Mapping[str, Plan], example: str
) -> None:
    grants = [r for r in resources(plans[example]) if "_iam_" in r["type"]]

    assert len(grants) > 30
    assert not [r["address"] for r in grants if r["values"].get("role") in PRIMITIVE]
    assert not [r["address"] for r in grants if r["values"].get("member") in EVERYBODY]
    assert not [r["address"] for r in grants if r["type"].endswith(("_iam_binding", "_iam_policy"))]


@both
def test_no_subscription_lacks_dead_letters_and_what_pubsub_needs_for_them(
    plans: Mapping[str, Plan], example: str
) -> None:
    plan = plans[example]
    subscriptions = of_type(plan, "google_pubsub_subscription").values()
    fed = {s["name"] for s in subscriptions if not s["name"].endswith("-dead-letters")}
    may_take = {
        grant["subscription"]
        for grant in of_type(plan, "google_pubsub_subscription_iam_member").values()
        if (grant["role"], grant["member"]) == ("roles/pubsub.subscriber", AGENT)
    }
    topics = {t["name"] for t in of_type(plan, "google_pubsub_topic").values()}
    may_put = {
        grant["topic"]
        for grant in of_type(plan, "google_pubsub_topic_iam_member").values()
        if (grant["role"], grant.get("member")) == ("roles/pubsub.publisher", AGENT)
    }

    assert all(s["dead_letter_policy"] for s in subscriptions if s["name"] in fed)
    assert may_take == fed
    assert may_put == {name for name in topics if name.endswith("-dead-letters")}
    assert {s["name"] for s in subscriptions} >= may_put


@both
def test_every_topic_says_where_messages_may_be_kept(
    plans: Mapping[str, Plan], example: str
) -> None:
    topics = of_type(plans[example], "google_pubsub_topic")

    without = {a for a, topic in topics.items() if not topic["message_storage_policy"]}
    assert all(address.startswith("module.prod_sales.") for address in without)


@both
def test_nothing_outlives_a_destroy(plans: Mapping[str, Plan], example: str) -> None:
    plan = plans[example]
    buckets = of_type(plan, "google_storage_bucket").values()
    tables = of_type(plan, "google_bigquery_table").values()
    datasets = of_type(plan, "google_bigquery_dataset").values()

    assert all(bucket["force_destroy"] for bucket in buckets)
    assert not any(table["deletion_protection"] for table in tables)
    assert all(dataset["delete_contents_on_destroy"] for dataset in datasets)


def test_an_organization_owns_its_roles_and_hears_all_its_projects(
    plans: Mapping[str, Plan],
) -> None:
    plan = plans["organization"]
    sinks = of_type(plan, "google_logging_organization_sink").values()
    grants = of_type(plan, "google_organization_iam_member").values()
    sweep = of_type(plan, "google_cloudfunctions2_function")
    (environment,) = (
        f["service_config"][0]["environment_variables"]
        for address, f in sweep.items()
        if '"reconcile"' in address
    )

    assert len(sinks) == 2
    assert all(sink["include_children"] for sink in sinks)
    assert {grant["org_id"] for grant in grants} == {"345678901234"}
    assert environment["DRY_RUN"] == "true"
    assert environment["RECONCILE_PROJECTS"] == "analytics-dev,analytics-prod"


def test_every_resource_has_a_sentence_that_says_why() -> None:
    told = [reason for folder in set(MODULES.values()) for reason in reasons(folder).values()]

    assert len(told) > 40
    assert not [reason for reason in told if not reason.endswith(".")]


def test_the_summary_of_the_plan_is_fresh(plans: Mapping[str, Plan]) -> None:
    assert SUMMARY.read_text() == summary(plans["project"]), "run `make plan-summary`"
