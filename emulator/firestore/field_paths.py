"""Field paths (`a.b`, `` a.`x y` ``): how they are read, and what they find in a document.

Rules: google.firestore.v1.StructuredQuery.FieldReference and
https://cloud.google.com/firestore/quotas#collections_documents_and_fields
"""

from __future__ import annotations

import re
from typing import Any

from emulator.errors import ServiceError, invalid

Path = tuple[str, ...]

NAME: Path = ("__name__",)
MAX_BYTES = 1500

_PART = re.compile(r"([A-Za-z_][A-Za-z_0-9]*)|`((?:[^`\\]|\\.)+)`", re.DOTALL)
_SIMPLE = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")
_RESERVED = re.compile(r"__.*__", re.DOTALL)


def parse(text: str, *, with_name: bool = False) -> Path:
    """The parts of a path; `__name__` only where it means the document's name."""
    if with_name and text == NAME[0]:
        return NAME
    if len(text.encode()) > MAX_BYTES:
        raise invalid(f'Property path "{text[:80]}..." is longer than {MAX_BYTES} bytes.')
    parts: list[str] = []
    position = 0
    while True:
        found = _PART.match(text, position)
        if not found:
            raise _unreadable(text)
        parts.append(found[1] or re.sub(r"\\(.)", r"\1", found[2], flags=re.DOTALL))
        position = found.end()
        if position == len(text):
            break
        if text[position] != ".":
            raise _unreadable(text)
        position += 1
    for part in parts:
        check_name(part)
    return tuple(parts)


def check_name(name: str) -> None:
    """Refuse the name of a field that no document may have."""
    if not name:
        raise invalid("Property names cannot be empty.")
    if len(name.encode()) > MAX_BYTES:
        raise invalid(f'Property name "{name[:80]}..." is longer than {MAX_BYTES} bytes.')
    if _RESERVED.fullmatch(name):
        raise invalid(f'Property name "{name}" is reserved.')


def _unreadable(text: str) -> ServiceError:
    return invalid(f'Invalid property path "{text}".')


def shown(path: Path) -> str:
    """The path as a request would have it."""
    return ".".join(_shown_part(part) for part in path)


def _shown_part(part: str) -> str:
    if _SIMPLE.fullmatch(part):
        return part
    escaped = part.replace("\\", "\\\\").replace("`", "\\`")
    return f"`{escaped}`"


def find(fields: Any, path: Path) -> Any:
    """The value there, or None."""
    for part in path[:-1]:
        if part not in fields or fields[part].WhichOneof("value_type") != "map_value":
            return None
        fields = fields[part].map_value.fields
    return fields.get(path[-1])


def put(fields: Any, path: Path, value: Any) -> None:
    """Set the value there; what is in the way becomes a map."""
    for part in path[:-1]:
        if fields[part].WhichOneof("value_type") != "map_value":
            fields[part].map_value.SetInParent()
        fields = fields[part].map_value.fields
    fields[path[-1]].CopyFrom(value)


def remove(fields: Any, path: Path) -> None:
    """Take away what is there."""
    for part in path[:-1]:
        if part not in fields or fields[part].WhichOneof("value_type") != "map_value":
            return
        fields = fields[part].map_value.fields
    if path[-1] in fields:
        del fields[path[-1]]
