"""Reads the facts of one model from BigQuery, one source at a time, as far as a question needs them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from msgspec.structs import replace

from bqml_registrar.names import JobName, ModelName
from bqml_registrar.policy.decisions import Needs
from bqml_registrar.policy.facts import Facts, OriginUnknown, Source
from bqml_registrar.ports import Ports
from bqml_registrar.resources.models import BigQueryModel, Origin

T = TypeVar("T")


class FactReader:
    """Reads the facts of the model that an event named; each `read` is one API call.

    `known` gives what was found out of a model's origin before. Once the model is read, its name is
    the one that BigQuery answers with.
    """

    def __init__(
        self,
        ports: Ports,
        name: ModelName,
        created_by: JobName | None = None,
        facts: Facts | None = None,
        known: Callable[[BigQueryModel], Origin | OriginUnknown | None] = lambda _: None,
    ) -> None:
        self._ports = ports
        self._created_by = created_by
        self._known = known
        self.facts = facts or Facts(name=name)

    def until_known(self, question: Callable[[Facts], T | Needs]) -> T:
        """The answer to a question, once every source that it needs is read."""
        while isinstance(answer := question(self.facts), Needs):
            self.read(answer.source)
        return answer

    def read(self, source: Source) -> None:
        """Read one source; `facts.is_gone` says that there is no such model."""
        # The port is used only here: a model that its name rules out needs no client.
        catalog, name, model = self._ports.catalog, self.facts.name, self.facts.model
        if source is Source.MODEL or model is None:
            found = catalog.get(name)
            known = found.name if found else name  # a dataset may ignore case
            self.facts = replace(self.facts, name=known, model=found, is_gone=found is None)
        elif source is Source.JOB:
            self.facts = replace(self.facts, origin=self._origin(model))
        else:
            dataset = catalog.dataset(name)
            self.facts = replace(self.facts, dataset_labels=dataset.labels if dataset else {})

    def _origin(self, model: BigQueryModel) -> Origin | OriginUnknown:
        """What is known already, unless it is lost and an event names a job since."""
        known = self._known(model)
        if known is None or (known is OriginUnknown.NOT_FOUND and self._created_by):
            known = self._ports.catalog.origin(model, self._created_by)
        return known or OriginUnknown.NOT_FOUND
