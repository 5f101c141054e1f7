from __future__ import annotations

import json

import jsonschema
import pytest

from bqml_registrar.events.registry_events import MEANINGS, EventType
from local.cloud.repository import REPOSITORY
from tools.event_examples.messages import example_message, examples
from tools.events.schemas import json_schema
from tools.generate import generated_files, stale, with_section


def test_everything_generated_is_fresh() -> None:
    assert [path.relative_to(REPOSITORY).as_posix() for path in stale()] == [], "run: make generate"


def test_there_is_nothing_in_schemas_that_is_not_generated_but_committed_revisions() -> None:
    kept = {
        path.relative_to(REPOSITORY).as_posix()
        for path in (REPOSITORY / "schemas").rglob("*")
        if path.is_file() and path.parent.name != "revisions"
    }

    assert kept == {path for path in generated_files() if path.startswith("schemas/")}


@pytest.mark.parametrize("event_type", EventType, ids=lambda event_type: event_type.value)
def test_every_event_type_has_a_meaning_and_an_example_that_meets_the_schema(
    event_type: EventType,
) -> None:
    message = example_message(event_type)

    jsonschema.validate(json.loads(message.data), json_schema())
    assert MEANINGS[event_type].endswith(".")
    assert examples()[event_type].type is event_type
    assert message.attributes["ce-type"].endswith(event_type.value)


def test_a_section_is_replaced_between_its_markers_only() -> None:
    text = "a\n<!-- generated: x -->\nold\n<!-- /generated: x -->\nb\n"

    assert with_section(text, "x", "new") == (
        "a\n<!-- generated: x -->\nnew\n<!-- /generated: x -->\nb\n"
    )


def test_a_missing_marker_is_an_error() -> None:
    with pytest.raises(ValueError, match="no <!-- generated: x -->"):
        with_section("a", "x", "new")
