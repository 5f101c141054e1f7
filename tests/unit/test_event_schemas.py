"""The schema of the topic: one message that holds whatever an event's data can be, and no more."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import jsonschema
import msgspec
import pytest
from builders import CHURN, CREATED, a_model, a_version
from google.protobuf import json_format
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from local.event_schemas import MESSAGE, json_schema, proto_schema
from local.protoc import compiled, message_type
from local.schema_revisions import breaks, proto_fields
from shared.announcements import (
    RegistrationEvents,
    deletion,
    failure,
    gone_version,
    rejection,
)
from shared.cloud_events import Announcer
from shared.errors import PermanentError
from shared.event_examples import example_message
from shared.memory import Memory
from shared.payloads import Alias, GoneVersion, Model, Payload, Verdict, Version
from shared.policy import Register, Reject
from shared.reasons import Reason
from shared.registry_events import Cause, EventType, RegistryEvent

FULL_NAME = f"bqml.registrar.v1.{MESSAGE}"
RegistryEventMessage = message_type(proto_schema(), FULL_NAME)
VALIDATOR = jsonschema.Draft202012Validator(json_schema())


def parsed(data: bytes) -> Message:
    """The data as the topic's schema reads it: a field that it does not know is an error."""
    return json_format.Parse(data, RegistryEventMessage())


def written(message: Message) -> dict[str, Any]:
    return json_format.MessageToDict(
        message,
        preserving_proto_field_name=True,
        always_print_fields_with_no_presence=True,
    )


def test_the_schema_is_one_message_with_all_others_in_it() -> None:
    file = compiled(proto_schema())

    assert file.syntax == "proto3"
    assert [message.name for message in file.message_type] == [MESSAGE]
    assert [*file.dependency, *file.enum_type, *file.service, *file.extension] == []
    assert [field.number for field in file.message_type[0].field] == [1, 2, 3, 4, 5]


def test_every_single_field_is_optional_so_that_the_service_takes_later_revisions() -> None:
    fields = proto_fields(compiled(proto_schema()))
    single = {path for path, traits in fields.items() if traits["label"] == "LABEL_OPTIONAL"}

    assert {path for path in single if not fields[path]["optional"]} == {
        f"{FULL_NAME}.Version.LabelsEntry.key",
        f"{FULL_NAME}.Version.LabelsEntry.value",
    }


@pytest.mark.parametrize("kind", EventType, ids=lambda kind: kind.value)
def test_the_data_of_an_example_is_what_both_schemas_describe(kind: EventType) -> None:
    data = example_message(kind).data

    assert written(parsed(data)) == json.loads(data)
    VALIDATOR.validate(json.loads(data))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ('{"model": {"name": "m", "colour": "red"}}', 'no field named "colour"'),
        ('{"model": {"name": 1}}', "parse name field"),
        ('{"alias": {"name": "prod", "revision": "a"}}', "parse revision field"),
        ('{"version": {"aliases": "prod"}}', "parse aliases field"),
        ('{"alias": {"name": "prod", "revision": 2147483648}}', "out of range"),
        ('["model"]', "must be"),
    ],
    ids=["unknown-field", "wrong-type", "no-number", "no-list", "above-int32", "no-object"],
)
def test_what_the_schema_does_not_describe_is_refused(data: str, message: str) -> None:
    with pytest.raises(json_format.ParseError, match=message):
        parsed(data.encode())


# Random events.

TEXTS = st.text(max_size=30)
MANY = st.lists(TEXTS, max_size=3).map(tuple)
STRATEGIES: dict[type, st.SearchStrategy[Any]] = {
    str: TEXTS,
    int: st.integers(-(2**31), 2**31 - 1),
    bool: st.booleans(),
    tuple[str, ...]: MANY,
    dict[str, str]: st.dictionaries(TEXTS, TEXTS, max_size=3),
}


def any_of(struct: type[msgspec.Struct]) -> st.SearchStrategy[Any]:
    """Any section: every field drawn, so that a new one is drawn too."""
    fields = msgspec.structs.fields(struct)
    return st.builds(struct, **{field.name: STRATEGIES[field.type] for field in fields})


