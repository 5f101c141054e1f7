"""`make generate`: writes everything that is generated. `--check` says what is not fresh."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

from bqml_registrar.events.registry_events import EventType
from bqml_registrar.reasons import Reason
from emulator.documentation import settings_table
from local.cloud.repository import REPOSITORY, SHARED_FILES
from tools.document_schemas import REQUEST_EXAMPLE, policy_json_schema, request_json_schema
from tools.event_examples.messages import example_message
from tools.events.schemas import json_schema, proto_schema
from tools.events.tables import attributes_table, event_types_table, fields_table, sections_table
from tools.terraform.permissions import permissions_table
from tools.terraform.source_files import source_files
from tools.terraform.tables import outputs_table, variables_table


def reasons_table() -> str:
    """Every reason, by outcome."""
    rows = [
        f"| `{reason.name}` | {', '.join(reason.outcomes)} | {reason.meaning} |"
        for reason in Reason
    ]
    return "\n".join(["| Reason | Outcome | What it means |", "|---|---|---|", *rows])


def outcomes_table() -> str:
    """The reasons that are about a model, by outcome: those of ignored entries are left out."""
    rows = [row for row in reasons_table().splitlines() if "| ignored |" not in row]
    return "\n".join(rows)


def generated_files() -> dict[str, str]:
    """Path in the repository -> content, for files that are generated as a whole."""
    examples = {
        f"schemas/examples/{event_type.value}.json": _json(_example(event_type))
        for event_type in EventType
    }
    return {
        "schemas/policy.schema.json": _json(policy_json_schema()),
        "schemas/event.schema.json": _json(json_schema()),
        "schemas/deletion_request.schema.json": _json(request_json_schema()),
        "schemas/examples/deletion_request.json": _json(REQUEST_EXAMPLE),
        "schemas/registry_event.proto": proto_schema(),
        SHARED_FILES.relative_to(REPOSITORY).as_posix(): _json(source_files()),
        f"terraform/{_SUBSCRIBER}/types.json": _json([each.value for each in EventType]),
        **examples,
    }


def _example(event_type: EventType) -> dict[str, object]:
    message = example_message(event_type)
    return {
        "attributes": message.attributes,
        "ordering_key": message.ordering_key,
        "data": json.loads(message.data),
    }


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


_SUBSCRIBER = "modules/subscriber"
_PROJECT, _ALL = "examples/project", "examples/organization"

# (file, marker) -> the table that stands between `<!-- generated: marker -->` and its end.
SECTIONS: dict[tuple[str, str], Callable[[], str]] = {
    ("README.md", "reasons"): outcomes_table,
    ("docs/policy.md", "reasons"): reasons_table,
    ("docs/events.md", "types"): event_types_table,
    ("docs/events.md", "attributes"): attributes_table,
    ("docs/events.md", "sections"): sections_table,
    ("docs/events.md", "fields"): fields_table,
    ("docs/deploy.md", "permissions"): permissions_table,
    ("emulator/README.md", "settings"): settings_table,
    ("terraform/README.md", "variables"): variables_table,
    ("terraform/README.md", "outputs"): outputs_table,
    ("terraform/examples/project/README.md", "variables"): lambda: variables_table(_PROJECT),
    ("terraform/examples/organization/README.md", "variables"): lambda: variables_table(_ALL),
    ("terraform/modules/subscriber/README.md", "variables"): lambda: variables_table(_SUBSCRIBER),
    ("terraform/modules/subscriber/README.md", "outputs"): lambda: outputs_table(_SUBSCRIBER),
}


def with_section(text: str, marker: str, table: str) -> str:
    """The text with what stands between the markers replaced."""
    begin, end = f"<!-- generated: {marker} -->", f"<!-- /generated: {marker} -->"
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if not pattern.search(text):
        raise ValueError(f"no {begin} … {end}")
    return pattern.sub(lambda _: f"{begin}\n{table}\n{end}", text)


def wanted() -> dict[Path, str]:
    """Every file that is generated or holds something generated, as it should be."""
    files = {REPOSITORY / name: content for name, content in generated_files().items()}
    for (name, marker), table in SECTIONS.items():
        path = REPOSITORY / name
        files[path] = with_section(files.get(path) or path.read_text(), marker, table())
    return files


def stale() -> list[Path]:
    """The files that are not as they should be."""
    return [p for p, content in wanted().items() if not p.exists() or p.read_text() != content]


def main() -> int:
    """Write, or with `--check` only tell."""
    changed = stale()
    for path in changed:
        print(path.relative_to(REPOSITORY))
        if "--check" not in sys.argv:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted()[path])
    return 1 if changed and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
