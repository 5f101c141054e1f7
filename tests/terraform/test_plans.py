"""What the examples' plans make, read from their JSON: what a reviewer looks for, in every resource."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bqml_registrar.wiring.settings import Settings
from local.cloud.repository import FUNCTIONS, REPOSITORY
from local.cloud.servers import CONCURRENCY, SERVING
from local.cloud.topics import (
    AUDIT_TOPIC,
    DEAD_LETTER_TOPICS,
    DELETION_TOPIC,
    EVENTS_TOPIC,
    RECONCILE_TOPIC,
    REFUSALS_TOPIC,
)
from tools.terraform.command import copied
from tools.terraform.plan_summary import MODULES, SUMMARY, reasons, summary

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

    databases = of_type(plan, "google_firestore_database").values()

    assert all(bucket["force_destroy"] for bucket in buckets)
    assert not any(table["deletion_protection"] for table in tables)
    assert all(dataset["delete_contents_on_destroy"] for dataset in datasets)
    assert {(d["deletion_policy"], d["delete_protection_state"]) for d in databases} == {
        ("DELETE", "DELETE_PROTECTION_DISABLED")
    }


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


# What Terraform rolls out, and what the tests ran, are the same things under the same names.


def functions(plan: Plan) -> dict[str, Mapping[str, Any]]:
    """Function -> what is planned of its service."""
    changes = {
        change["index"]: change["change"]
        for change in plan["resource_changes"]
        if change["type"] == "google_cloudfunctions2_function"
    }
    assert set(changes) == set(FUNCTIONS)
    return {name: change["after"]["service_config"][0] for name, change in changes.items()}


@both
def test_every_function_starts_with_the_environment_that_it_gets(
    plans: Mapping[str, Plan], example: str
) -> None:
    for service in functions(plans[example]).values():
        settings = Settings.read(service["environment_variables"], REPOSITORY / "main.py")

        assert settings.delivery_seconds < service["timeout_seconds"]
        assert settings.dry_run is (example == "organization")


def test_a_function_is_served_as_the_benchmarks_serve_it(plans: Mapping[str, Plan]) -> None:
    service = functions(plans["project"])["register_model"]
    served = {name: service["environment_variables"][name] for name in SERVING}

    assert served == SERVING
    assert service["max_instance_request_concurrency"] == CONCURRENCY


def test_topics_have_the_names_that_the_local_cloud_gives_them(plans: Mapping[str, Plan]) -> None:
    planned = {topic["name"] for topic in of_type(plans["project"], "google_pubsub_topic").values()}
    ours = {AUDIT_TOPIC, REFUSALS_TOPIC, DELETION_TOPIC, RECONCILE_TOPIC, EVENTS_TOPIC}

    assert planned >= ours | set(DEAD_LETTER_TOPICS.values())


def test_every_resource_has_a_sentence_that_says_why() -> None:
    for folder in set(MODULES.values()):
        texts = [path.read_text() for path in (REPOSITORY / folder).glob("*.tf")]
        blocks = re.findall(r'^resource "(\w+)" "(\w+)"', "\n".join(texts), re.MULTILINE)
        told = reasons(folder)

        assert {f"{kind}.{name}" for kind, name in blocks} == set(told)
        assert not [reason for reason in told.values() if not reason.endswith(".")]


def test_the_deploy_page_shows_the_plan_that_is_made(plans: Mapping[str, Plan]) -> None:
    plan = plans["project"]
    page = (REPOSITORY / "docs" / "deploy.md").read_text()
    shown = page.partition("\nChanges to Outputs:\n")[2].partition("\n```")[0]
    outputs = set(re.findall(r"^  \+ (\w+) +=", shown, re.MULTILINE))

    assert f"\nPlan: {len(plan['resource_changes'])} to add," in page
    assert outputs
    assert outputs <= set(plan["planned_values"]["outputs"])


def test_the_summary_of_the_plan_is_fresh(plans: Mapping[str, Plan]) -> None:
    assert SUMMARY.read_text() == summary(plans["project"]), "run `make plan-summary`"


def test_values_of_a_rollout_beside_the_example_do_not_touch_its_tests(tmp_path: Path) -> None:
    theirs = REPOSITORY / "terraform" / "examples" / "project" / "terraform.tfvars"
    is_there = theirs.exists()
    theirs.touch()
    try:
        copied(tmp_path)
    finally:
        if not is_there:
            theirs.unlink()

    assert not (tmp_path / theirs.relative_to(REPOSITORY)).exists()
    assert (tmp_path / "terraform" / "examples" / "project" / "main.tf").exists()
