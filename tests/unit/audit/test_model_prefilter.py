"""Entries that are not about a model: what is told of them, and that telling so costs nothing."""

from __future__ import annotations

import json
import subprocess
import sys

from bqml_registrar.audit.entry import Ignored
from bqml_registrar.audit.model_changes import detect
from tests.builders import CHURN, an_audit_entry


def test_an_ignored_entry_says_what_it_was_about() -> None:
    ignored = detect(an_audit_entry("modelDataRead"))

    assert isinstance(ignored, Ignored)
    assert ignored.resource == str(CHURN)


def test_an_ignored_entry_imports_nothing_of_googles() -> None:
    script = (
        "import json, sys; from bqml_registrar.audit.model_changes import detect; detect(json.load(sys.stdin));"
        "print(*(m for m in sys.modules if m.startswith(('google.', 'grpc', 'proto'))))"
    )
    entry = json.dumps(an_audit_entry("modelDataRead"))
    run = subprocess.run(
        [sys.executable, "-c", script], input=entry, capture_output=True, text=True, check=True
    )

    # `google.cloud` alone is an empty namespace that an installed .pth file makes.
    assert set(run.stdout.split()) <= {"google.cloud"}
