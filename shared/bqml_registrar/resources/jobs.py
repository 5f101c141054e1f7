"""BigQuery jobs as values."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from bqml_registrar.names import DatasetName, JobName, ModelName
from bqml_registrar.resources.models import Origin


class JobStatement(Struct, frozen=True, kw_only=True):
    """What a query job was asked to do; `sql` is read but never logged or published."""

    sql: str
    default_project: str
    default_dataset: DatasetName | None = None
    destination: ModelName | None = None


class RunTime(Struct, frozen=True, kw_only=True):
    """When a job was created, and when it ended; `ended` is None while it runs."""

    begun: datetime
    ended: datetime | None = None

    def spans(self, moment: datetime, slack: timedelta = timedelta()) -> bool:
        """Whether the job ran at that moment, as far as clocks agree."""
        return self.begun - slack <= moment <= (self.ended or moment) + slack


class CreatingJob(Struct, frozen=True, kw_only=True):
    """A job that made a model of that name: this one, or another generation of it."""

    model: ModelName
    origin: Origin
    time: RunTime


class ScriptJob(Struct, frozen=True, kw_only=True):
    """A script that may have made models by its statements, which are jobs of their own."""

    job: JobName
    location: str
    time: RunTime


class OtherJob(Struct, frozen=True, kw_only=True):
    """A job that made no model."""

    time: RunTime


ListedJob = CreatingJob | ScriptJob | OtherJob
