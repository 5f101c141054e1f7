"""Finds the jobs that created models in a list of jobs, which is read only as far as needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain

from bqml_registrar.names import JobName, ModelName
from bqml_registrar.resources.jobs import CreatingJob, ListedJob, ScriptJob
from bqml_registrar.resources.models import Origin

# How long before its model's creation time a job may have been created: 72 hours, the largest
# BUDGET_HOURS of AutoML, and a day (assumed) in the queue and for what outlasts its budget.
# https://cloud.google.com/bigquery/docs/reference/standard-sql/bigqueryml-syntax-create-automl#budget_hours
LONGEST_JOB = timedelta(hours=96)
# How far the clocks of a model and of its job may differ.
SLACK = timedelta(minutes=1)
# The statements of so many scripts are asked for at most, one call each.
MOST_SCRIPTS = 100


class JobSearch:
    """Searches one list of jobs, newest first, for any number of models of one location.

    `keeps` tells which models count. `statements` lists the jobs of a script: asked for at most once,
    and only if the script ran in that location when a model was made.
    """

    def __init__(
        self,
        jobs: Iterable[ListedJob],
        statements: Callable[[ScriptJob], Iterable[CreatingJob]],
        keeps: Callable[[ModelName], bool],
        location: str,
    ) -> None:
        self._jobs = iter(jobs)
        self._statements = statements
        self._keeps = keeps
        self._location = location.casefold()
        self._read_to: datetime | None = None
        self._made: dict[ModelName, list[CreatingJob]] = {}
        self._scripts: dict[JobName, ScriptJob] = {}
        self._left_to_ask = MOST_SCRIPTS

    def origin(self, name: ModelName, created: datetime) -> Origin | None:
        """The job that ran when the model was made; if none did, one within the clock slack."""
        found = self._found(name, created) or self._searched(name, created)
        found = found or self._found(name, created, SLACK)
        return found.origin if found else None

    def note(self, job: ListedJob) -> None:
        """Keep a job that was read, here or elsewhere, if it may have made a model that counts."""
        if isinstance(job, ScriptJob):
            if self._left_to_ask and job.location.casefold() == self._location:
                self._scripts[job.job] = job
        elif isinstance(job, CreatingJob) and self._keeps(job.model):
            self._made.setdefault(job.model, []).append(job)

    def _searched(self, name: ModelName, created: datetime) -> CreatingJob | None:
        for job in chain(tuple(self._scripts.values()), self._read_on(created)):
            if isinstance(job, ScriptJob):
                self._ask(job, created)
            if found := self._found(name, created):
                return found
        return None

    def _read_on(self, created: datetime) -> Iterator[ListedJob]:
        """The jobs that are not read yet, as long as one may have made a model of that time."""
        while self._read_to is None or self._read_to >= created - LONGEST_JOB:
            job = next(self._jobs, None)
            if job is None:
                return
            self._read_to = job.time.begun
            self.note(job)
            yield job

    def _found(
        self, name: ModelName, created: datetime, slack: timedelta = timedelta()
    ) -> CreatingJob | None:
        made = self._made.get(name, ())
        return next((job for job in made if job.time.spans(created, slack)), None)

    def _ask(self, script: ScriptJob, created: datetime) -> None:
        if script.job in self._scripts and script.time.spans(created, SLACK):
            del self._scripts[script.job]
            for job in self._statements(script):
                self.note(job)
            self._left_to_ask -= 1
            if not self._left_to_ask:
                self._scripts.clear()
