"""The jobs of a project: one by its name, those of a time, and the job that created a model.

jobs.list takes no location. It does not list the jobs of a script; those are asked for by their
parent: https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/list, `parentJobId`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from google.api_core.exceptions import NotFound
from google.cloud import bigquery
from msgspec.structs import replace

from bqml_registrar.adapters.answered_names import answered_name
from bqml_registrar.adapters.faults import translated
from bqml_registrar.adapters.job_reading import creating_job, made_table, read_job
from bqml_registrar.errors import PermanentError, StaleError
from bqml_registrar.names import JobName, ModelName
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.job_search import LONGEST_JOB, SLACK, JobSearch
from bqml_registrar.resources.jobs import CreatingJob, ListedJob, ScriptJob
from bqml_registrar.resources.models import BigQueryModel, Origin

_PAGE = 1000
# The newest of a project's jobs, so that a busy project costs a bounded search: 20 and 50 pages.
_MOST_JOBS = 20_000
_MOST_JOBS_OF_A_SWEEP = 50_000
_MOST_STATEMENTS = 10_000


class JobHistory:
    """Finds jobs; `call` are the settings of every call."""

    def __init__(self, client: bigquery.Client, call: dict[str, Any]) -> None:
        self._client = client
        self._call = call

    def created_by(self, job: JobName, location: str) -> ModelName | None:
        """jobs.get: which model a job created; None if none, or there is no such job."""
        try:
            found = self._get(job, location)
        except NotFound:
            return None
        # Only a job that says so: what a copy job copies may be a table.
        if isinstance(found, bigquery.CopyJob) or (table := made_table(found)) is None:
            return None
        return answered_name(table.project, table.dataset_id, table.table_id)

    def origin(self, model: BigQueryModel, named: JobName | None) -> Origin | None:
        """The job that created this generation of the model: named by an event, or found."""
        until = model.created + SLACK
        jobs = self.jobs(model.name.project, model.created - LONGEST_JOB, until)
        search = JobSearch(jobs, self.statements, lambda name: name == model.name, model.location)
        job = self.named(named, model.location) if named else None
        if job and job.created:
            search.note(_about(model, read_job(job)))
        return search.origin(model.name, model.created)

    def named(self, name: JobName, location: str) -> Any:
        """jobs.get; None if the job is gone, or billed in a project that we may not read."""
        try:
            with translated():
                return self._get(name, location)
        except StaleError:
            return None
        except PermanentError as error:
            # A quota's refusal is a 403 as well, and a disabled API needs a person.
            if error.reason is not Reason.PERMISSION_DENIED:
                raise
            return None

    def jobs(
        self, project: str, since: datetime, until: datetime | None = None
    ) -> Iterator[ListedJob]:
        """jobs.list, newest first, page by page as far as they are read."""
        most = _MOST_JOBS if until else _MOST_JOBS_OF_A_SWEEP
        return map(read_job, self._list(project, most, since=since, until=until))

    def statements(self, script: ScriptJob) -> Iterator[CreatingJob]:
        """jobs.list of a script: its statements that made models.

        Job ids are unique within a location: another script of this id may have run elsewhere.
        """
        name, where = script.job, script.location.casefold()
        for job in self._list(name.project, _MOST_STATEMENTS, parent=name.job):
            made = creating_job(job) if (job.location or "").casefold() == where else None
            if made:
                yield made

    def _get(self, name: JobName, location: str) -> Any:
        return self._client.get_job(
            name.job, project=name.project, location=location or None, **self._call
        )

    def _list(
        self,
        project: str,
        most: int,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        parent: str | None = None,
    ) -> Iterator[Any]:
        """Jobs of all users, page by page as far as they are read."""
        jobs = self._client.list_jobs(
            project=project,
            parent_job=parent,
            all_users=True,
            max_results=most,
            page_size=_PAGE,
            min_creation_time=since,
            max_creation_time=until,
            **self._call,
        )
        # The reference promises a job's creation time in no list.
        return (job for job in jobs if job.created)


def _about(model: BigQueryModel, job: ListedJob) -> ListedJob:
    """A job that an event named: its statement may write the model's name in another case."""
    if isinstance(job, CreatingJob) and str(job.model).casefold() == str(model.name).casefold():
        return replace(job, model=model.name)
    return job
