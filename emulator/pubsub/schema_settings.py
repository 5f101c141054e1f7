"""A topic's schema settings: which revisions they mean, and which messages those let through."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from google.pubsub_v1 import types
from google.rpc import error_details_pb2

from emulator.errors import ServiceError, failed_precondition, invalid
from emulator.pubsub.schema_revisions import Revision
from emulator.pubsub.schema_validation import misfit
from emulator.pubsub.schemas import DELETED_SCHEMA, Schemas

Encoding = types.Encoding


def check_settings(schemas: Schemas, settings: Any) -> None:
    """Refuse settings that name what is not there."""
    revisions = schemas.revisions(settings.schema)
    check_encoding(settings.encoding)
    first, last = settings.first_revision_id, settings.last_revision_id
    for revision_id in filter(None, (first, last)):
        revisions.find(revision_id)
    if not revisions.between(first, last):
        # assumed: the text.
        raise invalid(
            f"Invalid schema settings: first_revision_id={first} is newer than last_revision_id={last}."
        )


def check_encoding(encoding: int) -> None:
    """Refuse what is no encoding."""
    if encoding not in {Encoding.JSON, Encoding.BINARY}:
        raise invalid("Invalid message encoding given: it must be JSON or BINARY.")  # assumed: text


def schema_attributes(
    schemas: Schemas, settings: Any, messages: Sequence[bytes]
) -> list[dict[str, str]]:
    """What is told to subscribers of each message's schema; one that does not fit refuses all."""
    revisions = _revisions(schemas, settings)
    return [_attributes(settings, fitting(revisions, data, settings)) for data in messages]


def _revisions(schemas: Schemas, settings: Any) -> list[Revision]:
    name = settings.schema
    if name == DELETED_SCHEMA or name not in schemas.names():
        # That it fails is documented; assumed: the status and the text.
        raise failed_precondition("The schema of the topic has been deleted.")
    found = schemas.revisions(name).between(settings.first_revision_id, settings.last_revision_id)
    if not found:
        raise failed_precondition(f"All revisions that the topic allows of {name} are deleted.")
    return found


def fitting(revisions: Sequence[Revision], data: bytes, settings: Any) -> Revision:
    """The newest revision that the data fits, or INVALID_ARGUMENT."""
    why = ""
    for revision in revisions:
        why = misfit(revision.message_class, data, settings.encoding)
        if not why:
            return revision
    raise does_not_fit(settings.schema, revisions[-1].id, settings.encoding, why)


def does_not_fit(schema: str, revision_id: str, encoding: int, why: str) -> ServiceError:
    """The refusal, as clients of Avro schemas have reported it; assumed: PROTO in the reason."""
    name = Encoding(encoding).name
    info = error_details_pb2.ErrorInfo(
        reason=f"INVALID_{name}_PROTO_MESSAGE",
        domain="pubsub.googleapis.com",
        metadata={
            "message": "Message failed schema validation",
            "revisionInfo": (
                f"Could not validate message with any schema revision for schema: {schema}, "
                f"last checked revision: revision_id={revision_id} failed with status: {why}"
            ),
        },
    )
    return ServiceError(
        "INVALID_ARGUMENT",
        "Invalid data in message: Message failed schema validation.",
        "invalid",
        details=(info,),
    )


def _attributes(settings: Any, revision: Revision) -> dict[str, str]:
    return {
        "googclient_schemaencoding": Encoding(settings.encoding).name,
        "googclient_schemaname": settings.schema,
        "googclient_schemarevisionid": revision.id,
    }