PAYLOADS = st.builds(
    Payload,
    model=any_of(Model),
    verdict=any_of(Verdict),
    version=any_of(Version) | st.just(UNSET),
    alias=any_of(Alias) | st.just(UNSET),
    gone=any_of(GoneVersion) | st.just(UNSET),
)
ANNOUNCER = Announcer(prefix="bqml.registrar", source="//bqml.registrar/projects/analytics-dev")


@given(PAYLOADS, st.sampled_from(EventType), st.sampled_from(Reason))
def test_whatever_is_announced_fits_both_schemas_field_by_field(
    payload: Payload, kind: EventType, reason: Reason
) -> None:
    event = RegistryEvent(type=kind, name=CHURN, reason=reason, payload=payload)
    message = ANNOUNCER.message(event, Cause(id="entry-1"), datetime(2026, 11, 2, tzinfo=UTC))

    assert written(parsed(message.data)) == json.loads(message.data)
    VALIDATOR.validate(json.loads(message.data))


def test_the_strategies_draw_every_section() -> None:
    drawn = {"model", "verdict", "version", "alias", "gone"}

    assert {field.name for field in msgspec.structs.fields(Payload)} == drawn


# The examples: docs/events.md says by them which type carries which section.


def rendered() -> list[RegistryEvent]:
    """An event by each of the ways in which one is rendered."""
    decision = Register(
        reason=Reason.RULE_MATCHED,
        rule="production-models",
        model_id="prod_sales-churn",
        shares_id=False,
        aliases=("prod",),
        labels={},
        description="",
    )
    render = RegistrationEvents(a_model(), decision, a_version("2"), dry_run=False)
    memory = Memory(version="1", generation="1793611800000", aliases=("champion",))
    gone = gone_version(memory, a_version().name)
    refused = Reject(Reason.LABEL_REMOVED, "production-models")
    denied = PermanentError(Reason.PERMISSION_DENIED, "Forbidden")
    return [
        render.registered(),
        render.replaced(memory),
        render.assigned("prod", 1),
        render.withdrawn("prod", 2),
        render.carried_over("champion"),
        render.not_carried_over("champion", a_version("3").name),
        rejection(a_model(), refused, target="digest", mark=1),
        failure(CHURN, a_model(), denied),
        deletion(CHURN, CREATED, gone),
    ]


def test_an_event_of_every_type_is_rendered() -> None:
    assert {event.type for event in rendered()} == set(EventType)


@pytest.mark.parametrize("event", rendered(), ids=lambda event: event.type.value)
def test_what_is_rendered_has_the_sections_of_its_example(event: RegistryEvent) -> None:
    example = json.loads(example_message(event.type).data)

    assert set(msgspec.to_builtins(event.payload)) == set(example)


# Growing.


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """An endpoint."""

    name: str


class Deployment(msgspec.Struct, frozen=True, kw_only=True):
    """A section of a later release.

    With a second paragraph.
    """

    endpoint: Endpoint
    others: tuple[Endpoint, ...] = ()


class Grown(Payload, frozen=True, kw_only=True):
    """The data of a later release."""

    deployment: Deployment | msgspec.UnsetType = UNSET


def test_a_section_of_a_later_release_comes_last_and_breaks_nobody() -> None:
    today, later = (proto_fields(compiled(proto_schema(each))) for each in (Payload, Grown))

    assert breaks(today, later) == []
    assert (
        later[f"bqml.registrar.v1.{MESSAGE}.deployment"]["number"]
        == len(Payload.__struct_fields__) + 1
    )
    assert later[f"{FULL_NAME}.Deployment.others"]["label"] == "LABEL_REPEATED"


def test_docstrings_become_comments_paragraph_by_paragraph() -> None:
    assert """\
  // A section of a later release.
  //
  // With a second paragraph.
  message Deployment {
    optional Endpoint endpoint = 1;
    repeated Endpoint others = 2;
  }
""" in proto_schema(Grown)


def test_a_type_without_a_word_in_the_schema_is_refused_by_name() -> None:
    class Odd(msgspec.Struct):
        """Not for an event."""

        share: float

    with pytest.raises(TypeError, match="RegistryEvent has no type for FloatType"):
        proto_schema(Odd)
