"""Clean-ups by `cleanup_endpoints`: from the request to the deletion of a model on many endpoints."""

from __future__ import annotations

import re
import time

from benchmarks.deployments import deploy, model_is_there, request_deletion
from local.cloud.rollout import rollout

_FUNCTION = "cleanup_endpoints"
_CLEANED_UP = re.compile(r'"reason":"(CLEANED_UP)"')
_SECONDS = 120.0


def measure_cleanup(endpoints: int, latency: float) -> float:
    """Seconds from the request to the end, of a fresh process that has its clients to import.

    `latency` is what each API call takes.
    """
    with rollout(functions=(_FUNCTION,)) as running:
        deploy(running.control, endpoints)
        running.control.settings(latency=latency)
        began = time.perf_counter()
        request_deletion()
        running.processes[_FUNCTION].wait_for_line(_CLEANED_UP, _SECONDS)
        seconds = time.perf_counter() - began
        if model_is_there():
            raise RuntimeError("the model was not deleted")
        return seconds
