"""Finds the jobs that created models in a list of jobs, which is read only as far as needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain

from bqml_registrar.names import JobName, ModelName
from bqml_registrar.resources.jobs import CreatingJob, ListedJob, ScriptJob
from bqml_registrar.resources.models import Origin

# How long before its model's creation time a job may have been created. A training runs for up to
# 72 hours, which is also the largest BUDGET_HOURS of AutoML; a batch job may wait a day for its start.
# https://cloud.google.com/bigquery/quotas#create_model_jobs
# https://cloud.google.com/bigquery/docs/reference/standard-sql/bigqueryml-syntax-create-automl#budget_hours
LONGEST_JOB = timedelta(hours=96)
# How far the clocks of a model and of its job may differ.
SLACK = timedelta(minutes=1)
# The statements of so many scripts are asked for at most, one call each.
MOST_SCRIPTS = 100


class JobSearch:
    """Searches one list of jobs, newest first, for any number of models.

    `statements` lists the jobs of a script. Each is asked for at most once, and only if the script
    ran in the model's location when the model was made.
    """

    def __init__(
        self,
        jobs: Iterable[ListedJob],
        statements: Callable[[ScriptJob], Iterable[CreatingJob]],
        keeps: Callable[[ModelName], bool],
    ) -> None:
        self._jobs = iter(jobs)
        self._statements = statements
        self._keeps = keeps
        self._read_to: datetime | None = None
        self._made: dict[ModelName, list[CreatingJob]] = {}
        self._scripts: list[ScriptJob] = []
        self._asked: set[JobName] = set()

    def origin(self, name: ModelName, created: datetime, location: str) -> Origin | None:
        """The job that ran when the model was made; if none did, one within the clock slack."""
        found = self._found(name, created) or self._searched(name, created, location)
        found = found or self._found(name, created, SLACK)
        return found.origin if found else None

    def note(self, job: ListedJob) -> None:
        """Keep a job that was read, here or elsewhere, if it may have made a model that counts."""
        if isinstance(job, ScriptJob):
            self._scripts.append(job)
        elif isinstance(job, CreatingJob) and self._keeps(job.model):
            self._made.setdefault(job.model, []).append(job)

    def _searched(self, name: ModelName, created: datetime, location: str) -> CreatingJob | None:
        for job in chain(tuple(self._scripts), self._read_on(created)):
            if isinstance(job, ScriptJob):
                self._ask(job, created, location)
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

    def _ask(self, script: ScriptJob, created: datetime, location: str) -> None:
        is_elsewhere = script.location.casefold() != location.casefold()
        if is_elsewhere or script.job in self._asked or not script.time.spans(created, SLACK):
            return
        if len(self._asked) < MOST_SCRIPTS:
            self._asked.add(script.job)
            for job in self._statements(script):
                self.note(job)
