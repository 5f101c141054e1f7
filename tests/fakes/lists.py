"""A fake of the port `Lists`: lists of datasets and models, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bqml_registrar.bookkeeping.ownership import OF_DATASET, OWNER
from bqml_registrar.errors import PermanentError
from bqml_registrar.names import DatasetName, ModelName
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.jobs import CreatingJob, ListedJob, RunTime, ScriptJob
from bqml_registrar.resources.listings import ListedDataset, ListedModel, ModelPage
from bqml_registrar.resources.models import ModelVersion, Origin
from tests.builders import CREATED

if TYPE_CHECKING:
    from tests.fakes.google import FakeGoogle


class FakeLists:
    """The port `Lists`; `page_size` models come at a time, `names` are datasets without models.

    `scripts` are jobs with what their statements made.
    """

    def __init__(self, google: FakeGoogle) -> None:
        self._google = google
        self.page_size = 100
        self.names: list[DatasetName] = []
        self.unreadable: tuple[str, ...] = ()  # of the first page
        self.scripts: dict[ScriptJob, list[tuple[ModelName, Origin]]] = {}

    def datasets(self, project: str) -> Iterator[ListedDataset]:
        self._google.enter("datasets.list")
        for name in sorted(self._all()):
            if name.project == project and not name.dataset.startswith("_"):
                yield ListedDataset(name=name, location="US")

    def models(self, dataset: DatasetName, page: str = "") -> ModelPage | None:
        self._google.enter("models.list")
        if dataset not in self._all():
            return None
        found = sorted(
            (
                model
                for name, model in self._google.models.items()
                if (name.project, name.dataset) == (dataset.project, dataset.dataset)
            ),
            key=lambda model: model.name,
        )
        if page and not page.isdigit():
            raise PermanentError(Reason.REFUSED_BY_SERVICE, f"no page token: {page}")
        start = int(page or 0)
        following = start + self.page_size
        return ModelPage(
            models=tuple(
                ListedModel(
                    name=model.name,
                    created=model.created,
                    modified=model.modified or model.created,
                    model_type=model.model_type,
                    labels=model.labels,
                )
                for model in found[start:following]
            ),
            unreadable=() if start else self.unreadable,
            following=str(following) if following < len(found) else "",
        )

    def jobs(self, project: str, since: datetime) -> Iterator[ListedJob]:
        self._google.enter("jobs.list")
        made = [self._made(name, origin) for _, name, origin in self._google.jobs]
        newest_first = sorted([*made, *self.scripts], key=lambda job: job.time.begun, reverse=True)
        yield from (job for job in newest_first if job.time.begun >= since)

    def statements(self, script: ScriptJob) -> Iterator[CreatingJob]:
        self._google.enter("jobs.list of a script")
        yield from (self._made(*made) for made in self.scripts[script])

    def _made(self, name: ModelName, origin: Origin) -> CreatingJob:
        """A training of one hour."""
        ended = self._google.models[name].created if name in self._google.models else CREATED
        time = RunTime(begun=ended - timedelta(hours=1), ended=ended)
        return CreatingJob(model=name, origin=origin, time=time)

    def registered(self, project: str, region: str, of_dataset: str = "") -> Iterator[ModelVersion]:
        self._google.enter("ListModels")
        for version in list(self._google.versions.values()):
            place = (version.name.project, version.name.region)
            marked = version.labels.get(OF_DATASET) if of_dataset else version.labels.get(OWNER)
            if place != (project, region) or "default" not in version.aliases:
                continue
            if marked and (not of_dataset or marked == of_dataset):
                yield version

    def _all(self) -> set[DatasetName]:
        of_models = {DatasetName(project=n.project, dataset=n.dataset) for n in self._google.models}
        return {*of_models, *self.names}
