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
from typing import NamedTuple

import psutil
import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
MARK = "BQML_REGISTRAR_TEST_RUN"
SECONDS = 120


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


class Day(NamedTuple):
    """A demo that has ended."""

    lines: list[str]
    status: int
    left_behind: list[psutil.Process]


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


@pytest.fixture(scope="module")
def day() -> Day:
    """The demo, played once."""
    demo = Program("local.demo")
    with demo.child:
        lines, status = demo.end()
    return Day(lines=lines, status=status, left_behind=demo.left_behind())


def test_the_day_goes_as_it_should_and_leaves_nothing_behind(day: Day) -> None:
    lines = day.lines

    assert lines[-1] == "demo: ok", "\n".join(lines)
    assert day.status == 0
    assert day.left_behind == []
    assert not [line for line in lines if "\x1b" in line or len(line) > 100]
    shown = timeless(lines)
    assert [line for line in readme_timeline() if timeless([line]) not in shown] == []


def test_the_day_ends_with_what_becomes_of_deployed_models(day: Day) -> None:
    told = timeless(day.lines)

    assert "Please undeploy the model before retry." in told  # in BigQuery's own words
    assert "storefront upsell@2 70 %, prod_a-churn@1 30 % -> upsell@2 100 %" in told
    assert "scoring prod_a-churn@1 100 % -> empty" in told
    assert "deletion.v1.blocked prod_sales.revenue NOTIFY_ONLY" in told
    assert "how to go on Publish {" in told
    assert "gcloud pubsub topics publish bqml-deletion-requests --message" in told
    assert "forecast prod_sales-revenue@1 100 % -> empty" in told
    assert re.search(r"labels now prod_sales\.upsell: retire=\d{4}-\d\d-\d\d ", told)
    assert "deletion.v1.cancelled prod_sales.upsell RETIREMENT_WITHDRAWN" in told
    assert "reconcile.v1.completed prod_sales: missed 1 of 3 DATASET_SWEPT" in told


def readme_timeline() -> list[str]:
    """The acts that the README shows."""
    text = (REPOSITORY / "README.md").read_text()
    return text.partition("```text\n")[2].partition("```")[0].splitlines()


def timeless(lines: list[str]) -> str:
    """All words, without what differs from run to run: deliveries, ids, times, where lines break."""
    varying = re.compile(r"\b\d+x |id \w{8}|\([\d.]+ s\)|in [\d.]+ s|─+")
    return " ".join(" ".join(varying.sub("", line) for line in lines).split())


@pytest.mark.parametrize(
    ("number", "moment"),
    [
        pytest.param(signal.SIGINT, "An analyst's day", id="ctrl-c-while-starting"),
        pytest.param(signal.SIGINT, "2  ", id="ctrl-c-during-the-day"),
        pytest.param(signal.SIGTERM, "1  ", id="sigterm-during-the-day"),
        pytest.param(signal.SIGINT, "its policy", id="ctrl-c-while-the-dry-run-starts"),
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
    assert lines
    assert all(line.startswith(f"{policy}:3:") for line in lines)
    assert demo.left_behind() == []


@pytest.mark.parametrize("module", ["local.demo", "local.playground"])
def test_a_policy_that_is_missing_is_told_in_one_line(
    start: Start, tmp_path: Path, module: str
) -> None:
    policy = tmp_path / "policy.yaml"
    lines, status = start(module, "--policy", str(policy)).end()

    assert status == 1
    assert len(lines) == 1
    assert lines[0].startswith(f"{policy}: not read")


# Ctrl-C at the first import that takes long.
INTERRUPTED_IMPORT = """
import os, runpy, signal, sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name in ("google", "grpc", "rich", "prompt_toolkit", "msgspec"):
            sys.meta_path.remove(self)
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Finder())
sys.argv = sys.argv[1:]
runpy.run_module(sys.argv[0], run_name="__main__")
"""


@pytest.mark.parametrize(
    ("module", "line", "expected"),
    [
        ("local.demo", "demo: interrupted; all processes are ended", 128 + signal.SIGINT),
        ("local.playground", "All processes are ended.", 0),
    ],
)
def test_ctrl_c_while_modules_are_imported_is_no_traceback(
    module: str, line: str, expected: int
) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_IMPORT, module],
        cwd=REPOSITORY,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )

    assert (ended.stdout, ended.stderr) == (f"{line}\n", "")
    assert ended.returncode == expected


