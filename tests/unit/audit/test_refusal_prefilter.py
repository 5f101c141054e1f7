"""Entries that tell of no refusal, and that telling so costs nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bqml_registrar import AGENT
from bqml_registrar.audit.entry import Ignored
from bqml_registrar.audit.refusals import Refusal, detect_refusal
from tests.builders import (
    a_job_entry,
    a_refused_call_entry,
)

EVENTS = sorted((Path(__file__).parents[2] / "events").glob("*.json"))


def test_our_own_refused_call_is_heard_where_the_echo_counts() -> None:
    entry = a_refused_call_entry(agent=f"{AGENT}/0.3.0 gl-python/3.11")

    assert isinstance(detect_refusal(entry, ignore_echo=False), Refusal)


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: path.stem)
def test_no_sample_tells_of_a_refusal(path: Path) -> None:
    sample = json.loads(path.read_text())

    assert isinstance(detect_refusal(sample.get("data", sample)), Ignored)


def test_nothing_of_googles_is_loaded_for_an_entry_that_is_ignored() -> None:
    program = (
        "import sys, json; from bqml_registrar.audit.refusals import detect_refusal; "
        "print(detect_refusal(json.loads(sys.stdin.read())).reason.name, "
        "'google.events.cloud' in sys.modules)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps(a_job_entry()),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    assert ran.stdout.split() == ["NOT_A_REFUSAL", "False"]
