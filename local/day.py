"""Plays an analyst's day, and tells whether it went as it should."""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path

from google.api_core.exceptions import GoogleAPICallError

from local.act import Act
from local.analyst import RefusedError
from local.archive import DEFAULT_POLICY
from local.cast import Cast
from local.demo_acts import ACTS
from local.dry_run import dry_run
from local.expectations import compared
from local.function_log import complaints
from local.observation import Observer
from local.processes import StartError
from local.registry import Registry
from local.rollout import Rollout, rollout
from local.steps import Step
from local.subscriber import Subscriber
from local.timeline import LEGEND, Timeline, new_console

_SECONDS = 55.0


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
    with rollout(policy) as running, Subscriber() as subscriber, ExitStack() as later:
        started = time.monotonic() - began
        timeline.row("started", f"local cloud and register_model, in {started:.1f} s")
        timeline.row("policy", _essence(policy or DEFAULT_POLICY))
        timeline.row("legend", LEGEND)
        observer = Observer(running, subscriber)
        cast = _cast(running, observer, later)
        stage = _Stage(timeline, observer, cast, deadline=began + _SECONDS)
        differing = sum(stage.play(number, act) for number, act in enumerate(ACTS, start=1))
        for complaint in complaints(running.process.lines):
            timeline.row("log", complaint)
    timeline.say("")
    timeline.say(f"{len(ACTS)} acts in {time.monotonic() - began:.1f} s, from start to end.")
    return differing


def _cast(running: Rollout, observer: Observer, later: ExitStack) -> Cast:
    """Those who act; what they deploy ends with `later`."""

    def deploy(policy: str) -> None:
        observer.follow_dry_run(later.enter_context(dry_run(running, policy)))

    return Cast(running.control, Registry(running.addresses.vertex_grpc), deploy)


def _essence(policy: Path) -> str:
    """A policy's text without comments and empty lines."""
    lines = policy.read_text().splitlines()
    return "\n".join(line for line in lines if line.strip() and not line.strip().startswith("#"))


class _Stage:
    """Plays acts by official clients and looks at what comes of them."""

    def __init__(
        self, timeline: Timeline, observer: Observer, cast: Cast, *, deadline: float
    ) -> None:
        self._timeline = timeline
        self._observer = observer
        self._cast = cast
        self._deadline = deadline

    def play(self, number: int, act: Act) -> int:
        """Play one act; how many of its checks differ."""
        self._timeline.title(f"{number}  {act.title}")
        refusals = tuple(reason for step in act.steps if (reason := self._take(step)))
        observation = self._observer.look(refusals, self._deadline)
        self._timeline.observed(observation)
        checks = compared(act.expected, observation.account())
        self._timeline.checked(checks, observation.seconds)
        return sum(not check.holds for check in checks)

    def _take(self, step: Step) -> str:
        """Have one step taken; the reason if it is refused."""
        self._timeline.step(step)
        try:
            self._cast.take(step)
        except RefusedError as refused:
            self._timeline.refused(str(refused))
            return refused.reason
        return ""