def test_a_demo_that_nobody_reads_any_more_ends_in_silence(start: Start) -> None:
    demo = start("local.demo")
    assert demo.child.stdout
    demo.child.stdout.readline()
    demo.child.stdout.close()

    assert demo.child.wait(SECONDS) == 128 + signal.SIGPIPE
    assert demo.left_behind() == []


def test_the_playground_runs_sql_from_a_pipe_and_tells_what_comes_of_it(start: Start) -> None:
    playground = start("local.playground")
    lines, status = playground.end(
        "CREATE MODEL prod_sales.churn\n"
        "OPTIONS (model_type = 'KMEANS') AS SELECT 1 AS x;\n"
        "label prod_sales.churn vertex=register stage=prod team=growth\n"
        "DROP MODEL prod_sales.unknown;\n"
        "models\n"
        "alias prod_sales-churn@1 eu-test\n"
        "alias prod_sales-churn@9 eu-test\n"
        "alias eu-test\n"
        "label prod_sales.churn vertex-\n"
        "models\n"
        "state\n"
        "label prod_sales.churn\n"
        "deploy prod_sales-churn@1 shop\n"
        "deploy prod_sales-churn shop\n"
        "endpoints\n"
        "DROP MODEL prod_sales.churn;\n"
        "sweep\n"
        "request prod_sales.churn\n"
        "request churn\n"
        "endpoints\n"
        "DROP MODEL prod_sales.churn\n"
    )
    told = "\n".join(lines)

    assert "skipped NO_RULE_MATCHED" in told
    assert "model.v1.registered" in told
    assert "refused: Not found: Model analytics-dev:prod_sales.unknown" in told
    assert "prod_sales-churn@1  default, prod" in told
    assert "prod_sales-churn@1  default, eu-test, prod" in told
    assert "usage: alias ID@NUMBER NAME" in told
    assert (
        "refused: "
        in told.partition("alias         eu-test = prod_sales-churn@9")[2].partition("usage")[0]
    )
    assert "vertex taken away" in told
    assert "rejected LABEL_REMOVED" in told
    assert "export PUBSUB_EMULATOR_HOST=127.0.0.1:" in told
    assert "export no_proxy=127.0.0.1" in told
    # Left to the user's own subscriber.
    assert re.search(r"bqml-registry-events: [1-9]\d* not acknowledged", told)
    assert "timeline-events: 0 not acknowledged" in told
    assert "endpoints     shop  prod_sales-churn@1 100 %" in told
    assert "usage: deploy ID@NUMBER ENDPOINT" in told
    refused = told.partition("SQL           DROP MODEL prod_sales.churn;")[2]
    assert "Please undeploy the model before retry." in " ".join(refused.split())
    assert "deletion.v1.blocked  prod_sales.churn  NOTIFY_ONLY" in refused
    assert "gcloud pubsub topics publish bqml-deletion-requests --message" in refused
    assert "deletion.v1.completed  prod_sales.churn  CLEANED_UP" in refused
    assert "usage: request DATASET.MODEL" in refused
    assert "endpoints     shop  empty" in refused
    assert "reconcile.v1.completed  prod_sales: missed 0 of 1" in refused
    assert "usage: label DATASET.MODEL key=value ..." in told
    assert "Unfinished, not run (no ; at its end): DROP MODEL prod_sales.churn" in told
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
