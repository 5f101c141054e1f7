"""The schemas of an event's data, from `shared/bqml_registrar/events/payloads.py`: proto3 for the topic, and JSON Schema."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Iterator

import msgspec
from msgspec.inspect import (
    BoolType,
    DictType,
    Field,
    IntType,
    StrType,
    StructType,
    Type,
    VarTupleType,
    type_info,
)

from bqml_registrar.events.payloads import Payload

# A topic's schema has one message of its own at the top; the sections are nested in it.
# https://cloud.google.com/pubsub/docs/schemas
MESSAGE = "RegistryEvent"
# As released in revision 2, with the path of that time: another text, even of a comment, would roll out
# a revision in which nothing changed. The next real one names events/payloads.py.
_HEAD = """\
// The data of the messages on the topic of registry events, with JSON encoding.
// Generated from shared/payloads.py by `make generate`. Numbers follow the order of declaration:
// new fields come last. Every single field is optional, so that later revisions may add more.

syntax = "proto3";

package bqml.registrar.v1;

"""
_SCALARS: dict[type[Type], str] = {StrType: "string", IntType: "int32", BoolType: "bool"}
# What an event's data has instead of a model. Who knows none of these sections may count on the model.
_INSTEAD_OF_MODEL = ("deletion", "sweep", "drift")
_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, object]:
    """The JSON Schema of every event's data."""
    schema = msgspec.json.schema(Payload)
    for section in schema["$defs"].values():
        # Python strips the indentation of docstrings itself only from 3.13 on.
        section["description"] = inspect.cleandoc(section["description"])
    alternatives = [{"required": [name]} for name in ("model", *_INSTEAD_OF_MODEL)]
    schema["$defs"]["Payload"]["anyOf"] = alternatives
    title = "Data of a registry event"
    return {"$schema": _DRAFT, "$id": "urn:bqml-registrar:event:1", "title": title, **schema}


def proto_schema(payload: type[msgspec.Struct] = Payload) -> str:
    """The proto3 file of every event's data; TypeError for what it has no word for."""
    whole = struct_of(payload)
    sections = [_message(cls.__name__, struct) for cls, struct in _nested(whole).items()]
    return _HEAD + _message(MESSAGE, whole, *sections)


def sections() -> dict[str, StructType]:
    """The sections of an event's data, by name."""
    fields = struct_of(Payload).fields
    return {f.encode_name: f.type for f in fields if isinstance(f.type, StructType)}


def struct_of(payload: type[msgspec.Struct]) -> StructType:
    """What msgspec knows of a Struct."""
    info = type_info(payload)
    if not isinstance(info, StructType):
        raise TypeError(f"{payload} is no Struct")
    return info


def proto_type(kind: Type) -> str:
    """The type of a field as a .proto has it."""
    match kind:
        case StructType():
            return kind.cls.__name__
        case VarTupleType():
            return f"repeated {proto_type(kind.item_type)}"
        case DictType():
            return f"map<{proto_type(kind.key_type)}, {proto_type(kind.value_type)}>"
    try:
        return _SCALARS[type(kind)]
    except KeyError:
        raise TypeError(f"{MESSAGE} has no type for {kind}: see tools/events/schemas.py") from None


def comment_of(struct: StructType) -> str:
    """The docstring of a section."""
    return inspect.cleandoc(struct.cls.__doc__ or "")


def _nested(struct: StructType) -> dict[type, StructType]:
    """The Structs below a Struct, each once, in the order in which they are met."""
    found: dict[type, StructType] = {}
    for field in struct.fields:
        for below in _structs(field.type):
            found |= {below.cls: below, **_nested(below)}
    return found


def _structs(kind: Type) -> Iterator[StructType]:
    if isinstance(kind, StructType):
        yield kind
    elif isinstance(kind, VarTupleType):
        yield from _structs(kind.item_type)
    elif isinstance(kind, DictType):
        yield from _structs(kind.value_type)


def _message(name: str, struct: StructType, *nested: str) -> str:
    fields = "".join(_field(number, field) for number, field in enumerate(struct.fields, 1))
    inner = "\n".join([fields, *nested])
    return f"{_comment(struct)}message {name} {{\n{textwrap.indent(inner, '  ')}}}\n"


def _field(number: int, field: Field) -> str:
    # Pub/Sub lets a later revision add what is said to be optional, and nothing else.
    # https://cloud.google.com/pubsub/docs/commit-schema-revision
    single = not isinstance(field.type, VarTupleType | DictType)
    label = "optional " if single else ""
    return f"{label}{proto_type(field.type)} {field.encode_name} = {number};\n"


def _comment(struct: StructType) -> str:
    paragraphs = comment_of(struct).split("\n\n")
    wrapped = ["\n".join(textwrap.wrap(" ".join(text.split()), 94)) for text in paragraphs]
    lines = "\n\n".join(wrapped).splitlines()
    return "".join(f"// {line}".rstrip() + "\n" for line in lines)
