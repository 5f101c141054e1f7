"""The local cloud's README is true: its program runs, its requests are accepted, its tables are fresh.

Real: everything; the README's own program starts the process. Each request goes to the control API.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import requests

from emulator.assembly import assemble
from emulator.control import control_app
from emulator.documentation import settings_table
from emulator.settings import Settings

README = (Path(__file__).parents[2] / "emulator" / "README.md").read_text()
BLOCKS = re.findall(r"^```(python|http)\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
REQUESTS = [block for language, block in BLOCKS if language == "http"]


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """The names of the README's program; what it starts ends with the test."""
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", "")
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", "")
    monkeypatch.delenv("BIGQUERY_EMULATOR_HOST", raising=False)
    names: dict[str, Any] = {}
    yield names
    process: subprocess.Popen[str] | None = names.get("process")
    if process:
        process.terminate()
        process.communicate(timeout=10)


def send(address: str, block: str) -> requests.Response:
    head, _, body = block.partition("\n")
    method, path = head.split()
    headers = {"Content-Type": "application/json"}
    return requests.request(method, address + path, data=body, headers=headers, timeout=20)


def test_the_program_runs_and_its_requests_are_accepted(program: dict[str, Any]) -> None:
    for language, block in BLOCKS:
        if language == "python":
            exec(compile(block, "emulator/README.md", "exec"), program)
        else:
            answer = send(program["addresses"]["control"], block)

            assert answer.status_code == 200, (block, answer.text)


def test_every_route_of_the_control_api_has_an_example() -> None:
    services = assemble()
    app = control_app(services.cloud, services.logging)
    routes = {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
        if method in {"GET", "PUT", "POST"} and rule.endpoint != "static"
    }

    assert {block.partition("\n")[0].partition("?")[0] for block in REQUESTS} == routes


def test_the_table_of_settings_is_that_of_the_code() -> None:
    shown = README.partition("<!-- generated: settings -->\n")[2]

    assert shown.partition("\n<!-- /generated: settings -->")[0] == settings_table()


def test_every_assumed_setting_is_among_the_assumptions() -> None:
    assumptions = README.partition("## Assumed")[2]
    assumed = [item.name for item in fields(Settings) if item.metadata["assumed"]]

    assert [name for name in assumed if f"`{name}`" not in assumptions] == []
