"""checkov over terraform/: nothing it objects to, but what says in place why it is so."""

from __future__ import annotations

import json
import os
import re
import subprocess
from typing import Any

import pytest

from local.cloud.repository import REPOSITORY

CHECKOV = REPOSITORY / ".venv-scan" / "bin" / "checkov"
_SKIP = re.compile(r"#\s*checkov:skip=(\w+)(?::(.*))?$", re.MULTILINE)
_OPTIONS = ("--framework", "terraform", "--skip-download", "--skip-path", "/tests/", "--compact")


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    if not CHECKOV.exists():
        pytest.skip("the scan of terraform/ is left out: `make test` installs checkov")
    command = [str(CHECKOV), "--directory", "terraform", *_OPTIONS, "--output", "json"]
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "")}
    # It answers 1 for what it objects to: the report says what.
    done = subprocess.run(
        command, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, timeout=100, check=False
    )
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def test_every_file_was_read(found: dict[str, Any]) -> None:
    assert found["summary"]["parsing_errors"] == 0
    assert found["summary"]["passed"] > 50


def test_nothing_is_objected_to(found: dict[str, Any]) -> None:
    failed = found["results"]["failed_checks"]

    assert [(c["check_id"], c["check_name"], c["file_path"], c["resource"]) for c in failed] == []


def test_every_exception_says_why() -> None:
    texts = {path: path.read_text() for path in (REPOSITORY / "terraform").rglob("*.tf")}
    exceptions = [
        (path.name, *each) for path, text in texts.items() for each in _SKIP.findall(text)
    ]

    assert exceptions
    assert [each for each in exceptions if len(each[2].split()) < 5] == []
