"""The topic of the registry events, as Terraform makes it: with the schema that its messages have."""

from __future__ import annotations

from google.cloud.pubsub_v1 import PublisherClient, SchemaServiceClient
from google.pubsub_v1.types import Encoding, Schema

from local.cloud.repository import REPOSITORY

DEFINITION = REPOSITORY / "schemas" / "registry_event.proto"
_SCHEMA = "bqml-registry-event"


def create_event_topic(name: str) -> None:
    """Make the topic of that full name, and its schema in the same project."""
    project = name.partition("/topics/")[0]
    definition = Schema(type_=Schema.Type.PROTOCOL_BUFFER, definition=DEFINITION.read_text())
    with SchemaServiceClient() as schemas:
        schema = schemas.create_schema(parent=project, schema=definition, schema_id=_SCHEMA)
    settings = {"schema": schema.name, "encoding": Encoding.JSON}
    with PublisherClient() as publisher:
        publisher.create_topic(request={"name": name, "schema_settings": settings})
