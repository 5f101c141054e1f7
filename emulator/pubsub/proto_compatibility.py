"""Whether one Protocol Buffer definition may be a revision of another.

Optional fields may be added and removed, other fields may not, and no field may be edited:
https://cloud.google.com/pubsub/docs/commit-schema-revision
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from google.protobuf import descriptor_pb2

FieldType = descriptor_pb2.FieldDescriptorProto.Type


def incompatibility(old: Any, new: Any) -> str:
    """Why `new` cannot follow `old` (message classes); "" when it can."""
    return next(_differences(old.DESCRIPTOR, new.DESCRIPTOR, set()), "")


def _differences(old: Any, new: Any, seen: set[str]) -> Iterator[str]:
    # assumed: the name of the message is a part of its contract.
    if old.full_name != new.full_name:
        yield f"message {new.full_name} is not compatible with message {old.full_name}"
    if new.full_name in seen:
        return
    seen.add(new.full_name)
    was, now = dict(old.fields_by_number), dict(new.fields_by_number)
    for number in sorted(was.keys() ^ now.keys()):
        yield from _one_sided(was.get(number) or now[number], added=number in now)
    for number in sorted(was.keys() & now.keys()):
        yield from _edited(was[number], now[number], seen)


def _one_sided(field: Any, *, added: bool) -> Iterator[str]:
    # assumed: a field without presence counts as optional, a repeated one (a map too) does not.
    if field.is_repeated or field.is_required:
        verb = "added" if added else "removed"
        yield f"{field.full_name} is not an optional field and cannot be {verb}"


def _edited(old: Any, new: Any, seen: set[str]) -> Iterator[str]:
    if _type(old) != _type(new):
        yield (
            f"{new.full_name} of type {_type(new)} is not compatible with "
            f"{old.full_name} of type {_type(old)}"
        )
    elif _shape(old) != _shape(new):
        yield f"{new.full_name} differs from {old.full_name}: a field cannot be edited"
    elif new.message_type:
        yield from _differences(old.message_type, new.message_type, seen)
    elif new.enum_type:
        yield from _values(old.enum_type, new.enum_type)


def _values(old: Any, new: Any) -> Iterator[str]:
    was = {(value.name, value.number) for value in old.values}
    now = {(value.name, value.number) for value in new.values}
    for name, number in sorted(was ^ now):
        poorer = old if (name, number) in now else new
        yield f"{new.full_name}.{name} = {number} is missing in {poorer.full_name}"


def _type(field: Any) -> str:
    named = field.message_type or field.enum_type
    return str(
        named.full_name if named else FieldType.Name(field.type).removeprefix("TYPE_").lower()
    )


def _shape(field: Any) -> tuple[Any, ...]:
    """What a field is besides its number and type."""
    oneof = field.containing_oneof
    return (
        field.name,
        field.json_name,
        field.is_repeated,
        field.is_required,
        field.has_presence,
        # An `optional` of proto3 is in a oneof of its own, whose name begins with "_".
        oneof.name if oneof and not oneof.name.startswith("_") else "",
    )
