"""An entry as it came: our own echo, and payloads that are none."""

from __future__ import annotations

import pytest

from bqml_registrar.audit.model_changes import ModelChanged, detect
from bqml_registrar.errors import MalformedError
from tests.builders import an_audit_entry


def test_with_the_echo_filter_off_our_own_change_is_one_like_any_other() -> None:
    echo = an_audit_entry("modelMetadataChange", agent="bqml-registrar/0.1.0")

    assert isinstance(detect(echo, ignore_echo=False), ModelChanged)


@pytest.mark.parametrize(
    "agent", ["bqml-registrar/0.1.0", "bqml-registrar/9"], ids=["ours", "another version of ours"]
)
def test_a_creation_is_never_taken_for_an_echo(agent: str) -> None:
    assert isinstance(detect(an_audit_entry("modelCreation", agent=agent)), ModelChanged)


@pytest.mark.parametrize("key", ["protoPayload", "metadata"])
@pytest.mark.parametrize("value", ["text", [{}], 7, True], ids=["text", "list", "number", "bool"])
def test_a_payload_that_is_no_object_is_malformed(key: str, value: object) -> None:
    entry = an_audit_entry()
    holder = entry if key == "protoPayload" else entry["protoPayload"]
    holder[key] = value

    with pytest.raises(MalformedError, match=key):
        detect(entry)
