"""A fake of the port `Lists`: lists of datasets and models, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bqml_registrar.bookkeeping.ownership import OF_DATASET, OWNER
from bqml_registrar.errors import PermanentError
from bqml_registrar.names import DatasetName
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.listings import ListedDataset, ListedModel, ModelPage
from bqml_registrar.resources.models import ModelVersion

if TYPE_CHECKING:
    from tests.fakes.google import FakeGoogle


class FakeLists:
    """The port `Lists`; `page_size` models come at a time, `names` are datasets without models."""

    def __init__(self, google: FakeGoogle) -> None:
        self._google = google
        self.page_size = 100
        self.names: list[DatasetName] = []
        self.unreadable: tuple[str, ...] = ()  # of the first page

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
