"""A fake of the port `Deletions`: BigQuery's deletions, and the jobs that were refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bqml_registrar.errors import RetryableError
from bqml_registrar.names import JobName
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.jobs import JobStatement
from bqml_registrar.resources.models import BigQueryModel

if TYPE_CHECKING:
    from tests.fakes.google import FakeGoogle


class FakeDeletions:
    """The port `Deletions`."""

    def __init__(self, google: FakeGoogle) -> None:
        self._google = google

    def delete(self, model: BigQueryModel) -> None:
        self._google.enter("models.delete")
        current = self._google.models.get(model.name)
        if current is None:
            return
        version = current.vertex.at(current.vertex_version)
        if self._google.at.holds(version):
            raise RetryableError(
                Reason.STILL_DEPLOYED, "deployed or being deployed at the following"
            )
        self._google.drop(model.name)

    def statement(self, job: JobName, location: str) -> JobStatement | None:
        self._google.enter("jobs.get")
        return self._google.at.statements.get(job)
