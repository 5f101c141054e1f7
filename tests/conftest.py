"""The local cloud for the rings that need it: one process a test worker, forgotten after each test.

Real: every wire, the official clients, the local cloud's state. Faked: nothing here; the unit ring
has tests/fakes. Observed: state read back through official clients, and what a subscriber got.

What tests record as `faults` and `figures` (record_property) is shown when all are done.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from local.cloud.control import Control
from local.cloud.repository import REPOSITORY
from local.cloud.servers import Addresses, emulator
from tests.faults.table import table

PROJECT = "analytics-dev"
# For the programs that tests start: the package is not installed, so that an archive is tried alone.
os.environ["PYTHONPATH"] = str(REPOSITORY / "shared")


@pytest.fixture(scope="session")
def local_cloud() -> Iterator[Addresses]:
    """The running local cloud's addresses."""
    with emulator() as addresses:
        yield addresses


@pytest.fixture
def control(local_cloud: Addresses, monkeypatch: pytest.MonkeyPatch) -> Iterator[Control]:
    """The control API of a local cloud that knows nothing yet; official clients find it."""
    for name, value in local_cloud.env.items():
        monkeypatch.setenv(name, value)
    control = Control(local_cloud.control)
    control.reset()
    yield control
    control.reset()


@pytest.fixture(autouse=True)
def _no_inherited_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the machine's environment says about a function's settings does not count."""
    for name in ("GOOGLE_CLOUD_PROJECT", "EVENTS_TOPIC", "DEAD_LETTER_TOPIC", "DRY_RUN"):
        if name in os.environ:
            monkeypatch.delenv(name)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Flow x fault, and what was measured, from whichever process they were recorded in."""
    stats = terminalreporter.stats
    reports = [*stats.get("passed", ()), *stats.get("failed", ())]
    recorded = [item for report in reports for item in getattr(report, "user_properties", ())]
    shown = {
        "flows x faults": table(row for name, row in recorded if name == "faults"),
        "figures of this machine": [text for name, text in recorded if name == "figures"],
    }
    for title, lines in shown.items():
        if lines:
            terminalreporter.section(title)
            terminalreporter.write_line("\n".join(lines))
