"""Settings about Firestore."""

from __future__ import annotations

from dataclasses import dataclass

from emulator.setting_fields import setting


@dataclass(frozen=True, kw_only=True)
class FirestoreSettings:
    """Latencies in seconds, and assumptions."""

    firestore_ttl_lag: float = setting(
        86_400.0,
        "seconds from the moment in a document's TTL field to the document's deletion",
        assumed=True,
    )
    firestore_update_of_missing_status: str = setting(
        "FAILED_PRECONDITION",
        "canonical code of a write with an update_time as its precondition when there is no document",
        assumed=True,
        choices=("FAILED_PRECONDITION", "NOT_FOUND"),
    )
    firestore_api_disabled_projects: tuple[str, ...] = setting(
        (),
        "projects, by id or number, that have not enabled the Cloud Firestore API",
        pattern="[^/]+",
    )
