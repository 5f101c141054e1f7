"""The databases that Terraform makes for what the functions remember, on the local cloud."""

from __future__ import annotations

from typing import Any

from local.cloud.topics import PROJECT

REGISTRY_DATABASE = "bqml-registry"
CLEANUP_DATABASE = "bqml-cleanup"
# What is never asked for in a query, and where a document says when it may go.
_PAYLOADS = {
    REGISTRY_DATABASE: ("models", ("transitions", "past", "aliases", "origin")),
    CLEANUP_DATABASE: ("intents", ("plan", "progress")),
}
_EXPIRES = "expire_at"


def database_name(database: str, project: str = PROJECT) -> str:
    """A database's full name."""
    return f"projects/{project}/databases/{database}"


def databases(project: str = PROJECT) -> list[dict[str, Any]]:
    """Both databases, as the state of the local cloud's Firestore has them."""
    return [
        {
            "name": database_name(database, project),
            "locationId": "us-central1",
            "fields": [
                *({"collectionGroup": kind, "field": f, "indexConfig": {}} for f in payloads),
                {"collectionGroup": kind, "field": _EXPIRES, "ttlConfig": {}},
            ],
        }
        for database, (kind, payloads) in _PAYLOADS.items()
    ]
