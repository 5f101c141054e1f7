"""The local cloud and the functions, each served by a process of its own on a free loopback port."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from local.cloud.process import Process
from local.cloud.repository import REPOSITORY

# How the deployment serves a function; Terraform's `concurrency` and environment follow. One worker,
# since an instance has one core, with a thread for each delivery that Cloud Run lets in at a time.
CONCURRENCY = 16
SERVING = {"WORKERS": "1", "THREADS": str(CONCURRENCY)}

# At SIGTERM gunicorn waits for idle connections to close, which takes 2 s.
_END = signal.SIGINT
_ADDRESSES = re.compile(r"^(\{.*\})$")
_LISTENING = re.compile(r"Listening at: (http://[\d.]+:\d+)")
# What would change the function, or send calls to the local cloud elsewhere.
_LEFT_OUT = (
    "PYTHONPATH",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "PORT",
    "POLICY_FILE",
    "DELETION_TOPIC",
    "DELIVERY_SECONDS",
    "DRY_RUN",
    "EVENT_PREFIX",
    "RECONCILE_PROJECTS",
    "CLEANUP_DATABASE",
    "REGISTRY_DATABASE",
    "RECONCILE_TOPIC",
    "SWEEP_ORIGIN_DAYS",
    "SWEEP_SETTLE_SECONDS",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where the local cloud listens; `env` points this project's own code there."""

    bigquery: str
    vertex_grpc: str
    vertex_rest: str
    pubsub: str
    firestore: str
    control: str
    env: dict[str, str]


def clean_environment(**settings: str) -> dict[str, str]:
    """This process's environment without what would change a function's, and `settings`."""
    kept = {key: value for key, value in os.environ.items() if key not in _LEFT_OUT}
    return {**kept, "PYTHONUNBUFFERED": "1", "no_proxy": "127.0.0.1", **settings}


@contextlib.contextmanager
def emulator() -> Iterator[Addresses]:
    """The local cloud, and where it listens."""
    process = Process([sys.executable, "-m", "emulator"], clean_environment(), REPOSITORY)
    try:
        yield Addresses(**json.loads(process.wait_for_line(_ADDRESSES)))
    finally:
        process.stop()


@contextlib.contextmanager
def function(main: Path, settings: Mapping[str, str]) -> Iterator[tuple[str, Process]]:
    """A laid-out function on functions-framework, served as deployed; its address and its process."""
    with functions({main: settings}) as (started,):
        yield started


@contextlib.contextmanager
def functions(
    settings: Mapping[Path, Mapping[str, str]],
) -> Iterator[tuple[tuple[str, Process], ...]]:
    """Several, each a main.py with its settings; they start, and end, at the same time."""
    with contextlib.ExitStack() as started:
        processes = [
            started.enter_context(_starting(main, chosen)) for main, chosen in settings.items()
        ]
        started.callback(_ask_all, processes)
        yield tuple((process.wait_for_line(_LISTENING), process) for process in processes)


def _ask_all(processes: Iterable[Process]) -> None:
    for process in processes:
        process.ask(_END)


@contextlib.contextmanager
def _starting(main: Path, settings: Mapping[str, str]) -> Iterator[Process]:
    framework = str(Path(sys.executable).with_name("functions-framework"))
    # gunicorn keeps a control socket in the runtime folder, else in the home folder.
    own = {"GUNICORN_LOG_LEVEL": "info", "XDG_RUNTIME_DIR": str(main.parent)}
    command = [framework, "--source", str(main), "--target", target_of(main)]
    command += ["--host", "127.0.0.1", "--port", "0"]
    process = Process(command, clean_environment(**{**SERVING, **settings, **own}), main.parent)
    try:
        yield process
    finally:
        process.stop(_END)


def target_of(main: Path) -> str:
    """The function that a main.py declares: the one under `@functions_framework.http`."""
    found = re.search(r"@functions_framework\.http\ndef (\w+)", main.read_text())
    if not found:
        raise ValueError(f"{main} declares no function")
    return found.group(1)
