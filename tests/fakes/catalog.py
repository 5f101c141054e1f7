"""A fake of the port `ModelCatalog`: BigQuery's models, datasets and jobs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bqml_registrar.errors import StaleError
from bqml_registrar.names import DatasetName, JobName, ModelName
from bqml_registrar.resources.models import BigQueryModel, Dataset, Origin

if TYPE_CHECKING:
    from tests.fakes.google import FakeGoogle


class FakeCatalog:
    def __init__(self, google: FakeGoogle) -> None:
        self._google = google

    def get(self, name: ModelName) -> BigQueryModel | None:
        self._google.enter("models.get")
        found = self._google.models.get(self._google.stored(name))
        return replace(found, modified=found.modified or found.created) if found else None

    def dataset(self, name: ModelName | DatasetName) -> Dataset | None:
        self._google.enter("datasets.get")
        return Dataset(location="US", labels=self._google.datasets.get(name.dataset, {}))

    def origin(self, model: BigQueryModel, created_by: JobName | None) -> Origin | None:
        self._google.enter("jobs.get" if created_by else "jobs.list")
        found = [
            origin
            for job, name, origin in self._google.jobs
            if name == model.name or (job == created_by and self._google.stored(name) == model.name)
        ]
        return found[0] if found else None

    def created_by_job(self, job: JobName, location: str) -> ModelName | None:
        self._google.enter("jobs.get")
        return next((name for made, name, _ in self._google.jobs if made == job), None)

    def patch(
        self, model: BigQueryModel, labels: Mapping[str, str | None], vertex_model_id: str = ""
    ) -> BigQueryModel:
        google = self._google
        google.enter("models.patch")
        current = google.models.get(model.name)
        if current is None or current.etag != model.etag:
            raise StaleError
        merged = {**current.labels, **labels}
        kept = {key: value for key, value in merged.items() if value is not None}
        patched = replace(
            current,
            labels=kept,
            etag=google.etag(),
            modified=max(google.clock.now(), current.modified or current.created),
        )
        if vertex_model_id:
            patched = google.register(patched, vertex_model_id)
        google.models[model.name] = patched
        return patched
