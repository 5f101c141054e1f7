"""Reads what a job of BigQuery's says of the models that it made.

Source: https://cloud.google.com/bigquery/docs/reference/rest/v2/Job
"""

from __future__ import annotations

import re
from typing import Any

from google.cloud import bigquery

from bqml_registrar.names import JobName, ModelName
from bqml_registrar.resources.jobs import CreatingJob, ListedJob, OtherJob, RunTime, ScriptJob
from bqml_registrar.resources.models import Origin

# A script makes a model by a statement in its text, or by text and procedures that it runs.
# https://cloud.google.com/bigquery/docs/reference/standard-sql/procedural-language
_CREATE, _MODEL, _RUNS_MORE = (
    re.compile(rf"\b({words})\b", re.IGNORECASE) for words in ("CREATE", "MODEL", "EXECUTE|CALL")
)


def read_job(job: Any) -> ListedJob:
    """A job of a list, or one that was asked for by its name."""
    made = creating_job(job)
    if made:
        return made
    if _is_script(job):
        return ScriptJob(job=_name(job), location=job.location or "", time=_time(job))
    return OtherJob(time=_time(job))


def creating_job(job: Any) -> CreatingJob | None:
    """The model that a job made, if it made one: it names it as if it were its destination table.

    A copy job may as well have copied a table: no model was made of its name then.
    """
    table = made_table(job)
    if table is None:
        return None
    try:
        name = ModelName(project=table.project, dataset=table.dataset_id, model=table.table_id)
    except ValueError:
        return None
    origin = Origin(
        job=_name(job),
        creator=job.user_email or "",
        labels=dict(job.labels),
        kind=job.job_type,
        replaced=getattr(job, "ddl_operation_performed", None) == "REPLACE",
    )
    return CreatingJob(model=name, origin=origin, time=_time(job))


def made_table(job: Any) -> bigquery.TableReference | None:
    """What a job that may have made a model names as its destination table."""
    return None if job.error_result else _destination(job)


def _name(job: Any) -> JobName:
    return JobName(project=job.project, job=job.job_id)


def _time(job: Any) -> RunTime:
    return RunTime(begun=job.created, ended=job.ended)


def _destination(job: Any) -> bigquery.TableReference | None:
    if isinstance(job, bigquery.CopyJob):
        is_told = "destinationTable" in job.configuration.to_api_repr().get("copy", {})
        return job.destination if is_told else None
    is_create_model = getattr(job, "statement_type", None) == "CREATE_MODEL"
    return job.destination if is_create_model else None


def _is_script(job: Any) -> bool:
    # A later statement of the script may have failed after the model was there.
    if getattr(job, "statement_type", None) != "SCRIPT":
        return False
    return job.query is None or _may_make_models(job.query)


def _may_make_models(sql: str) -> bool:
    # Three searches, each in linear time: a text may have a megabyte.
    return bool((_CREATE.search(sql) and _MODEL.search(sql)) or _RUNS_MORE.search(sql))
