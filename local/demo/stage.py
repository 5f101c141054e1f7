"""Plays one act after another by official clients, and looks at what comes of each."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack

from local.cloud.dry_run import dry_run
from local.cloud.rollout import Rollout
from local.demo.act import Act
from local.people.analyst import RefusedError
from local.people.cast import Cast
from local.people.expectations import compared
from local.people.observation import Observer
from local.people.registry import is_own
from local.people.steps import Assume, DryRun, LoseEntries, PersonStep, ReadLabels, Step
from local.show.cells import pairs
from local.show.timeline import Timeline


class Stage:
    """Where acts are played; all of them until the deadline."""

    def __init__(
        self, timeline: Timeline, observer: Observer, running: Rollout, *, deadline: float
    ) -> None:
        self._timeline = timeline
        self._observer = observer
        self._running = running
        self._cast = Cast(running)
        self._deadline = deadline

    def play(self, number: int, act: Act) -> int:
        """Play one act; how many of its checks differ. What it deploys ends with it."""
        self._timeline.title(f"{number}  {act.title}")
        with ExitStack() as deployed:
            taken = [self._take(step, deployed) for step in act.steps]
            refusals = tuple(reason for reason in taken if reason)
            observation = self._observer.look(refusals, self._deadline)
        self._timeline.observed(observation)
        checks = compared(act.expected, observation.account())
        self._timeline.checked(checks, observation.seconds)
        return sum(not check.holds for check in checks)

    def _take(self, step: Step, deployed: ExitStack) -> str:
        """Have one step taken; the reason if it is refused."""
        self._timeline.step(step)
        match step:
            case Assume(settings):
                self._running.control.settings(**settings)
            case LoseEntries(number):
                self._running.control.fault("logging.export", "drop", count=number)
            case DryRun(policy):
                process = deployed.enter_context(dry_run(self._running, policy))
                self._observer.follow_dry_run(process)
            case ReadLabels(model):
                self._observer.rest(self._deadline)
                labels = self._cast.analyst.labels(model)
                self._timeline.answer("labels now", f"{model}: {_shown(labels)}")
            case _:
                return self._by_people(step)
        return ""

    def _by_people(self, step: PersonStep) -> str:
        try:
            self._cast.take(step)
        except RefusedError as refused:
            self._timeline.refused(str(refused))
            return refused.reason
        return ""


def _shown(labels: Mapping[str, str]) -> str:
    """Labels without the registrar's own."""
    return pairs((key, value) for key, value in sorted(labels.items()) if not is_own(key))
