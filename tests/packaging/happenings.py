"""One event for each function, with what it should make of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from analyst import train
from builders import CHURN, a_push, an_audit_entry
from msgspec import Struct

SETTINGS = {
    "GOOGLE_CLOUD_PROJECT": "analytics-dev",
    "EVENTS_TOPIC": "events",
    "DEAD_LETTER_TOPIC": "dead-letters",
}


class Happening(Struct, frozen=True):
    """What happens in the cloud, told as the body of a push; and the reason in the function's log."""

    body: Callable[[], bytes]
    reason: str


def created() -> bytes:
    job = train(CHURN, labels={"vertex": "register", "stage": "prod"})
    return pushed(an_audit_entry(jobName=f"projects/analytics-dev/jobs/{job.job_id}"))


def requested() -> bytes:
    train(CHURN)
    return pushed({"model": str(CHURN)})


def swept() -> bytes:
    return pushed({"project": CHURN.project, "dataset": CHURN.dataset})


def pushed(content: dict[str, Any]) -> bytes:
    """A push of what was published just now."""
    body = json.loads(a_push(content))
    body["message"]["publishTime"] = datetime.now(UTC).isoformat()
    return json.dumps(body).encode()


HAPPENINGS = {
    "register_model": Happening(created, "RULE_MATCHED"),
    "cleanup_endpoints": Happening(requested, "CLEANUP_PLANNED"),
    "reconcile": Happening(swept, "DATASET_SWEPT"),
}
