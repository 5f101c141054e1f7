"""What is known of one model in one delivery: its document, or what is recalled where there is none."""

from __future__ import annotations

from collections.abc import Sequence

from bqml_registrar.bookkeeping.legacy import with_parent
from bqml_registrar.bookkeeping.model_document import ModelDocument, new_document
from bqml_registrar.bookkeeping.ownership import OWNER, source_digest
from bqml_registrar.delivery.context import Context
from bqml_registrar.delivery.memory import Memory
from bqml_registrar.delivery.outcome import Note
from bqml_registrar.names import DatasetName, VertexName
from bqml_registrar.policy.decisions import Register
from bqml_registrar.policy.digest import policy_digest
from bqml_registrar.reasons import Reason
from bqml_registrar.registration.recall import (
    Recalled,
    Traces,
    current,
    from_labels,
    without_document,
)
from bqml_registrar.resources.models import BigQueryModel, ModelVersion


class Recollection:
    """Recalls one model. `notes` say for the log what could not be recalled."""

    def __init__(self, memory: Memory, context: Context) -> None:
        self._memory = memory
        self._context = context
        self._ports = context.ports
        self.notes: list[Note] = []

    def of_unregistered(self, model: BigQueryModel, parent: VertexName) -> ModelDocument:
        """For a model without a version; `parent` is the registry model that it will belong to."""
        if known := self._memory.document:
            return with_parent(current(known, model), parent)
        empty = new_document(model, self._epoch())
        recalled = from_labels(model, None, empty) or Recalled(document=empty)
        return with_parent(self._noted(recalled), parent)

    def of_registered(
        self, model: BigQueryModel, decision: Register, version: ModelVersion
    ) -> ModelDocument:
        """For a model with a version, which may tell of it where the document is lost."""
        if known := self._memory.document:
            return with_parent(current(known, model), version.name)
        is_labelled = version.labels.get(OWNER) == source_digest(model.name)
        dataset = DatasetName(project=model.name.project, dataset=model.name.dataset)
        swept = self._ports.store.dataset(dataset)
        shown = self._ports.catalog.dataset(dataset) if swept else None
        traces = Traces(
            version=version,
            others=self.versions_beside(version.name) if is_labelled else (),
            swept=swept,
            policy=policy_digest(self._context.policy),
            dataset_labels=shown.labels if shown else {},
        )
        return self._noted(without_document(model, decision, traces, self._epoch()))

    def versions_beside(self, name: VertexName) -> Sequence[ModelVersion]:
        """The other versions of the registry's model."""
        found = self._ports.registry.versions(name.at(""))
        return [other for other in found if other.name != name]

    def _epoch(self) -> str:
        """Random, as ids must not repeat after a loss; not in a dry run, which repeats its ids."""
        return "" if self._context.dry_run else self._ports.store.new_id()

    def _noted(self, recalled: Recalled) -> ModelDocument:
        if recalled.rebuilt:
            self.notes.append(Note(Reason.MEMORY_REBUILT, recalled.rebuilt))
        return recalled.document
