"""The published schema of the deletion request, and what the function takes."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from bqml_registrar.errors import PermanentError
from tests.builders import CHURN
from tests.unit.cleanup.intent.reading import (
    GOES_ON,
    MEANT,
    SCHEMA,
    TEXTS,
    message,
    read,
    undeploying,
)
from tools.document_schemas import REQUEST_EXAMPLE, request_json_schema

EXAMPLE = Path(__file__).parents[4] / "schemas" / "examples" / "deletion_request.json"


def test_the_published_example_is_one_that_is_read() -> None:
    intent = read(EXAMPLE.read_bytes())

    assert (str(intent.name), intent.reason) == (REQUEST_EXAMPLE["model"], "Replaced by churn_v2")
    assert (intent.deletes, intent.force, intent.etag, intent.meant_at) == (True, False, "", MEANT)


ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 200) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([*request_json_schema()["properties"], "foce"]), ANY))
def test_what_is_read_meets_the_schema_whatever_the_keys_have(keys: dict[str, Any]) -> None:
    keys.setdefault("model", str(CHURN))
    with contextlib.suppress(PermanentError):
        read(json.dumps(keys).encode())
        SCHEMA.validate(keys)


def test_the_schema_is_one_and_describes_every_key() -> None:
    schema = request_json_schema()

    Draft202012Validator.check_schema(schema)
    assert all("description" in key for key in schema["properties"].values())
    assert schema["description"].startswith("A request to delete a BigQuery ML model")


@pytest.mark.parametrize(
    ("keys", "is_valid"),
    [
        ({}, True),
        (GOES_ON, True),
        ({**GOES_ON, "undeploying": [undeploying()]}, True),
        ({"foce": True}, False),
        ({"delete": "true"}, False),
        ({"model": "prod_sales.churn"}, False),
        ({"origin": "whim"}, False),
        ({"hop": 1}, False),
        ({**GOES_ON, "key": None}, False),
        ({"undeployed": 1}, False),
        ({"undeploying": [undeploying()]}, False),
        ({"reason": "x" * 1001}, False),
    ],
    ids=lambda value: ",".join(value)[:40] if isinstance(value, dict) else str(value),
)
def test_the_schema_takes_what_the_function_takes(keys: dict[str, Any], is_valid: bool) -> None:
    def is_read() -> bool:
        try:
            read(message(**keys))
        except PermanentError:
            return False
        return True

    assert SCHEMA.is_valid({"model": str(CHURN), **keys}) == is_read() == is_valid
