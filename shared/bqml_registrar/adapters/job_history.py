"""The job that created a model, found by its name or in the project's job history.

jobs.list does not list the jobs of a script; those are asked for by their parent.
Source: https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/list, `parentJobId`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from google.api_core.exceptions import NotFound
from google.cloud import bigquery

from bqml_registrar.adapters.answered_names import answered_name
from bqml_registrar.adapters.faults import translated
from bqml_registrar.errors import PermanentError, StaleError
from bqml_registrar.names import JobName, ModelName
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.models import BigQueryModel, Origin

# How long a training may have run before its model's creation time, and how far clocks may differ.
_LONGEST_TRAINING = timedelta(hours=24)
_SLACK = timedelta(minutes=1)
_PAGE = 1000
_MOST_JOBS = 5000  # the newest before the model, so that a busy project costs a bounded search
_MOST_SCRIPTS = 5


class JobHistory:
    """Finds creating jobs; `call` are the settings of every call."""

    def __init__(self, client: bigquery.Client, call: dict[str, Any]) -> None:
        self._client = client
        self._call = call

    def created_by(self, job: JobName, location: str) -> ModelName | None:
        """jobs.get: which model a job created; None if none, or there is no such job."""
        try:
            found = self._get(job, location)
        except NotFound:
            return None
        table = found.destination if _is_create_model(found) else None
        if table is None:
            return None
        return answered_name(table.project, table.dataset_id, table.table_id)

    def origin(self, model: BigQueryModel, named: JobName | None) -> Origin | None:
        """The job that created this generation of the model: named by an event, or found."""
        job = self.named(named, model.location) if named else None
        # The event is about this model; its statement may write the name in another case.
        if job and _created(job, model, ignore_case=True):
            return _origin(job)
        near = [job] if job and _created(job, model, _SLACK, ignore_case=True) else []
        return self._in_history(model, near)

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

    def _get(self, name: JobName, location: str) -> Any:
        return self._client.get_job(
            name.job, project=name.project, location=location or None, **self._call
        )

    def _in_history(self, model: BigQueryModel, near: list[Any]) -> Origin | None:
        """The job that ran when the model was created; if none did, one within the clock slack."""
        scripts = []
        for job in self._jobs(model):
            if _created(job, model):
                return _origin(job)
            near = [*near, job] if _created(job, model, _SLACK) else near
            scripts += [job] if _is_script(job) and _spans(job, model, _SLACK) else []
        children = self._children(scripts[:_MOST_SCRIPTS])
        found = next((job for job in children if _created(job, model)), None)
        found = found or next(iter(near), None)
        return _origin(found) if found else None

    def _jobs(self, model: BigQueryModel) -> Iterable[Any]:
        """jobs.list, newest first, page by page as far as needed."""
        return self._client.list_jobs(
            project=model.name.project,
            all_users=True,
            max_results=_MOST_JOBS,
            page_size=_PAGE,
            min_creation_time=model.created - _LONGEST_TRAINING,
            max_creation_time=model.created + _SLACK,
            **self._call,
        )

    def _children(self, scripts: Iterable[Any]) -> Iterator[Any]:
        for script in scripts:
            yield from self._client.list_jobs(
                project=script.project,
                parent_job=script.job_id,
                all_users=True,
                max_results=_PAGE,
                **self._call,
            )


def _origin(job: Any) -> Origin:
    name = JobName(project=job.project, job=job.job_id)
    return Origin(job=name, creator=job.user_email or "", labels=dict(job.labels))


def _created(
    job: Any, model: BigQueryModel, slack: timedelta = timedelta(), *, ignore_case: bool = False
) -> bool:
    """Whether the job is the CREATE MODEL statement that made this generation of the model."""
    # A CREATE MODEL job names the model as if it were its destination table.
    table = job.destination if _is_create_model(job) else None
    if table is None:
        return False
    name = model.name
    names = (table.project, name.project), (table.dataset_id, name.dataset), (table.table_id, name.model)  # fmt: skip
    is_named = all(a == b or (ignore_case and a.casefold() == b.casefold()) for a, b in names)
    return is_named and _spans(job, model, slack)


def _is_create_model(job: Any) -> bool:
    return getattr(job, "statement_type", None) == "CREATE_MODEL" and not job.error_result


def _is_script(job: Any) -> bool:
    # A later statement of the script may have failed after the model was there.
    return getattr(job, "statement_type", None) == "SCRIPT"


def _spans(job: Any, model: BigQueryModel, slack: timedelta) -> bool:
    """Whether the model was created while the job ran."""
    begun: datetime = job.created
    ended: datetime = job.ended or model.created
    return begun - slack <= model.created <= ended + slack
