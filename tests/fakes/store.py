"""A fake of the port `Store`: documents with revisions."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from bqml_registrar.bookkeeping.dataset_document import DatasetDocument
from bqml_registrar.bookkeeping.model_document import ModelDocument, Stored
from bqml_registrar.errors import StaleError
from bqml_registrar.names import DatasetName, ModelName

if TYPE_CHECKING:
    from tests.fakes.google import FakeGoogle

_IDS = itertools.count(1)  # of all stores: an id is never used twice


class FakeStore:
    """The port `Store`."""

    def __init__(self, google: FakeGoogle) -> None:
        self._google = google

    def prepare(self) -> None:
        pass

    def new_id(self) -> str:
        return f"id-{next(_IDS)}"

    def get(self, name: ModelName) -> Stored:
        self._google.enter("GetDocument")
        return self._google.documents.get(name, Stored())

    def get_all(self, names: Sequence[ModelName]) -> Mapping[ModelName, ModelDocument]:
        self._google.enter("BatchGetDocuments")
        stored = ((name, self._google.documents.get(name, Stored())) for name in names)
        return {name: each.document for name, each in stored if each.document}

    def put(self, document: ModelDocument, over: Stored) -> Stored:
        self._google.enter("Commit")
        current = self._google.documents.get(document.name, Stored())
        if current.revision != over.revision:
            raise StaleError
        written = Stored(document=document, revision=self._google.etag())
        self._google.documents[document.name] = written
        return written

    def open_models(self, dataset: DatasetName) -> Iterator[ModelName]:
        self._google.enter("RunQuery")
        return iter([each.name for each in self._of(dataset) if each.is_open])

    def known_models(self, dataset: DatasetName) -> Iterator[ModelName]:
        self._google.enter("RunQuery")
        return iter([each.name for each in self._of(dataset) if each.gone_at is None])

    def dataset(self, name: DatasetName) -> DatasetDocument | None:
        self._google.enter("GetDocument")
        return self._google.swept.get(name)

    def put_dataset(self, document: DatasetDocument) -> None:
        self._google.enter("Commit")
        self._google.swept[document.name] = document

    def _of(self, dataset: DatasetName) -> list[ModelDocument]:
        stored = (each.document for each in self._google.documents.values())
        return [
            each
            for each in stored
            if each and (each.name.project, each.name.dataset) == (dataset.project, dataset.dataset)
        ]
