"""Plans of the root module with other values than the examples'."""

from __future__ import annotations

import json
from typing import Any

from tools.terraform.command import Terraform

_HOST = {"project": {"id": "ml-platform", "number": "123456789012"}, "region": "us-central1"}
_ALONE = {**_HOST, "scope": {"project": "ml-platform"}}
_ALL = {**_HOST, "scope": {"organization": "234567890123"}, "reconcile": {"projects": ["sales-1"]}}
_FOLDER = {**_ALL, "scope": {"folder": "345678901234", "organization": "234567890123"}}
_DELIVERY = {
    "repository": "projects/ml-platform/locations/us-central1/connections/c/repositories/r",
    "state_bucket": "ml-platform-state",
    "approvers": ["group:approvers@example.com"],
}
ROLLOUTS: dict[str, dict[str, Any]] = {
    "project": {**_ALONE, "readers": ["group:on-call@example.com"]},
    "organization": _ALL,
    "elsewhere": {**_HOST, "scope": {"project": "sales-1"}, "delivery": _DELIVERY},
    "delivery-organization": {
        **_ALL,
        "delivery": _DELIVERY,
        "bigquery_datasets": ["sales-1.prod_sales"],
    },
    "folder": _FOLDER,
    "datasets": {**_ALL, "bigquery_datasets": ["sales-1.prod_sales"]},
    "eventarc": {**_ALONE, "event_route": "eventarc"},
    "delivery": {**_ALONE, "delivery": _DELIVERY},
    "delivery-folder": {**_FOLDER, "delivery": _DELIVERY},
}


def plan_all(terraform: Terraform) -> dict[str, dict[str, Any]]:
    """Rollout -> its plan, as JSON."""
    return {name: _planned(terraform, name) for name in ROLLOUTS}


def _planned(terraform: Terraform, name: str) -> dict[str, Any]:
    values = terraform.workspace / f"{name}.tfvars.json"
    values.write_text(json.dumps(ROLLOUTS[name]))
    return terraform.planned("terraform", f"-var-file={values}")
