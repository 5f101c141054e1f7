"""One event for each function, with what it should make of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests
from msgspec import Struct

from local.cloud.control import Control
from local.cloud.databases import databases
from local.cloud.servers import Addresses, function
from tests.analyst import create_dataset, train
from tests.builders import CHURN, a_push, an_audit_entry
from tests.functional.topics import Topics

SETTINGS = {
    "GOOGLE_CLOUD_PROJECT": "analytics-dev",
    "EVENTS_TOPIC": "events",
    "DEAD_LETTER_TOPIC": "dead-letters",
}

REASON = re.compile(r'"reason":"(\w+)"')


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


def goes_through(name: str, main: Path, addresses: Addresses, control: Control) -> None:
    """Boot an archive's function, and have it settle its event on the local cloud."""
    control.settings(job_latency=0.0, registration_latency=0.0, version_latency=0.0)
    control.put_state(firestore={"databases": databases()})
    topics = Topics()
    topics.add("bqml-deletion-requests")
    create_dataset("prod_sales")
    event = HAPPENINGS[name].body()

    with function(main, {**SETTINGS, **addresses.env}) as (address, process):
        answer = requests.post(address, data=event, timeout=20)
        told = process.wait_for_line(REASON)

    assert (answer.status_code, told) == (200, HAPPENINGS[name].reason)
    assert topics.pull("events")
    assert topics.pull("dead-letters") == []
