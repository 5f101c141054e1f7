"""Who does something, and by which call: what every audit entry tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from emulator.calls import Caller

_SERVICES = "google.cloud.bigquery.v2."
INSERT_JOB = f"{_SERVICES}JobService.InsertJob"
QUERY = f"{_SERVICES}JobService.Query"


@dataclass(frozen=True)
class Action:
    """A change in the making: the caller, the full method name and, within a job, the job."""

    caller: Caller
    method: str
    job: dict[str, Any] | None = None


def full_method(method: str) -> str:
    """`ModelService.GetModel` -> the name by which audit logs and faults call it."""
    return _SERVICES + method
