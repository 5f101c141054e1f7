"""The deployed main.py in the framework's own server, in this process, on the local cloud.

Real: functions-framework, main.py and all of `bqml_registrar`, the official clients, the local cloud.
Faked: the push (the test posts what Pub/Sub would). Observed: the HTTP answer, the log line, and
what a subscriber gets.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from functions_framework import create_app

from local.cloud.control import Control
from local.cloud.databases import databases
from local.cloud.servers import Addresses
from tests.analyst import create_dataset, train
from tests.builders import CHURN
from tests.functional.function_settings import AT_ONCE, policy, set_up
from tests.functional.running import Running
from tests.functional.serving import Serving
from tests.functional.topics import Topics

MAIN = Path(__file__).resolve().parents[2] / "functions" / "register_model" / "main.py"
POLICY = Path(__file__).resolve().parents[2] / "policy.yaml"


@pytest.fixture
def topics(control: Control) -> Topics:
    control.settings(job_latency=0.0, registration_latency=0.0, version_latency=0.0)
    control.put_state(firestore={"databases": databases()})
    return Topics()


@pytest.fixture
def trained(topics: Topics) -> None:
    """`churn`, as Ana trains it, with the labels that have it registered."""
    create_dataset("prod_sales")
    train(CHURN, labels={"vertex": "register", "stage": "prod"})


@pytest.fixture(params=["true", "false"], ids=["echo ignored", "echo heard"])
def ignores_echo(request: pytest.FixtureRequest) -> bool:
    """Whether the function ignores its own echo; as nothing may depend on it, every test runs twice."""
    return bool(request.param == "true")


@pytest.fixture
def function(
    request: pytest.FixtureRequest,
    topics: Topics,
    ignores_echo: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[FlaskClient]:
    """A client of the function as functions-framework serves it; a parameter is more settings."""
    monkeypatch.setenv("IGNORE_ECHO", str(ignores_echo).lower())
    for name, value in getattr(request, "param", {}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "analytics-dev")
    monkeypatch.setenv("EVENTS_TOPIC", "events")
    monkeypatch.setenv("DEAD_LETTER_TOPIC", "dead-letters")
    monkeypatch.setenv("POLICY_FILE", str(POLICY))
    app = create_app("register_model", str(MAIN), "http")
    yield app.test_client()
    sys.modules.pop("main", None)


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str]) -> Any:
    """Reads the JSON log lines written since the last read."""

    def read() -> list[dict[str, Any]]:
        lines = capsys.readouterr().out.splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    return read


@pytest.fixture
def run(
    control: Control,
    topics: Topics,
    logged: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Running]:
    """Runs all functions, with a policy of these clean-up rules and (in capitals) these settings.

    Again: other instances of them take over, on the same topics.
    """
    made: list[Running] = []

    def run(**given: Any) -> Running:
        settings = {name: value for name, value in given.items() if name.isupper()}
        rules = {name: value for name, value in given.items() if not name.isupper()}
        set_up(monkeypatch, tmp_path / "policy.yaml", policy(**rules), **settings)
        made[:] = made or [Running(control, topics, logged)]
        return made[0].restarted()

    control.settings(**AT_ONCE)
    return run


@pytest.fixture
def serving(local_cloud: Addresses) -> Serving:
    return Serving(local_cloud)
