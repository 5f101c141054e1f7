"""Schemas and their revisions as resources, through the official client."""

from __future__ import annotations

from typing import Any

import pytest
from google.api_core import exceptions
from google.cloud.pubsub_v1 import SchemaServiceClient
from google.pubsub_v1 import types

from tests.emulator.pubsub_server import PubSub
from tests.emulator.schema_client import PARENT, PERSON, SCHEMA, WITH_MAIL, commit, create, proto

pytest_plugins = ["tests.emulator.pubsub_fixtures"]

FULL = types.SchemaView.FULL
BASIC = types.SchemaView.BASIC
JSON, BINARY = types.Encoding.JSON, types.Encoding.BINARY


def with_fields(*fields: str, before: str = "") -> str:
    """A definition of a person with other fields."""
    return f'syntax = "proto3";\nmessage Person {{ {before} {" ".join(fields)} }}'


def test_a_schema_is_created_read_listed_and_deleted(
    pubsub: PubSub, schemas: SchemaServiceClient
) -> None:
    revision_id = create(schemas)

    found = schemas.get_schema(name=SCHEMA)
    assert (found.name, found.definition, found.revision_id) == (SCHEMA, PERSON, revision_id)
    assert found.revision_create_time
    assert [each.name for each in schemas.list_schemas(parent=PARENT)] == [SCHEMA]
    assert list(schemas.list_schemas(parent="projects/other")) == []

    schemas.delete_schema(name=SCHEMA)

    with pytest.raises(exceptions.NotFound, match=r"Resource not found \(resource=person\)"):
        schemas.get_schema(name=SCHEMA)
    assert pubsub.calls()[:2] == ["SchemaService.CreateSchema", "SchemaService.GetSchema"]


def test_the_view_says_whether_the_definition_is_shown(schemas: SchemaServiceClient) -> None:
    create(schemas)

    def listed(**view: Any) -> str:
        return str(next(iter(schemas.list_schemas(request={"parent": PARENT, **view}))).definition)

    assert schemas.get_schema(request={"name": SCHEMA, "view": BASIC}).definition == ""
    assert schemas.get_schema(request={"name": SCHEMA}).definition == PERSON
    assert listed() == listed(view=BASIC) == ""
    assert listed(view=FULL) == PERSON


def test_a_second_schema_of_one_name_is_refused(schemas: SchemaServiceClient) -> None:
    create(schemas)

    with pytest.raises(exceptions.AlreadyExists, match=r"\(resource=person\)"):
        create(schemas)


@pytest.mark.parametrize("bad", ["ab", "goog-schema", "1schema", "a schema", "a@b", "s" * 256])
def test_a_bad_schema_id_is_refused(schemas: SchemaServiceClient, bad: str) -> None:
    with pytest.raises(exceptions.InvalidArgument, match="Invalid resource name given"):
        create(schemas, name=f"projects/p/schemas/{bad}")


DEFINITIONS = {
    "empty": ("", "empty"),
    "not a definition": ("message {", "schema.proto:1:9"),
    "unknown type": ('syntax = "proto3"; message M { strin a = 1; }', '"strin" is not defined'),
    "no message": ('syntax = "proto3";', "exactly one top-level type"),
    "two messages": ('syntax = "proto3"; message M {} message N {}', "exactly one top-level type"),
    "message and enum": ('syntax = "proto3"; message M {} enum E {A=0;}', "exactly one top-level"),
    "import": (
        'syntax = "proto3"; import "google/protobuf/timestamp.proto"; message M {}',
        "Import statements are not supported",
    ),
    "too large": (PERSON + "//" + "x" * 300_000, "larger than 300000 bytes"),
}


@pytest.mark.parametrize(("definition", "why"), DEFINITIONS.values(), ids=DEFINITIONS)
def test_a_definition_that_the_service_does_not_take_is_refused(
    schemas: SchemaServiceClient, definition: str, why: str
) -> None:
    with pytest.raises(exceptions.InvalidArgument, match="Could not parse schema") as created:
        create(schemas, definition)
    with pytest.raises(exceptions.InvalidArgument, match="Could not parse schema") as validated:
        schemas.validate_schema(parent=PARENT, schema=proto(definition))

    assert why in created.value.message
    assert created.value.message == validated.value.message


