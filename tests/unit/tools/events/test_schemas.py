"""The schema of the topic: one message that holds whatever an event's data can be, and no more."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import jsonschema
import msgspec
import pytest
from google.protobuf import json_format
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace

from bqml_registrar.bookkeeping.model_document import PastGeneration
from bqml_registrar.bookkeeping.transitions import Transition
from bqml_registrar.cleanup.events import CleanupEvents
from bqml_registrar.delivery.cloud_events import Announcer
from bqml_registrar.delivery.failure_event import failure
from bqml_registrar.errors import PermanentError
from bqml_registrar.events.payloads import (
    Alias,
    Deletion,
    Deployment,
    Drift,
    GoneVersion,
    Model,
    Payload,
    Sweep,
    Verdict,
    Version,
)
from bqml_registrar.events.registry_events import Cause, EventType, RegistryEvent
from bqml_registrar.names import DatasetName
from bqml_registrar.policy.decisions import Register, Reject
from bqml_registrar.reasons import Reason
from bqml_registrar.registration.events import RegistrationEvents, deletion, rejection
from bqml_registrar.sweep.counts import Counts
from bqml_registrar.sweep.events import completed, drift
from tests.builders import CHURN, CREATED, a_model, a_version, an_intent, an_undeployment
from tools.event_examples.messages import example_message
from tools.events.protoc import compiled, message_type
from tools.events.schema_revisions import breaks, proto_fields
from tools.events.schemas import MESSAGE, json_schema, proto_schema

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
    assert [field.number for field in file.message_type[0].field] == [*range(1, 10)]


def test_every_single_field_is_optional_so_that_the_service_takes_later_revisions() -> None:
    fields = proto_fields(compiled(proto_schema()))
    single = {path for path, traits in fields.items() if traits["label"] == "LABEL_OPTIONAL"}

    of_maps = ("Version.Labels", "Deployment.TrafficBefore", "Deployment.TrafficAfter")
    assert {path for path in single if not fields[path]["optional"]} == {
        f"{FULL_NAME}.{name}Entry.{part}" for name in of_maps for part in ("key", "value")
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


DATASET = DatasetName(project=CHURN.project, dataset=CHURN.dataset)

# Random events.

TEXTS = st.text(max_size=30)
MANY = st.lists(TEXTS, max_size=3).map(tuple)
STRATEGIES: dict[type, st.SearchStrategy[Any]] = {
    str: TEXTS,
    int: st.integers(-(2**31), 2**31 - 1),
    bool: st.booleans(),
    tuple[str, ...]: MANY,
    dict[str, str]: st.dictionaries(TEXTS, TEXTS, max_size=3),
    dict[str, int]: st.dictionaries(TEXTS, st.integers(0, 100), max_size=3),
}


def any_of(struct: type[msgspec.Struct]) -> st.SearchStrategy[Any]:
    """Any section: every field drawn, so that a new one is drawn too."""
    fields = msgspec.structs.fields(struct)
    return st.builds(struct, **{field.name: STRATEGIES[field.type] for field in fields})


DRAWN = {
    "model": any_of(Model),
    "verdict": any_of(Verdict),
    "version": any_of(Version),
    "alias": any_of(Alias),
    "gone": any_of(GoneVersion),
    "deployment": any_of(Deployment),
    "deletion": any_of(Deletion),
    "sweep": any_of(Sweep),
    "drift": any_of(Drift),
}
# Sections that stand in for the model in an event that is about something else.
INSTEAD_OF_MODEL = ("deletion", "sweep", "drift")


def payloads(*always: str) -> st.SearchStrategy[Payload]:
    """Payloads with these sections and any others."""
    whole = {name: strategy for name, strategy in DRAWN.items() if name in {"verdict", *always}}
    others = {name: drawn | st.just(UNSET) for name, drawn in DRAWN.items() if name not in whole}
    return st.builds(Payload, **whole, **others)


PAYLOADS = st.one_of(payloads(name) for name in ("model", *INSTEAD_OF_MODEL))
ANNOUNCER = Announcer(prefix="bqml.registrar", source="//bqml.registrar/projects/analytics-dev")


@given(PAYLOADS, st.sampled_from(EventType), st.sampled_from(Reason))
def test_whatever_is_announced_fits_both_schemas_field_by_field(
    payload: Payload, kind: EventType, reason: Reason
) -> None:
    payload = replace(payload, verdict=replace(payload.verdict, reason=reason.name))
    event = RegistryEvent(type=kind, name=CHURN, payload=payload)
    message = ANNOUNCER.message(event, Cause(id="entry-1"), datetime(2026, 11, 2, tzinfo=UTC))

    assert written(parsed(message.data)) == json.loads(message.data)
    VALIDATOR.validate(json.loads(message.data))


def test_the_strategies_draw_every_section() -> None:
    assert {field.name for field in msgspec.structs.fields(Payload)} == set(DRAWN)


@pytest.mark.parametrize("section", [set(DRAWN) - {"model", "verdict"}], ids=["sections"])
def test_only_some_sections_stand_in_for_the_model(section: set[str]) -> None:
    sufficient = {name for name in section if VALIDATOR.is_valid(least(name, "verdict"))}

    assert sufficient == set(INSTEAD_OF_MODEL)
    assert not VALIDATOR.is_valid(least("verdict"))
    assert not VALIDATOR.is_valid(least("model"))


def least(*sections: str) -> dict[str, Any]:
    """Data of these sections, each with what is required of it."""
    types = {"string": "", "boolean": False, "integer": 0}
    schema: Any = json_schema()["$defs"]
    definitions = {
        name: schema[value["$ref"].rpartition("/")[2]]
        for name, value in schema["Payload"]["properties"].items()
    }
    return {
        name: {
            key: types[definitions[name]["properties"][key]["type"]]
            for key in definitions[name]["required"]
        }
        for name in sections
    }


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
    past = PastGeneration(
        generation="1", ended=CREATED, vertex=a_version().name, aliases=("champion",)
    )
    render = RegistrationEvents(a_model(), decision, a_version("2"), (past,))
    refused = Reject(Reason.LABEL_REMOVED, "production-models")
    denied = PermanentError(Reason.PERMISSION_DENIED, "Forbidden")
    return [
        render.of(a_transition(EventType.MODEL_REGISTERED)),
        render.of(a_transition(EventType.MODEL_REPLACED, target="1")),
        render.of(a_transition(EventType.ALIAS_ASSIGNED, target="prod")),
        render.of(a_transition(EventType.ALIAS_REMOVED, target="prod", before="2")),
        render.of(a_transition(EventType.ALIAS_CARRIEDOVER, target="champion")),
        render.of(a_transition(EventType.ALIAS_REJECTED, target="champion", wanted="3")),
        render.of(a_transition(EventType.ALIAS_REJECTED, target="logistic_reg")),
        rejection(a_model(), refused, key="key"),
        failure(CHURN, a_model(), denied),
        deletion(CHURN, past, key="key"),
        *of_the_cleanup(),
        completed(DATASET, "sweep-1", Counts(models=2)),
        drift(CHURN, "v", "", vertex=a_version().name),
    ]


def a_transition(kind: EventType, **changes: str) -> Transition:
    return Transition(id="id", kind=kind, generation="2", number=1, **changes)


def of_the_cleanup() -> list[RegistryEvent]:
    render = CleanupEvents(an_intent(), a_model(), "production-models", dry_run=False)
    denied = PermanentError(Reason.PERMISSION_DENIED, "Forbidden")
    return [
        render.planned(an_undeployment(), {"1": 100}, {}),
        render.undeployed(an_undeployment()),
        render.undeploy_failed(an_undeployment(), denied),
        render.requested("{}"),
        render.blocked(Reason.NOTIFY_ONLY, "", "{}", "Wait."),
        render.ready(),
        render.completed(),
        render.cancelled(Reason.STALE_INTENT, "too old"),
    ]


def test_an_event_of_every_type_is_rendered() -> None:
    assert {event.type for event in rendered()} == set(EventType)


@pytest.mark.parametrize("event", rendered(), ids=lambda event: event.type.value)
def test_what_is_rendered_has_the_sections_of_its_example(event: RegistryEvent) -> None:
    example = json.loads(example_message(event.type).data)

    assert set(msgspec.to_builtins(event.payload)) == set(example)


# Growing.


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A table."""

    name: str


