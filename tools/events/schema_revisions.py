"""Whether a schema may follow a committed revision: what a subscriber reads there must stay.

An optional field may be added, as Pub/Sub demands of a schema's revisions. No field may be removed,
renamed, renumbered, retyped or made required.
https://cloud.google.com/pubsub/docs/commit-schema-revision

Both kinds of schema are compared as a mapping of fields to their traits.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
)

Fields = Mapping[str, Mapping[str, object]]

_OPTIONAL = "optional"
# What describes a JSON Schema's value and does not bind it.
_ANNOTATIONS = {"title", "description", "default", "examples", "$comment"}


def breaks(before: Fields, after: Fields) -> list[str]:
    """What `after` would break for those who rely on `before`; empty if it may follow."""
    kept = [path for path in before if path in after]
    lost = [f"{path}: removed or renamed" for path in before if path not in after]
    changed = [line for path in kept for line in _changes(path, before[path], after[path])]
    added = [path for path in after if path not in before and not after[path][_OPTIONAL]]
    messages = {_owner(path) for path in before}
    # What a new message demands is demanded of nobody who does not know the message.
    needed = [f"{path}: new and not optional" for path in added if _owner(path) in messages]
    return sorted([*lost, *changed, *needed])


def _owner(path: str) -> str:
    return path.rpartition(".")[0]


def _changes(path: str, before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    return [
        f"{path}: {trait} was {before[trait]}, is {after[trait]}"
        for trait in before
        if before[trait] != after[trait]
    ]


def proto_fields(file: FileDescriptorProto) -> Fields:
    """Every field of a .proto's messages, by its path; the package is part of it."""
    prefix = f"{file.package}." if file.package else ""
    return {
        f"{path}{field.name}": _traits(field, message, is_proto3=file.syntax == "proto3")
        for top in file.message_type
        for path, message in _messages(prefix, top)
        for field in message.field
    }


def _messages(prefix: str, message: DescriptorProto) -> Iterator[tuple[str, DescriptorProto]]:
    path = f"{prefix}{message.name}."
    yield path, message
    for nested in message.nested_type:  # a map's entry is one of them
        yield from _messages(path, nested)


def _traits(
    field: FieldDescriptorProto, message: DescriptorProto, *, is_proto3: bool
) -> dict[str, object]:
    # proto3's `optional` is a oneof of its own in a descriptor, and none that a reader knows of.
    of_oneof = field.HasField("oneof_index") and not field.proto3_optional
    is_optional = field.label == FieldDescriptorProto.LABEL_OPTIONAL
    return {
        "number": field.number,
        "type": f"{FieldDescriptorProto.Type.Name(field.type)}{field.type_name}",
        "label": FieldDescriptorProto.Label.Name(field.label),
        "name in JSON": field.json_name,
        "oneof": message.oneof_decl[field.oneof_index].name if of_oneof else "none",
        _OPTIONAL: field.proto3_optional if is_proto3 else is_optional,
    }


def json_fields(schema: Mapping[str, Any], known: Collection[str] | None = None) -> Fields:
    """Every property of a JSON Schema's definitions, by its path.

    `known` are the properties that a reader knows, if not all: then as it is of data that has no
    other. What `anyOf` demands is no alternative for a reader who does not know it.
    """
    return {
        f"{message}.{name}": {
            "type": _bare(value),
            _OPTIONAL: name not in definition.get("required", ()) and alternatives != [name],
            "instead": [each for each in alternatives if each != name] * (name in alternatives),
        }
        for message, definition in schema["$defs"].items()
        for alternatives in [_alternatives(message, definition, known)]
        for name, value in definition["properties"].items()
    }


def _alternatives(
    message: str, definition: Mapping[str, Any], known: Collection[str] | None
) -> list[str]:
    """The properties of which one has to be there, by name."""
    names = (name for each in definition.get("anyOf", ()) for name in each["required"])
    return sorted(name for name in names if known is None or f"{message}.{name}" in known)


def _bare(value: Mapping[str, Any]) -> str:
    return json.dumps({k: v for k, v in value.items() if k not in _ANNOTATIONS}, sort_keys=True)
