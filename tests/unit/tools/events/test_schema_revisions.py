"""What may follow a committed revision of the schema and what may not, and that ours may."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
)

from local.cloud.repository import REPOSITORY
from tools.events.protoc import compiled
from tools.events.schema_revisions import Fields, breaks, json_fields, proto_fields
from tools.events.schemas import json_schema, proto_schema

REVISIONS = REPOSITORY / "schemas" / "revisions"

# The committed revisions, each against all that came later and against what the code makes now.


def revisions(suffix: str) -> list[Path]:
    return sorted(REVISIONS.glob(f"*{suffix}"), key=lambda path: int(path.stem))


def fields_of(path: Path, known: Fields | None = None) -> Fields:
    if path.suffix == ".json":
        return json_fields(json.loads(path.read_text()), known)
    return proto_fields(compiled(path.read_text()))


def test_the_revisions_are_numbered_from_1_and_have_both_schemas() -> None:
    numbers = [str(number + 1) for number in range(len(revisions(".proto")))]

    assert numbers
    assert sorted(path.name for path in REVISIONS.iterdir()) == sorted(
        f"{number}{suffix}" for number, suffix in product(numbers, (".proto", ".json"))
    )


@pytest.mark.parametrize("path", revisions(".proto"), ids=lambda path: path.name)
def test_the_proto_of_today_may_follow_every_revision(path: Path) -> None:
    assert breaks(fields_of(path), proto_fields(compiled(proto_schema()))) == []


@pytest.mark.parametrize("path", revisions(".json"), ids=lambda path: path.name)
def test_the_json_schema_of_today_may_follow_every_revision(path: Path) -> None:
    before = fields_of(path)

    assert breaks(before, json_fields(json_schema(), before)) == []


@pytest.mark.parametrize("suffix", [".proto", ".json"])
def test_every_revision_may_follow_those_before_it(suffix: str) -> None:
    broken = {
        (before.name, after.name): breaks(fields_of(before), fields_of(after, fields_of(before)))
        for before, after in combinations(revisions(suffix), 2)
    }

    assert {pair: lines for pair, lines in broken.items() if lines} == {}


# What is reported, on a small .proto.

BASE = """\
syntax = "proto3";
package p;
message Event {
  optional Model model = 1;
  repeated string tags = 2;
  map<string, string> labels = 3;
  message Model { optional string name = 1; optional int32 count = 2; optional bool old = 3; }
}
"""


def after(old: str, new: str) -> list[str]:
    assert BASE.count(old) == 1, old
    mutated = BASE.replace(old, new)
    return breaks(proto_fields(compiled(BASE)), proto_fields(compiled(mutated)))


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        pytest.param(
            "optional int32 count = 2;", "", "Model.count: removed or renamed", id="removed"
        ),
        pytest.param(
            "optional int32 count = 2;",
            "reserved 2;",
            "Model.count: removed or renamed",
            id="reserved",
        ),
        pytest.param("count", "counter", "Model.count: removed or renamed", id="renamed"),
        pytest.param("count = 2", "count = 4", "Model.count: number was 2, is 4", id="renumbered"),
        pytest.param(
            "name = 1; optional int32 count = 2",
            "name = 2; optional int32 count = 1",
            "Model.count: number was 2, is 1",
            id="numbers-swapped",
        ),
        pytest.param(
            "int32", "int64", "Model.count: type was TYPE_INT32, is TYPE_INT64", id="retyped"
        ),
        pytest.param(
            "int32", "string", "Model.count: type was TYPE_INT32, is TYPE_STRING", id="to-text"
        ),
        pytest.param(
            "optional int32",
            "repeated int32",
            "Model.count: label was LABEL_OPTIONAL, is LABEL_REPEATED",
            id="to-many",
        ),
        pytest.param(
            "repeated string",
            "optional string",
            "tags: label was LABEL_REPEATED, is LABEL_OPTIONAL",
            id="to-one",
        ),
        pytest.param(
            "map<string, string>",
            "map<string, int32>",
            "LabelsEntry.value: type was TYPE_STRING, is TYPE_INT32",
            id="map-retyped",
        ),
        pytest.param(
            "map<string, string>",
            "optional string",
            "LabelsEntry.key: removed or renamed",
            id="map-to-text",
        ),
        pytest.param(
            "  optional Model model = 1;\n", "", "model: removed or renamed", id="section-removed"
        ),
        pytest.param(
            "Model model = 1",
            "string model = 1",
            "model: type was TYPE_MESSAGE.p.Event.Model, is TYPE_STRING",
            id="section-to-text",
        ),
        pytest.param(
            "count = 2",
            'count = 2 [json_name = "n"]',
            "Model.count: name in JSON was count, is n",
            id="renamed-in-json",
        ),
        pytest.param(
            "optional int32 count = 2;",
            "oneof either { int32 count = 2; }",
            "Model.count: oneof was none, is either",
            id="one-of-several",
        ),
        pytest.param(
            "optional int32",
            "int32",
            "Model.count: optional was True, is False",
            id="no-longer-optional",
        ),
        pytest.param(
            "bool old = 3;",
            "bool old = 3; string new = 4;",
            "Model.new: new and not optional",
            id="new-and-not-optional",
        ),
        pytest.param("package p", "package q", "count: removed or renamed", id="package-renamed"),
        pytest.param(
            "message Event", "message Other", "count: removed or renamed", id="message-renamed"
        ),
    ],
)
def test_what_would_break_a_subscriber_is_reported(old: str, new: str, found: str) -> None:
    reported = after(old, new)

    assert any(line.endswith(found) for line in reported), reported


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("old = 3;", "old = 3; optional string new = 4;", id="field-added"),
        pytest.param(
            "  message Model",
            "  optional Gone gone = 4;\n  message Gone { repeated string tags = 1; }\n"
            "  message Model",
            id="section-added",
        ),
        pytest.param("old = 3", "old = 3 [deprecated = true]", id="deprecated"),
        pytest.param("  optional Model", "  // the model\n  optional Model", id="comment"),
        pytest.param(
            "optional string name = 1; optional int32 count = 2;",
            "optional int32 count = 2; optional string name = 1;",
            id="order",
        ),
        pytest.param("old = 3;", "old = 3; reserved 7;", id="number-reserved"),
    ],
)
def test_what_breaks_nobody_is_not(old: str, new: str) -> None:
    assert after(old, new) == []


REQUIRING = """\
syntax = "proto2";
package p;
message Event { optional Model model = 1; message Model { optional string name = 1; } }
"""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "optional string name",
            "required string name",
            [
                "p.Event.Model.name: label was LABEL_OPTIONAL, is LABEL_REQUIRED",
                "p.Event.Model.name: optional was True, is False",
            ],
        ),
        (
            "name = 1;",
            "name = 1; required string new = 2;",
            ["p.Event.Model.new: new and not optional"],
        ),
        (
            "message Model",
            "optional Gone gone = 2; message Gone { required string name = 1; } message Model",
            [],
        ),
    ],
    ids=["made-required", "new-and-required", "required-in-a-new-section"],
)
def test_nothing_becomes_required(old: str, new: str, expected: list[str]) -> None:
    assert REQUIRING.count(old) == 1
    mutated = REQUIRING.replace(old, new)

    assert breaks(proto_fields(compiled(REQUIRING)), proto_fields(compiled(mutated))) == expected


# The same of every single field of the real schema.

Change = Callable[[FieldDescriptorProto, DescriptorProto], None]


def remove(field: FieldDescriptorProto, message: DescriptorProto) -> None:
    message.field.remove(field)


def rename(field: FieldDescriptorProto, message: DescriptorProto) -> None:
    field.name += "_of_old"


def renumber(field: FieldDescriptorProto, message: DescriptorProto) -> None:
    field.number += 100


def retype(field: FieldDescriptorProto, message: DescriptorProto) -> None:
    field.type, field.type_name = FieldDescriptorProto.TYPE_BYTES, ""


def repeat(field: FieldDescriptorProto, message: DescriptorProto) -> None:
    many, one = FieldDescriptorProto.LABEL_REPEATED, FieldDescriptorProto.LABEL_OPTIONAL
    field.label = one if field.label == many else many


def require(field: FieldDescriptorProto, message: DescriptorProto) -> None:
    field.label, field.proto3_optional = FieldDescriptorProto.LABEL_REQUIRED, False


def message_at(file: FileDescriptorProto, path: str) -> DescriptorProto:
    first, *below = path.removeprefix(f"{file.package}.").split(".")
    (message,) = [found for found in file.message_type if found.name == first]
    for name in below:
        (message,) = [found for found in message.nested_type if found.name == name]
    return message


@pytest.mark.parametrize("change", [remove, rename, renumber, retype, repeat, require])
def test_no_field_of_the_schema_can_change_unseen(change: Change) -> None:
    file = compiled(proto_schema())
    before = proto_fields(file)
    unseen = []
    for path in before:
        changed = FileDescriptorProto.FromString(file.SerializeToString())
        owner, _, name = path.rpartition(".")
        message = message_at(changed, owner)
        (field,) = [found for found in message.field if found.name == name]
        change(field, message)
        if not any(line.startswith(f"{path}: ") for line in breaks(before, proto_fields(changed))):
            unseen.append(path)

    assert len(before) > 20
    assert unseen == []


# JSON Schema, by the same rules.


def a_schema(properties: dict[str, object], *required: str) -> dict[str, object]:
    return {"$defs": {"Model": {"properties": properties, "required": list(required)}}}


TEXT, NUMBER = {"type": "string"}, {"type": "integer"}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        pytest.param(a_schema({"n": NUMBER}), ["Model.s: removed or renamed"], id="removed"),
        pytest.param(
            a_schema({"s": NUMBER, "n": NUMBER}),
            ['Model.s: type was {"type": "string"}, is {"type": "integer"}'],
            id="retyped",
        ),
        pytest.param(
            a_schema({"s": TEXT, "n": NUMBER}, "s"),
            ["Model.s: optional was True, is False"],
            id="made-required",
        ),
        pytest.param(
            a_schema({"s": TEXT, "n": NUMBER, "new": TEXT}, "new"),
            ["Model.new: new and not optional"],
            id="new-and-required",
        ),
        pytest.param(a_schema({"s": TEXT, "n": NUMBER, "new": TEXT}), [], id="added"),
        pytest.param(
            a_schema({"s": {**TEXT, "default": "", "description": "a text"}, "n": NUMBER}),
            [],
            id="described",
        ),
    ],
)
def test_a_json_schema_is_held_to_the_same_rules(
    schema: dict[str, object], expected: list[str]
) -> None:
    before = a_schema({"s": TEXT, "n": NUMBER})

    assert breaks(json_fields(before), json_fields(schema)) == expected


def one_of(*names: str) -> dict[str, object]:
    """A schema of three texts, of which one of these has to be there."""
    schema: dict[str, Any] = a_schema({"s": TEXT, "t": TEXT, "n": TEXT})
    schema["$defs"]["Model"]["anyOf"] = [{"required": [name]} for name in names]
    return schema


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(a_schema({"s": TEXT, "t": TEXT}, "s"), one_of("s"), [], id="said-otherwise"),
        pytest.param(
            a_schema({"s": TEXT, "t": TEXT}, "s"), one_of("s", "n"), [], id="or-what-is-new"
        ),
        pytest.param(
            a_schema({"s": TEXT, "t": TEXT}, "s"),
            one_of("s", "t"),
            [
                "Model.s: instead was [], is ['t']",
                "Model.s: optional was False, is True",
                "Model.t: instead was [], is ['s']",
            ],
            id="or-what-was-there",
        ),
        pytest.param(
            a_schema({"s": TEXT, "t": TEXT}, "s"),
            one_of("n"),
            ["Model.s: optional was False, is True"],
            id="no-longer-needed",
        ),
        pytest.param(one_of("s", "n"), one_of("s", "n"), [], id="the-same"),
        pytest.param(
            one_of("s", "n"),
            one_of("s", "n", "t"),
            [
                "Model.n: instead was ['s'], is ['s', 't']",
                "Model.s: instead was ['n'], is ['n', 't']",
                "Model.t: instead was [], is ['n', 's']",
            ],
            id="one-more-that-was-there",
        ),
    ],
)
def test_what_is_needed_may_be_replaced_only_by_what_nobody_knows_yet(
    before: dict[str, object], after: dict[str, object], expected: list[str]
) -> None:
    known = json_fields(before)

    assert breaks(known, json_fields(after, known)) == expected


def test_what_is_no_proto_is_refused(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="protoc refuses"):
        compiled("message {")

    assert "schema.proto:1:9" in capfd.readouterr().err
