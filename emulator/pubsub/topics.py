"""Topics: their configuration and their life."""

from __future__ import annotations

from typing import Any

from google.protobuf import json_format
from google.pubsub_v1 import types

from emulator.pubsub.fields import merge, need_paths, refuse_fields
from emulator.pubsub.names import check_name, missing, taken
from emulator.pubsub.schema_settings import check_settings
from emulator.pubsub.schemas import DELETED_SCHEMA, Schemas

Topic = types.Topic.pb()

DELETED_TOPIC = "_deleted-topic_"

UNSUPPORTED = ("ingestion_data_source_settings", "message_transforms", "tags")
UPDATABLE = (
    "labels",
    "message_storage_policy",
    "message_retention_duration",
    "kms_key_name",
    "schema_settings",
)


class Topics:
    """All topics by name; the caller holds the lock."""

    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas
        self._topics: dict[str, Any] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._topics

    def names(self) -> list[str]:
        """The names of all topics."""
        return list(self._topics)

    def create(self, request: Any) -> Any:
        """A new topic."""
        check_name(request.name, "topics")
        refuse_fields(request, UNSUPPORTED)
        if request.name in self._topics:
            raise taken(request.name)
        if request.HasField("schema_settings"):
            check_settings(self._schemas, request.schema_settings)
        topic = Topic()
        topic.CopyFrom(request)
        topic.state = topic.ACTIVE
        self._topics[request.name] = topic
        return topic

    def get(self, name: str) -> Any:
        """The topic, or NOT_FOUND."""
        check_name(name, "topics")
        if name not in self._topics:
            raise missing(name)
        return self._topics[name]

    def update(self, request: Any) -> Any:
        """Change what the mask names."""
        current = self.get(request.topic.name)
        need_paths(request.update_mask, "Topic")
        refuse_fields(request.topic, UNSUPPORTED)
        changed = merge(current, request.topic, request.update_mask, UPDATABLE)
        if _of_schema(request.update_mask) and changed.HasField("schema_settings"):
            check_settings(self._schemas, changed.schema_settings)
        self._topics[changed.name] = changed
        return changed

    def lose_schema(self, name: str) -> None:
        """A schema was deleted: the topics that have it say so."""
        for topic in self._topics.values():
            if topic.schema_settings.schema == name:
                topic.schema_settings.schema = DELETED_SCHEMA

    def delete(self, name: str) -> None:
        """Forget the topic; its subscriptions are the caller's concern."""
        self.get(name)
        del self._topics[name]

    def dump(self) -> list[dict[str, Any]]:
        """All topics as JSON."""
        return [json_format.MessageToDict(topic) for topic in self._topics.values()]

    def load(self, state: list[dict[str, Any]]) -> None:
        """Replace all topics."""
        topics = [json_format.ParseDict(topic, Topic()) for topic in state]
        self._topics = {topic.name: topic for topic in topics}


def _of_schema(mask: Any) -> bool:
    return any(path.partition(".")[0] == "schema_settings" for path in mask.paths)
