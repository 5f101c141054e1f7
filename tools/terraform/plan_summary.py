"""`make plan-summary`: what the project example makes, and why, in terraform/examples/project/PLAN.md."""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from local.cloud.repository import REPOSITORY
from tools.terraform.command import TerraformError, terraform

SUMMARY = REPOSITORY / "terraform" / "examples" / "project" / "PLAN.md"
_HEAD = """# What `terraform plan` makes

{count} resources, with the values of [terraform.tfvars.example](terraform.tfvars.example). Generated from the plan and
from the comment above each resource by `make plan-summary`; a test compares it with a plan.
"""
_RESOURCE = re.compile(r'((?:^#[^\n]*\n)+)^resource "(\w+)" "(\w+)"', re.MULTILINE)
_SENTENCE_END = re.compile(r"(?<=\.)\s")
_ARCHIVE = "google_storage_bucket_object"  # called after its content, which changes with the code
# What tells a resource without a key from its siblings: the first that it has.
_NAMES = (
    "name", "account_id", "role_id", "repository_id", "table_id", "dataset_id", "display_name",
    "service",
)  # fmt: skip
# module address in the example -> folder of its code
MODULES = {
    "module.bqml_registrar": "terraform",
    "module.bqml_registrar.module.recorder": "terraform/modules/subscriber",
    "module.prod_sales": "terraform/modules/subscriber",
}
_TITLES = {
    "module.bqml_registrar": "The rollout",
    "module.bqml_registrar.module.recorder": "The recorder's subscription",
    "module.prod_sales": "The subscription of a team",
}


def summary(plan: Mapping[str, Any]) -> str:
    """Markdown: a table a module, a row for each resource block, with its instances."""
    resources = list(_resources(plan["planned_values"]["root_module"]))
    by_block: dict[str, dict[str, list[str]]] = {module: defaultdict(list) for module in MODULES}
    for module, block, name in resources:
        by_block[module][block].append(name)
    sections = [_section(module, blocks) for module, blocks in by_block.items()]
    return "\n".join([_HEAD.format(count=len(resources)), *sections])


def reasons(folder: str) -> dict[str, str]:
    """Address of a resource block -> the sentence above it."""
    found = {}
    for path in sorted((REPOSITORY / folder).glob("*.tf")):
        for comment, kind, name in _RESOURCE.findall(path.read_text()):
            words = " ".join(line.lstrip("# ") for line in comment.splitlines())
            found[f"{kind}.{name}"] = _SENTENCE_END.split(words)[0]
    return found


def _section(module: str, blocks: Mapping[str, list[str]]) -> str:
    why = reasons(MODULES[module])
    rows = [
        f"| `{block}` | {', '.join(sorted(names))} | {why[block]} |"
        for block, names in sorted(blocks.items())
    ]
    head = ["| Resource | Which | Why |", "|---|---|---|"]
    return "\n".join([f"## {_TITLES[module]}", "", *head, *rows, ""])


def _resources(module: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(module, block, name) of each resource that is made."""
    for resource in module.get("resources", ()):
        if resource["mode"] == "managed":
            yield module["address"], f"{resource['type']}.{resource['name']}", _name(resource)
    for child in module.get("child_modules", ()):
        yield from _resources(child)


def _name(resource: Mapping[str, Any]) -> str:
    """What it is called; of a grant, whose key it has, or its role; of an archive, whose it is."""
    values, key = resource["values"], resource.get("index", "")
    called = next((values[name] for name in _NAMES if values.get(name)), "")
    if not called or "_iam_member" in resource["type"] or resource["type"] == _ARCHIVE:
        called = key if isinstance(key, str) and key else values.get("role", "")
    return f"`{called}`" if called else ""


def main() -> int:
    """Plan, and write the summary."""
    try:
        with terraform() as command:
            SUMMARY.write_text(summary(command.plan("project")))
    except TerraformError as error:
        print(error, file=sys.stderr)
        return 1
    print(SUMMARY.relative_to(REPOSITORY))
    return 0


if __name__ == "__main__":
    sys.exit(main())
