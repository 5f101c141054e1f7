"""The look at one model: its facts, read from BigQuery one source at a time."""

from __future__ import annotations

from msgspec.structs import replace

from bqml_registrar.names import JobName, ModelName
from bqml_registrar.policy.facts import Facts, OriginUnknown, Source
from bqml_registrar.ports import Ports


class Look:
    """What has been read of the model that an event pointed at; each `read` is one API call."""

    def __init__(self, ports: Ports, name: ModelName, created_by: JobName | None) -> None:
        self._ports = ports
        self._created_by = created_by
        self.facts = Facts(name=name)

    def read(self, source: Source) -> None:
        """Read one source. After the model's, `facts.model` is None if there is no such model."""
        # Asked for here and not before: a model that its name rules out needs no client.
        catalog, name, model = self._ports.catalog, self.facts.name, self.facts.model
        if source is Source.MODEL or model is None:
            self.facts = replace(self.facts, model=catalog.get(name))
        elif source is Source.JOB:
            origin = catalog.origin(model, self._created_by)
            self.facts = replace(self.facts, origin=origin or OriginUnknown.NOT_FOUND)
        else:
            dataset = catalog.dataset(name)
            self.facts = replace(self.facts, dataset_labels=dataset.labels if dataset else {})
