"""The archive as it will be deployed: laid out in an empty folder, nothing else on the path."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from builders import a_push, an_audit_entry

from local.archive import archive_files, lay_out
from local.processes import StartError, clean_environment, function

SETTINGS = {
    "GOOGLE_CLOUD_PROJECT": "analytics-dev",
    "EVENTS_TOPIC": "events",
    "DEAD_LETTER_TOPIC": "dead-letters",
}


@pytest.fixture
def main(tmp_path: Path) -> Path:
    return lay_out("register_model", tmp_path)


def test_the_archive_holds_the_function_shared_requirements_and_policy_and_nothing_else() -> None:
    names = set(archive_files("register_model"))

    outside = {name for name in names if not name.startswith("shared/")}
    assert outside == {"main.py", "policy.yaml", "requirements.txt"}
    assert {Path(name).suffix for name in names if name.startswith("shared/")} == {".py"}


def test_the_archive_boots_and_answers_an_event(main: Path) -> None:
    with function(main, SETTINGS) as (address, process):
        answer = requests.post(address, data=a_push(an_audit_entry("modelDataRead")), timeout=10)
        reason = process.wait_for_line(re.compile(r'"reason":"(\w+)"'))

    assert (answer.status_code, reason) == (200, "NOT_A_CHANGE")


def test_it_imports_nothing_that_is_not_in_the_archive_or_in_its_requirements(main: Path) -> None:
    pinned = (main.parent / "requirements.txt").read_text()
    script = (
        "import sys; sys.path.insert(0, '.'); import shared.wiring, shared.adapters.bigquery,"
        "shared.adapters.vertex, shared.adapters.pubsub;"
        "print(*{m.partition('.')[0] for m in sys.modules})"
    )
    run = subprocess.run(
        [sys.executable, "-P", "-c", script],
        cwd=main.parent,
        env=clean_environment(**SETTINGS),
        capture_output=True,
        text=True,
        check=True,
    )

    loaded = set(run.stdout.split())
    assert not loaded & {"emulator", "local", "tests", "rich", "lark", "sqlglot", "waitress"}
    assert re.search(r"^msgspec==", pinned, re.MULTILINE)


def test_a_broken_policy_stops_the_function_at_start_naming_file_line_and_fault(
    main: Path,
) -> None:
    broken = "version: 1\nrules:\n  - name: a\n    matsch: {}\n    register: {}\n"
    (main.parent / "policy.yaml").write_text(broken)

    with pytest.raises(StartError) as raised, function(main, SETTINGS):
        pass

    assert "policy.yaml:4" in str(raised.value)
    assert "matsch" in str(raised.value)
    assert "Traceback" not in str(raised.value)


def test_missing_settings_stop_the_function_at_start_each_in_a_line(main: Path) -> None:
    with pytest.raises(StartError) as raised, function(main, {"EVENTS_TOPIC": "events"}):
        pass

    assert "GOOGLE_CLOUD_PROJECT is not set." in str(raised.value)
    assert "DEAD_LETTER_TOPIC is not set." in str(raised.value)
    assert "Traceback" not in str(raised.value)
