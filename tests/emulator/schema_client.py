"""Definitions that the schema tests share, and the calls that make revisions of them."""

from __future__ import annotations

from google.cloud.pubsub_v1 import SchemaServiceClient
from google.pubsub_v1 import types

PARENT = "projects/p"
SCHEMA = "projects/p/schemas/person"

PERSON = 'syntax = "proto3";\nmessage Person {\n  string name = 1;\n  int32 age = 2;\n}\n'
WITH_MAIL = PERSON.replace("}", "  string mail = 3;\n}")


def proto(definition: str, **fields: str) -> types.Schema:
    """A schema as requests carry it."""
    return types.Schema(type_=types.Schema.Type.PROTOCOL_BUFFER, definition=definition, **fields)


def create(client: SchemaServiceClient, definition: str = PERSON, name: str = SCHEMA) -> str:
    """Make a schema; the id of its revision."""
    parent, _, schema_id = name.partition("/schemas/")
    made = client.create_schema(parent=parent, schema=proto(definition), schema_id=schema_id)
    return str(made.revision_id)


def commit(client: SchemaServiceClient, definition: str) -> str:
    """Commit a revision; its id."""
    made = client.commit_schema(name=SCHEMA, schema=proto(definition, name=SCHEMA))
    return str(made.revision_id)
