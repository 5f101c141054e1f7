"""Who may do what by a plan: every grant in it as one line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Values = Mapping[str, Any]
# Where each kind of grant is made.
_PLACES: dict[str, Callable[[Values, str], str]] = {
    "google_artifact_registry_repository_iam_member": lambda v, _: f"repository {v['repository']}",
    "google_bigquery_dataset_iam_member": lambda v, _: f"dataset {v['project']}.{v['dataset_id']}",
    "google_bigquery_table_iam_member": lambda v, _: f"table {v['dataset_id']}.{v['table_id']}",
    # Its name is not known before the function is there.
    "google_cloud_run_v2_service_iam_member": lambda _, key: f"function {key}",
    "google_folder_iam_member": lambda v, _: v["folder"],
    "google_organization_iam_member": lambda v, _: f"organizations/{v['org_id']}",
    "google_project_iam_member": lambda v, _: f"projects/{v['project']}{_condition(v)}",
    "google_pubsub_subscription_iam_member": lambda v, _: f"subscription {v['subscription']}",
    "google_pubsub_topic_iam_member": lambda v, _: f"topic {v['topic']}",
    "google_service_account_iam_member": lambda v, _: v["service_account_id"],
    "google_storage_bucket_iam_member": lambda v, _: f"bucket {v['bucket']}",
}


def grants(plan: Mapping[str, Any]) -> list[str]:
    """`member | role | where`, sorted; KeyError for a kind of grant that is not known here."""
    return sorted(
        _line(change) for change in plan["resource_changes"] if "_iam_" in change["type"]
        and not change["type"].endswith("_custom_role")
    )  # fmt: skip


def _line(change: Mapping[str, Any]) -> str:
    values, key = change["change"]["after"], str(change.get("index", ""))
    # The identity of a sink is made by Cloud Logging.
    member = values.get("member") or f"the sink {key}"
    return f"{member} | {values['role']} | {_PLACES[change['type']](values, key)}"


def _condition(values: Values) -> str:
    conditions = [each["expression"] for each in values.get("condition") or ()]
    return f" where {' and '.join(conditions)}" if conditions else ""
