"""Field masks and fields that nobody serves, for all kinds of resources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from google.protobuf import field_mask_pb2

from emulator.errors import ServiceError, invalid


def refuse_fields(resource: Any, names: Sequence[str]) -> None:
    """Fail loudly when a field is set whose effect is not emulated."""
    for field, _ in resource.ListFields():
        if field.name in names:
            raise ServiceError(
                "UNIMPLEMENTED",
                f"The local cloud does not implement {resource.DESCRIPTOR.full_name}.{field.name}.",
                "notImplemented",
            )


def need_paths(mask: Any, kind: str) -> None:
    """Refuse an update without a mask."""
    if not mask.paths:
        raise invalid(
            f"The update_mask in the Update{kind}Request must be set, and must contain a non-empty "
            "paths list."
        )


def merge(current: Any, wanted: Any, mask: Any, updatable: Sequence[str]) -> Any:
    """A copy of `current` with the masked fields of `wanted`."""
    kind = current.DESCRIPTOR.name
    for path in mask.paths:
        if not field_mask_pb2.FieldMask(paths=[path]).IsValidForDescriptor(current.DESCRIPTOR):
            raise invalid(
                f"Invalid update_mask provided in the Update{kind}Request: '{path}' is not a known "
                f"{kind} field. Note that field paths must be of the form 'push_config' rather than "
                "'pushConfig'."
            )
        if path.partition(".")[0] not in updatable:
            # assumed: the text
            raise invalid(
                f"Invalid update_mask provided in the Update{kind}Request: the '{path}' field in the "
                f"{kind} is not mutable."
            )
    changed = type(current)()
    changed.CopyFrom(current)
    mask.MergeMessage(wanted, changed, replace_message_field=True, replace_repeated_field=True)
    return changed
