"""The demo and the playground as a person runs them: real processes, watched from outside.

Faked: nothing. Observed: output, exit status, and the processes that are left behind, which are
known by a variable that they inherit.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
MARK = "BQML_REGISTRAR_TEST_RUN"
SECONDS = 60


class Program:
    """A program whose processes all carry a mark of its own."""

    def __init__(self, module: str, *options: str) -> None:
        self.mark = uuid.uuid4().hex
        self.child = subprocess.Popen(
            [sys.executable, "-m", module, *options],
            cwd=REPOSITORY,
            env={**os.environ, MARK: self.mark},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )

    def read_until(self, text: str) -> None:
        lines = []
        for line in self.child.stdout or ():
            lines.append(line)
            if text in line:
                return
        pytest.fail(f"{text!r} did not come:\n{''.join(lines)}")

    def signal(self, number: signal.Signals) -> None:
        self.child.send_signal(number)

    def end(self, typed: str = "") -> tuple[list[str], int]:
        """Its lines and its exit status."""
        output, _ = self.child.communicate(typed, timeout=SECONDS)
        return output.splitlines(), self.child.returncode

    def left_behind(self) -> list[psutil.Process]:
        """The processes that are there now and carry the mark."""
        return [process for process in psutil.process_iter() if _mark_of(process) == self.mark]


Start = Callable[..., Program]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a program; whatever is left of it after the test is ended."""
    started: list[Program] = []

    def begin(module: str, *options: str) -> Program:
        started.append(Program(module, *options))
        return started[-1]

    yield begin
    for program in started:
        for process in program.left_behind():
            process.kill()
        with program.child:
            pass


def _mark_of(process: psutil.Process) -> str | None:
    try:
        return process.environ().get(MARK)
    except (psutil.Error, OSError):  # gone, a zombie, or somebody else's
        return None


def test_the_day_goes_as_it_should_and_leaves_nothing_behind(start: Start) -> None:
    demo = start("local.demo")
    lines, status = demo.end()

    assert lines[-1] == "demo: ok", "\n".join(lines)
    assert status == 0
    assert demo.left_behind() == []
    assert not [line for line in lines if "\x1b" in line or len(line) > 100]
    assert timeless(readme_timeline()) <= timeless(lines)


def readme_timeline() -> list[str]:
    """The acts that the README shows."""
    text = (REPOSITORY / "README.md").read_text()
    return text.partition("```text\n")[2].partition("```")[0].splitlines()


def timeless(lines: list[str]) -> set[str]:
    """Lines without what differs from run to run: deliveries, ids, times, widths of columns."""
    varying = re.compile(r"\b\d+x |id \w{8}|\(at rest.*\)|in [\d.]+ s")
    return {" ".join(varying.sub("", line).split()) for line in lines}


@pytest.mark.parametrize(
    ("number", "moment"),
    [
        pytest.param(signal.SIGINT, "An analyst's day", id="ctrl-c-while-starting"),
        pytest.param(signal.SIGINT, "2  ", id="ctrl-c-during-the-day"),
        pytest.param(signal.SIGTERM, "1  ", id="sigterm-during-the-day"),
    ],
)
def test_an_interrupted_demo_leaves_nothing_behind(
    start: Start, number: signal.Signals, moment: str
) -> None:
    demo = start("local.demo")
    demo.read_until(moment)
    demo.signal(number)
    demo.signal(number)  # an impatient person
    lines, status = demo.end()

    assert demo.left_behind() == []
    assert status == 128 + number
    assert lines[-1] == "demo: interrupted; all processes are ended"


def test_a_day_that_goes_otherwise_is_told_and_fails(start: Start, tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text("version: 1\nrules: []\n")
    demo = start("local.demo", "--policy", str(policy))
    lines, status = demo.end()
    told = [" ".join(line.split()) for line in lines]

    assert status == 1
    assert told[-1].endswith("checks differ")
    at = told.index("decisions differ")
    assert told[at + 1 : at + 4] == [
        "expected prod_sales.churn OWN_ECHO",
        "prod_sales.churn RULE_MATCHED",
        "seen prod_sales.churn NO_RULE_MATCHED",
    ]
    assert demo.left_behind() == []


def test_a_policy_that_is_broken_is_told_and_fails(start: Start, tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text("version: 1\nrules:\n  - nam: x\n")
    demo = start("local.demo", "--policy", str(policy))
    lines, status = demo.end()

    assert status == 1
    assert lines[-1] == "demo: failed"
    assert any("policy.yaml:3" in line for line in lines)
    assert demo.left_behind() == []


def test_the_playground_runs_sql_from_a_pipe_and_tells_what_comes_of_it(start: Start) -> None:
    playground = start("local.playground")
    lines, status = playground.end(
        "CREATE MODEL prod_sales.churn\n"
        "OPTIONS (model_type = 'KMEANS') AS SELECT 1 AS x;\n"
        "label prod_sales.churn vertex=register stage=prod team=growth\n"
        "DROP MODEL prod_sales.unknown;\n"
        "models\n"
        "state\n"
    )
    told = "\n".join(lines)

    assert "skipped NO_RULE_MATCHED" in told
    assert "model.v1.registered" in told
    assert "refused: Not found: Model analytics-dev:prod_sales.unknown" in told
    assert "prod_sales-churn@1  default, prod" in told
    assert "export PUBSUB_EMULATOR_HOST=127.0.0.1:" in told
    assert status == 0
    assert playground.left_behind() == []


def test_ctrl_c_ends_the_playground_and_leaves_nothing_behind(start: Start) -> None:
    playground = start("local.playground")
    playground.read_until("quit, Ctrl-D")
    playground.signal(signal.SIGINT)
    lines, status = playground.end()

    assert playground.left_behind() == []
    assert status == 0
    assert lines[-1] == "All processes are ended."
