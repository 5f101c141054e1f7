"""One database: what the Admin API shows of it, its documents, indexes and settings of fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator.firestore.field_paths import Path, parse
from emulator.firestore.names import collection_of

# Documents by name; whoever changes one puts another in its place.
Documents = Mapping[str, Any]


@dataclass
class Database:
    """A database; `fields` are by collection group and path as the Admin API writes it."""

    info: Any
    documents: dict[str, Any] = field(default_factory=dict)
    indexes: dict[str, Any] = field(default_factory=dict)
    fields: dict[tuple[str, str], Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The resource name."""
        return str(self.info.name)

    def expiry_field(self, document_name: str) -> Path | None:
        """The field that says when a document expires, if its collection group has such a policy."""
        group = collection_of(document_name)
        for (owner, path), settings in self.fields.items():
            if owner == group and settings.HasField("ttl_config"):
                return parse(path)
        return None