class Lineage(msgspec.Struct, frozen=True, kw_only=True):
    """A section of a later release.

    With a second paragraph.
    """

    source: Table
    others: tuple[Table, ...] = ()


class Grown(Payload, frozen=True, kw_only=True):
    """The data of a later release."""

    lineage: Lineage | msgspec.UnsetType = UNSET


def test_a_section_of_a_later_release_comes_last_and_breaks_nobody() -> None:
    today, later = (proto_fields(compiled(proto_schema(each))) for each in (Payload, Grown))

    assert breaks(today, later) == []
    assert (
        later[f"bqml.registrar.v1.{MESSAGE}.lineage"]["number"]
        == len(Payload.__struct_fields__) + 1
    )
    assert later[f"{FULL_NAME}.Lineage.others"]["label"] == "LABEL_REPEATED"


def test_docstrings_become_comments_paragraph_by_paragraph() -> None:
    assert """\
  // A section of a later release.
  //
  // With a second paragraph.
  message Lineage {
    optional Table source = 1;
    repeated Table others = 2;
  }
""" in proto_schema(Grown)


def test_a_type_without_a_word_in_the_schema_is_refused_by_name() -> None:
    class Odd(msgspec.Struct):
        """Not for an event."""

        share: float

    with pytest.raises(TypeError, match="RegistryEvent has no type for FloatType"):
        proto_schema(Odd)
