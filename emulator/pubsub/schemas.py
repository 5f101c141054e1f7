"""Schemas: their revisions and their life."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from google.protobuf import json_format
from google.pubsub_v1 import types

from emulator.errors import ServiceError, failed_precondition, invalid
from emulator.pubsub.fields import refuse_fields
from emulator.pubsub.names import check_name, check_project, missing, taken
from emulator.pubsub.proto_compatibility import incompatibility
from emulator.pubsub.proto_definitions import message_class
from emulator.pubsub.schema_revisions import Revision, Revisions

Schema = types.Schema.pb()

DELETED_SCHEMA = "_deleted-schema_"

# https://cloud.google.com/pubsub/quotas#resource_limits
MAX_REVISIONS = 20

UNSUPPORTED = ("compiled_proto_schema",)


def checked_definition(schema: Any) -> Any:
    """The message class of a schema that a request brings. Compiles, so better without a lock."""
    refuse_fields(schema, UNSUPPORTED)
    if schema.type_ == Schema.AVRO:
        raise ServiceError(
            "UNIMPLEMENTED", "The local cloud does not implement AVRO schemas.", "notImplemented"
        )
    if schema.type_ != Schema.PROTOCOL_BUFFER:
        raise invalid("Invalid schema type given: it must be PROTOCOL_BUFFER or AVRO.")
    return message_class(schema.definition)


class Schemas:
    """All schemas by name; the caller holds the lock."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._schemas: dict[str, Revisions] = {}
        self._now_ms = now_ms

    def names(self) -> list[str]:
        """The names of all schemas."""
        return list(self._schemas)

    def create(self, request: Any) -> Any:
        """A new schema with its first revision."""
        name = f"projects/{check_project(request.parent)}/schemas/{request.schema_id}"
        check_name(name, "schemas")
        checked_definition(request.schema)
        if name in self._schemas:
            raise taken(name)
        self._schemas[name] = Revisions()
        return self._add(name, request.schema.definition)

    def revisions(self, name: str) -> Revisions:
        """The revisions of a schema, or NOT_FOUND."""
        check_name(name, "schemas")
        if name not in self._schemas:
            raise missing(name)
        return self._schemas[name]

    def revision(self, name: str) -> Revision:
        """The revision of `projects/P/schemas/S@REVISION`, or the newest of a bare name."""
        bare, _, revision_id = name.partition("@")
        return self.revisions(bare).find(revision_id) if revision_id else self.newest(bare)

    def newest(self, name: str) -> Revision:
        """The revision that the schema is now."""
        return self.revisions(name).alive()[-1]

    def commit(self, request: Any) -> Any:
        """A new revision, if it is compatible with every one that there is."""
        revisions = self.revisions(request.name)
        self._need_room(request.name)
        definition = checked_definition(request.schema)
        if request.schema.name not in {"", request.name}:
            # assumed: two names that differ are a mistake.
            raise invalid(f"The schema's name is {request.schema.name}, not {request.name}.")
        for revision in reversed(revisions.alive()):
            if why := incompatibility(revision.message_class, definition):
                raise _incompatible(request.name, revision, why)
        return self._add(request.name, request.schema.definition)

    def rollback(self, request: Any) -> Any:
        """A new revision with the definition of an old one."""
        old = self.revisions(request.name).find(request.revision_id)
        self._need_room(request.name)
        return self._add(request.name, old.schema.definition)

    def delete_revision(self, request: Any) -> Any:
        """Delete one revision, not the last one left; answers the schema as it is then."""
        name, _, in_name = request.name.partition("@")
        revisions = self.revisions(name)
        if not (revision_id := in_name or request.revision_id):
            raise invalid("The revision ID must be given in the name, as in my-schema@c7cfa2a8.")
        revision = revisions.find(revision_id)
        if len(revisions.alive()) == 1:
            # assumed: the status and the text.
            raise failed_precondition(
                f"The only revision of a schema cannot be deleted (schema={name}): "
                "delete the schema instead."
            )
        revisions.delete(revision)
        return self.newest(name).schema

    def delete(self, name: str) -> None:
        """Forget the schema; its topics are the caller's concern."""
        self.revisions(name)
        del self._schemas[name]

    def _need_room(self, name: str) -> None:
        if len(self._schemas[name].alive()) >= MAX_REVISIONS:
            # assumed: the status and the text.
            raise ServiceError(
                "RESOURCE_EXHAUSTED",
                f"A schema has at most {MAX_REVISIONS} revisions (schema={name}): delete one first.",
                "quotaExceeded",
            )

    def _add(self, name: str, definition: str) -> Any:
        schema = Schema(name=name, type_=Schema.PROTOCOL_BUFFER, definition=definition)
        return self._store(schema).schema

    def _store(self, schema: Any) -> Revision:
        """Keep a revision; what the service gives is filled in where it is not there yet."""
        schema.revision_id = schema.revision_id or secrets.token_hex(4)
        if not schema.HasField("revision_create_time"):
            schema.revision_create_time.FromMilliseconds(self._now_ms())
        revision = Revision(schema=schema, message_class=checked_definition(schema))
        self._schemas.setdefault(schema.name, Revisions()).append(revision)
        return revision

    def dump(self) -> list[dict[str, Any]]:
        """All revisions as JSON, the oldest of a schema first; deleted ones keep their places."""
        return [
            {
                **json_format.MessageToDict(each.schema),
                **({"deleted": True} if each.deleted else {}),
            }
            for revisions in self._schemas.values()
            for each in revisions.every
        ]

    def load(self, state: list[dict[str, Any]]) -> None:
        """Replace all schemas."""
        self._schemas = {}
        for item in state:
            plain = {"type": "PROTOCOL_BUFFER", **item}
            deleted = plain.pop("deleted", False)
            check_name(plain["name"], "schemas")
            revision = self._store(json_format.ParseDict(plain, Schema()))
            if deleted:
                self._schemas[revision.schema.name].delete(revision)
        for name, revisions in self._schemas.items():
            if not revisions.alive():
                raise invalid(f"Every revision of {name} is deleted: leave the schema out.")


def _incompatible(name: str, revision: Revision, why: str) -> ServiceError:
    return invalid(
        f'Compatibility checking failed to commit a schema revision for (schema="{name}"). '
        f'(reason="Revision is incompatible with previous revision: {revision.id}. Failed with '
        f'error: {why}"). Refer to https://cloud.google.com/pubsub/docs/schemas for more information.'
    )
