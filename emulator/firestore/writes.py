"""One write: its precondition, and the document that it leaves.

Rules: google.firestore.v1.Write, Precondition and WriteResult.
"""

from __future__ import annotations

from typing import Any

from google.cloud.firestore_v1 import types

from emulator.errors import ServiceError, already_exists, invalid
from emulator.firestore.field_paths import find, parse, put, remove
from emulator.firestore.limits import check_fields
from emulator.firestore.names import check_document
from emulator.firestore.transforms import transform
from emulator.grpc_wire import raw_type
from emulator.settings import Settings

Document = raw_type(types.Document)
WriteResult = raw_type(types.WriteResult)


def written_name(write: Any, database: str) -> str:
    """The document that a write is about."""
    operation = write.WhichOneof("operation")
    if operation is None:
        raise invalid("A write needs an operation: update, delete or transform.")
    if operation != "update" and (write.HasField("update_mask") or len(write.update_transforms)):
        raise invalid("update_mask and update_transforms go with an update.")
    names = {
        "update": write.update.name,
        "delete": write.delete,
        "transform": write.transform.document,
    }
    return check_document(names[operation], database)


def check_precondition(write: Any, current: Any, settings: Settings) -> None:
    """Refuse the write if the document, or its absence, is not what it counts on."""
    wanted = write.current_document
    condition = wanted.WhichOneof("condition_type")
    name = written_name(write, "")
    if condition == "exists" and not wanted.exists and current is not None:
        raise already_exists(f"Document already exists: {name}")
    if condition == "exists" and wanted.exists and current is None:
        raise ServiceError("NOT_FOUND", f"No document to update: {name}")
    if condition == "update_time":
        _check_version(wanted.update_time.ToMicroseconds(), name, current, settings)


def _check_version(wanted: int, name: str, current: Any, settings: Settings) -> None:
    if current is None and settings.firestore_update_of_missing_status == "NOT_FOUND":
        raise ServiceError("NOT_FOUND", f"No document to update: {name}")
    stored = current.update_time.ToMicroseconds() if current is not None else 0
    if stored != wanted:
        raise ServiceError(
            "FAILED_PRECONDITION",
            f"the stored version ({stored}) does not match the required base version ({wanted})",
        )


def apply_write(write: Any, current: Any, commit_time: Any) -> tuple[Any, Any]:
    """The document after the write (None: it is gone), and the write's result.

    A write that changes nothing leaves the update time as it was.
    """
    operation = write.WhichOneof("operation")
    if operation == "delete":
        return None, WriteResult()
    draft = _draft(write, current)
    transforms = write.update_transforms or write.transform.field_transforms
    results = transform(draft.fields, transforms, commit_time)
    check_fields(draft)
    if current is None or _content(draft) != _content(current):
        draft.create_time.CopyFrom(commit_time if current is None else current.create_time)
        draft.update_time.CopyFrom(commit_time)
    else:
        draft = current
    return draft, WriteResult(update_time=draft.update_time, transform_results=results)


def _draft(write: Any, current: Any) -> Any:
    draft = Document(name=written_name(write, ""))
    replaced = write.HasField("update") and not write.HasField("update_mask")
    source = write.update if replaced else current
    if source is not None:
        draft.fields.MergeFrom(source.fields)
    for text in write.update_mask.field_paths:
        path = parse(text)
        value = find(write.update.fields, path)
        if value is None:
            remove(draft.fields, path)
        else:
            put(draft.fields, path, value)
    return draft


def _content(document: Any) -> bytes:
    return bytes(Document(fields=document.fields).SerializeToString(deterministic=True))
