from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from local.cloud.process import Process, StartError

Start = Callable[[str], Process]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[Process] = []

    def begin(code: str) -> Process:
        started.append(Process([sys.executable, "-u", "-c", code], os.environ, tmp_path))
        return started[-1]

    yield begin
    for process in started:
        process.stop()


def test_a_line_that_is_waited_for_is_found(start: Start) -> None:
    process = start("print('starting'); print('port 17')")

    assert process.wait_for_line(re.compile(r"port (\d+)")) == "17"


def test_a_process_that_ends_without_the_line_tells_its_last_words(start: Start) -> None:
    process = start("print('no such policy', end='')")

    with pytest.raises(StartError, match="no such policy"):
        process.wait_for_line(re.compile("ready"))


def test_after_catching_up_all_that_was_written_is_known_and_told(start: Start) -> None:
    process = start("print('a\\n' * 5000 + 'ready (x)'); import time; time.sleep(60)")
    told: list[str] = []
    process.listen(told.append)
    process.wait_for_line(re.compile(r"ready \((x)\)"))
    process.catch_up()

    assert process.lines.count("a") == 5000
    # What came before anybody listened is not told; -0 would be all of it.
    assert told == process.lines[len(process.lines) - len(told) :]


def test_stopping_ends_children_that_ignore_the_signal(start: Start) -> None:
    child = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    process = start(
        f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {child!r}]); time.sleep(60)"
    )
    process.wait_for_line(re.compile("(deaf)"))
    family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    process.stop()
    psutil.wait_procs(family, timeout=5)

    assert len(family) == 2
    assert not any(member.is_running() and member.status() != "zombie" for member in family)
