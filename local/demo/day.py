"""Plays an analyst's day, and tells whether it went as it should."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from google.api_core.exceptions import GoogleAPICallError

from local.cloud.process import StartError
from local.cloud.repository import FUNCTIONS
from local.cloud.rollout import rollout
from local.demo.acts import ACTS
from local.demo.stage import Stage
from local.people.function_log import complaints
from local.people.observation import Observer
from local.people.subscriber import Subscriber
from local.show.timeline import LEGEND, Timeline, new_console

DEMO_POLICY = Path(__file__).with_name("policy.yaml")
_SECONDS = 110.0
# The sweep leaves to their events what changed this lately; here all is at rest when it begins.
_SETTINGS = {"SWEEP_SETTLE_SECONDS": "0"}


def play(policy: Path | None) -> int:
    """Play the day; the exit status."""
    timeline = Timeline(new_console())
    try:
        differing = _day(timeline, policy)
    except (StartError, RuntimeError, OSError, GoogleAPICallError) as error:
        for line in complaints(str(error).splitlines()) or [str(error)]:
            timeline.say(line)
        timeline.say("demo: failed", "bold red")
        return 1
    checks = "1 check differs" if differing == 1 else f"{differing} checks differ"
    timeline.say(f"demo: not ok, {checks}" if differing else "demo: ok")
    return 1 if differing else 0


def _day(timeline: Timeline, policy: Path | None) -> int:
    """Play all acts; how many checks differ."""
    began = time.monotonic()
    timeline.say("An analyst's day with bqml-registrar on the local cloud.", "bold")
    played = policy or DEMO_POLICY
    with rollout(played, FUNCTIONS, **_SETTINGS) as running, Subscriber() as subscriber:
        started = time.monotonic() - began
        what = _listed(("local cloud", *FUNCTIONS))
        timeline.row("started", f"{what}, in {started:.1f} s")
        timeline.row("policy", _essence(played))
        timeline.row("legend", LEGEND)
        observer = Observer(running, subscriber)
        stage = Stage(timeline, observer, running, deadline=began + _SECONDS)
        differing = sum(stage.play(number, act) for number, act in enumerate(ACTS, start=1))
        for process in running.processes.values():
            for complaint in complaints(process.lines):
                timeline.row("log", complaint)
    timeline.say("")
    timeline.say(f"{len(ACTS)} acts in {time.monotonic() - began:.1f} s, from start to end.")
    return differing


def _listed(names: Sequence[str]) -> str:
    """As words: `a, b and c`."""
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _essence(policy: Path) -> str:
    """A policy's text without comments and empty lines."""
    lines = policy.read_text().splitlines()
    return "\n".join(line for line in lines if line.strip() and not line.strip().startswith("#"))
