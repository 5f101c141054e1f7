"""modules/subscriber's filters, evaluated by the local cloud's Pub/Sub over an example of every event."""

from __future__ import annotations

import json
from typing import Any

import pytest

from emulator.pubsub.filters import compile_filter
from local.cloud.repository import REPOSITORY
from tools.terraform.command import Terraform

PREFIX = "bqml.registrar."
EXAMPLES = {
    path.stem: json.loads(path.read_text())["attributes"]
    for path in sorted((REPOSITORY / "schemas" / "examples").glob("*.v1.*.json"))
}
REGISTERED = EXAMPLES["model.v1.registered"]
FILTERS: dict[str, dict[str, Any]] = {
    "everything": {},
    "one type": {"types": ["model.v1.registered"]},
    "a group of types": {"types": ["deletion."]},
    "types and a group": {"types": ["model.v1.failed", "reconcile."]},
    "one model's aliases": {"types": ["alias."], "vertex_model": REGISTERED["ce-vertexmodel"]},
    "one model": {
        "project": REGISTERED["ce-project"],
        "dataset": REGISTERED["ce-dataset"],
        "model": REGISTERED["ce-model"],
    },
    "a rule in a region": {"rule": REGISTERED["ce-rule"], "region": REGISTERED["ce-region"]},
    "without dry runs": {"dry_run": False},
    "dry runs alone": {"dry_run": True},
    "a reason": {"reason": "PERMISSION_DENIED"},
    "a version": {"vertex_version": REGISTERED["ce-vertexversion"]},
}
# Where the module asks, the local cloud answers: one instance of it for each filter.
ROOT = """
variable "filters" {
  type = any
}

module "subscriber" {
  source   = "../modules/subscriber"
  for_each = var.filters

  project = { id = "analytics-dev", number = "123456789012" }
  name    = "subscriber"
  topic   = "projects/analytics-dev/topics/bqml-registry-events"
  filter  = each.value
}

output "filters" {
  value = { for key, subscriber in module.subscriber : key => subscriber.filter }
}
"""


@pytest.fixture(scope="module")
def filters(terraform: Terraform) -> dict[str, str]:
    """What the module makes of each of FILTERS."""
    folder = terraform.workspace / "terraform" / "subscribers"
    folder.mkdir()
    (folder / "main.tf").write_text(ROOT)
    (folder / "terraform.tfvars.json").write_text(json.dumps({"filters": FILTERS}))
    planned = terraform.planned("terraform/subscribers")
    made: dict[str, str] = planned["planned_values"]["outputs"]["filters"]["value"]
    return made


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_lets_through_what_it_says_and_nothing_else(
    filters: dict[str, str], name: str
) -> None:
    events = {**EXAMPLES, "a dry run": {**REGISTERED, "ce-dryrun": "true"}}
    lets_through = compile_filter(filters[name]) if filters[name] else (lambda _: True)

    through = {key for key, attributes in events.items() if lets_through(attributes)}

    assert through == {key for key, event in events.items() if is_meant(event, FILTERS[name])}
    assert through


def is_meant(event: dict[str, str], wanted: dict[str, Any]) -> bool:
    """What the variables' descriptions promise."""
    type_ = event["ce-type"].removeprefix(PREFIX)
    types = wanted.get("types")
    of_type = types is None or any(
        type_.startswith(each) if each.endswith(".") else type_ == each for each in types
    )
    values = {key: value for key, value in wanted.items() if key != "types"}
    return of_type and all(event.get(_attribute(key)) == _text(v) for key, v in values.items())


def _attribute(key: str) -> str:
    return f"ce-{key.replace('_', '')}"


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