@pytest.mark.parametrize(
    "syntax", ['syntax = "proto2";', 'syntax = "proto3";', 'edition = "2023";']
)
def test_every_syntax_of_protocol_buffers_is_taken(
    schemas: SchemaServiceClient, syntax: str
) -> None:
    label = "optional " if "syntax" in syntax else ""

    schemas.validate_schema(
        parent=PARENT, schema=proto(f"{syntax} package a.b; message M {{ {label}string a = 1; }}")
    )


@pytest.mark.parametrize(
    ("schema", "error"),
    [
        ({"type_": "AVRO", "definition": "{}"}, exceptions.MethodNotImplemented),
        ({"type_": 1, "compiled_proto_schema": {"root_message": "M"}}, exceptions.MethodNotImplemented),
        ({"definition": PERSON}, exceptions.InvalidArgument),
    ],
    ids=["avro", "compiled", "no type"],
)  # fmt: skip
def test_other_kinds_of_schemas_are_refused(
    schemas: SchemaServiceClient, schema: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        schemas.create_schema(parent=PARENT, schema=types.Schema(schema), schema_id="person")


def test_revisions_are_listed_newest_first_in_pages(schemas: SchemaServiceClient) -> None:
    ids = [create(schemas), commit(schemas, WITH_MAIL), commit(schemas, PERSON)]

    request = {"name": SCHEMA, "page_size": 2, "view": FULL}
    pages = list(schemas.list_schema_revisions(request=request).pages)

    assert [[each.revision_id for each in page.schemas] for page in pages] == [
        [ids[2], ids[1]],
        [ids[0]],
    ]
    assert pages[0].schemas[1].name == f"{SCHEMA}@{ids[1]}"
    assert pages[0].schemas[1].definition == WITH_MAIL
    assert all(len(revision_id) == 8 for revision_id in ids)
    assert schemas.get_schema(name=SCHEMA).revision_id == ids[2]
    assert schemas.get_schema(name=f"{SCHEMA}@{ids[1]}").definition == WITH_MAIL


def test_a_rollback_is_a_new_revision_with_the_old_definition(schemas: SchemaServiceClient) -> None:
    first = create(schemas)
    commit(schemas, WITH_MAIL)

    made = schemas.rollback_schema(name=SCHEMA, revision_id=first)

    assert made.definition == PERSON
    assert made.revision_id != first
    assert schemas.get_schema(name=SCHEMA).revision_id == made.revision_id
    assert len(list(schemas.list_schema_revisions(name=SCHEMA))) == 3


def test_a_revision_is_deleted_but_not_the_last_one(schemas: SchemaServiceClient) -> None:
    first, second = create(schemas), commit(schemas, WITH_MAIL)

    left = schemas.delete_schema_revision(request={"name": f"{SCHEMA}@{second}"})

    assert left.revision_id == first
    with pytest.raises(exceptions.NotFound):
        schemas.get_schema(name=f"{SCHEMA}@{second}")
    with pytest.raises(exceptions.NotFound):
        schemas.rollback_schema(name=SCHEMA, revision_id=second)
    with pytest.raises(exceptions.FailedPrecondition, match="delete the schema instead"):
        schemas.delete_schema_revision(request={"name": f"{SCHEMA}@{first}"})


def test_a_schema_has_at_most_twenty_revisions(schemas: SchemaServiceClient) -> None:
    first = create(schemas)
    for _ in range(19):
        last = schemas.rollback_schema(name=SCHEMA, revision_id=first).revision_id

    with pytest.raises(exceptions.ResourceExhausted, match="at most 20 revisions"):
        commit(schemas, WITH_MAIL)

    schemas.delete_schema_revision(request={"name": f"{SCHEMA}@{last}"})
    commit(schemas, WITH_MAIL)


NAME, AGE = "string name = 1;", "int32 age = 2;"
ENUM = "enum Kind {{ A = 0; B = 1; {0} }}"
INNER = "message Home {{ string city = 1; {0} }}"

COMPATIBLE = {
    "a field is added": ((NAME,), (NAME, AGE)),
    "a field is removed": ((NAME, AGE), (NAME,)),
    "an optional field is added": ((NAME,), (NAME, "optional int32 age = 2;")),
    "a oneof is added": ((NAME,), (NAME, "oneof k { int32 a = 2; int32 b = 3; }")),
    "a oneof grows": (("oneof k { int32 a = 2; }",), ("oneof k { int32 a = 2; int32 b = 3; }",)),
    "a field is added to an inner message": (
        (INNER.format(""), "Home home = 1;"),
        (INNER.format("string street = 2;"), "Home home = 1;"),
    ),
    "nothing changes": ((NAME, "repeated Person friends = 2;"), (NAME, "repeated Person friends = 2;")),
}  # fmt: skip

INCOMPATIBLE = {
    "another type": ((NAME,), ("bytes name = 1;",), "Person.name of type bytes is not compatible with Person.name of type string"),
    "another name": ((NAME,), ("string nom = 1;",), "a field cannot be edited"),
    "a repeated field": ((NAME,), ("repeated string name = 1;",), "a field cannot be edited"),
    "another presence": ((NAME,), ("optional string name = 1;",), "a field cannot be edited"),
    "into a oneof": (("optional string name = 1;",), ("oneof k { string name = 1; }",), "a field cannot be edited"),
    "a repeated field is added": ((NAME,), (NAME, "repeated int32 ages = 2;"), "cannot be added"),
    "a map is removed": ((NAME, "map<string, string> tags = 2;"), (NAME,), "cannot be removed"),
    "an enum value is added": (
        (ENUM.format(""), "Kind kind = 1;"), (ENUM.format("C = 2;"), "Kind kind = 1;"),
        "Person.Kind.C = 2 is missing in Person.Kind",
    ),
    "an enum value is removed": (
        (ENUM.format("C = 2;"), "Kind kind = 1;"), (ENUM.format(""), "Kind kind = 1;"),
        "Person.Kind.C = 2 is missing in Person.Kind",
    ),
    "an inner field": (
        (INNER.format(""), "Home home = 1;"), ("message Home { int32 city = 1; }", "Home home = 1;"),
        "Person.Home.city of type int32",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new"), COMPATIBLE.values(), ids=COMPATIBLE)
def test_a_compatible_revision_is_committed(
    schemas: SchemaServiceClient, old: tuple[str, ...], new: tuple[str, ...]
) -> None:
    create(schemas, with_fields(*old))

    assert schemas.get_schema(name=SCHEMA).revision_id != commit(schemas, with_fields(*new))


@pytest.mark.parametrize(("old", "new", "why"), INCOMPATIBLE.values(), ids=INCOMPATIBLE)
def test_an_incompatible_revision_is_refused(
    schemas: SchemaServiceClient, old: tuple[str, ...], new: tuple[str, ...], why: str
) -> None:
    first = create(schemas, with_fields(*old))

    with pytest.raises(exceptions.InvalidArgument) as refused:
        commit(schemas, with_fields(*new))

    assert "Compatibility checking failed to commit a schema revision" in refused.value.message
    assert f"incompatible with previous revision: {first}" in refused.value.message
    assert why in refused.value.message
    assert len(list(schemas.list_schema_revisions(name=SCHEMA))) == 1


def test_a_revision_must_be_compatible_with_every_older_one(schemas: SchemaServiceClient) -> None:
    oldest = create(schemas, with_fields(NAME, AGE))
    commit(schemas, with_fields(NAME))

    with pytest.raises(exceptions.InvalidArgument, match=f"previous revision: {oldest}"):
        commit(schemas, with_fields(NAME, "string age = 2;"))

    schemas.delete_schema_revision(request={"name": f"{SCHEMA}@{oldest}"})
    commit(schemas, with_fields(NAME, "string age = 2;"))


def test_a_required_field_is_neither_added_nor_removed(schemas: SchemaServiceClient) -> None:
    old = 'syntax = "proto2"; message M { optional string a = 1; }'
    create(schemas, old)

    with pytest.raises(exceptions.InvalidArgument, match="not an optional field"):
        commit(schemas, old.replace("}", "required string b = 2; }"))


MESSAGES = {
    "json": (b'{"name": "Ana", "age": 7}', JSON, True),
    "json: nothing set": (b"{}", JSON, True),
    "json: number as text": (b'{"age": "7"}', JSON, True),
    "json: unknown field": (b'{"nick": "Ana"}', JSON, False),
    "json: wrong type": (b'{"age": "old"}', JSON, False),
    "json: not an object": (b"[]", JSON, False),
    "json: empty": (b"", JSON, False),
    "json: not UTF-8": (b"\xff", JSON, False),
    "binary": (b"\x0a\x03Ana\x10\x07", BINARY, True),
    "binary: nothing set": (b"", BINARY, True),
    "binary: unknown field": (b"\x1a\x03Ana", BINARY, False),
    "binary: cut": (b"\x0a\x03A", BINARY, False),
    "binary: json": (b'{"name": "Ana"}', BINARY, False),
}


@pytest.mark.parametrize(("data", "encoding", "fits"), MESSAGES.values(), ids=MESSAGES)
def test_a_message_is_validated_without_a_topic(
    schemas: SchemaServiceClient, data: bytes, encoding: Any, fits: bool
) -> None:
    create(schemas)
    for spec in ({"name": SCHEMA}, {"schema": proto(PERSON)}):
        request = {"parent": PARENT, "message": data, "encoding": encoding, **spec}
        if fits:
            schemas.validate_message(request=request)
        else:
            with pytest.raises(exceptions.InvalidArgument, match="failed schema validation"):
                schemas.validate_message(request=request)


def test_an_inner_unknown_field_and_a_missing_required_one_do_not_fit(
    schemas: SchemaServiceClient,
) -> None:
    definition = (
        'syntax = "proto2"; message M { message I {} optional I i = 1; required int32 n = 2; }'
    )
    request = {"parent": PARENT, "schema": proto(definition), "encoding": BINARY}

    schemas.validate_message(request={**request, "message": b"\x0a\x00\x10\x01"})
    for data in (b"\x0a\x02\x08\x01\x10\x01", b"\x0a\x00"):
        with pytest.raises(exceptions.InvalidArgument, match="failed schema validation"):
            schemas.validate_message(request={**request, "message": data})


def test_a_message_needs_an_encoding(schemas: SchemaServiceClient) -> None:
    with pytest.raises(exceptions.InvalidArgument, match="must be JSON or BINARY"):
        schemas.validate_message(
            request={"parent": PARENT, "schema": proto(PERSON), "message": b"{}"}
        )


def test_schemas_survive_a_dump_and_a_load(pubsub: PubSub, schemas: SchemaServiceClient) -> None:
    first, second = create(schemas), commit(schemas, WITH_MAIL)
    third = commit(schemas, PERSON)
    schemas.delete_schema_revision(request={"name": f"{SCHEMA}@{second}"})
    state = pubsub.broker.dump()
    pubsub.broker.reset()

    assert list(schemas.list_schemas(parent=PARENT)) == []

    pubsub.broker.load(state)

    assert pubsub.broker.dump() == state
    assert [each.revision_id for each in schemas.list_schema_revisions(name=SCHEMA)] == [
        third,
        first,
    ]


def test_a_loaded_schema_needs_only_name_and_definition(
    pubsub: PubSub, schemas: SchemaServiceClient
) -> None:
    pubsub.broker.load({"schemas": [{"name": SCHEMA, "definition": PERSON}]})

    assert len(schemas.get_schema(name=SCHEMA).revision_id) == 8
