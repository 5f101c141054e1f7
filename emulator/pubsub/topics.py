"""Topics: their configuration and their life."""

from __future__ import annotations

from typing import Any

from google.protobuf import json_format
from google.pubsub_v1 import types

from emulator.pubsub.fields import merge, need_paths, refuse_fields
from emulator.pubsub.names import check_name, missing, taken

Topic = types.Topic.pb()

DELETED_TOPIC = "_deleted-topic_"

UNSUPPORTED = ("schema_settings", "ingestion_data_source_settings", "message_transforms", "tags")
UPDATABLE = ("labels", "message_storage_policy", "message_retention_duration", "kms_key_name")


class Topics:
    """All topics by name; the caller holds the lock."""

    def __init__(self) -> None:
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
        self._topics[changed.name] = changed
        return changed

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
