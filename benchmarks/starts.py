"""One fresh process: how long until it is ready and has answered its first event, and its memory."""

from __future__ import annotations

import time
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urlsplit

from benchmarks.candidates import Candidate
from benchmarks.memory import pss_of_tree, pss_of_tree_alone
from local.cloud.servers import function

# The framework answers this path by itself (404), so that no function runs.
_FRAMEWORK_PATH = "/robots.txt"
# A sweep of 10,000 models is one answer.
_TIMEOUT = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Seconds since the spawn, and the memory after the answer in MB."""

    ready: float
    answered: float
    pss: float
    pss_alone: float


def start(candidate: Candidate, body: bytes | None) -> Start:
    """Spawn, wait until the framework answers, deliver one event if any, look at the memory, end."""
    began = time.perf_counter()
    with function(candidate.main, candidate.settings) as (address, process):
        ask(address, "GET", _FRAMEWORK_PATH)
        ready = time.perf_counter()
        if body is not None:
            deliver(address, body)
        answered = time.perf_counter()
        return Start(
            ready=ready - began,
            answered=answered - began,
            pss=pss_of_tree(process.pid),
            pss_alone=pss_of_tree_alone(process.pid),
        )


def deliver(address: str, body: bytes) -> None:
    """POST a push body; RuntimeError for any answer but 200."""
    status, text = ask(address, "POST", "/", body)
    if status != 200:
        raise RuntimeError(f"{address} answered {status} {text[:200]}")


def ask(address: str, method: str, path: str, body: bytes = b"") -> tuple[int, str]:
    """One HTTP request on a connection of its own; status and text of the answer."""
    connection = HTTPConnection(urlsplit(address).netloc, timeout=_TIMEOUT)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace")
    finally:
        connection.close()
