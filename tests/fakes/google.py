"""Fakes of the ports: a small world in memory. The contract suite runs on them and on the adapters.

Faked: BigQuery's and Vertex AI's state, Pub/Sub's topics, time. Observed: that state, what was
published, and the calls made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from msgspec.structs import replace

from bqml_registrar.bookkeeping.dataset_document import DatasetDocument
from bqml_registrar.bookkeeping.model_document import Stored
from bqml_registrar.messages.outgoing import OutgoingMessage
from bqml_registrar.names import DatasetName, JobName, ModelName, VertexName, vertex_region
from bqml_registrar.resources.models import BigQueryModel, ModelVersion, Origin
from tests.fakes.catalog import FakeCatalog
from tests.fakes.clock import FakeClock
from tests.fakes.deletions import FakeDeletions
from tests.fakes.endpoint_state import EndpointState
from tests.fakes.endpoints import FakeEndpoints
from tests.fakes.lists import FakeLists
from tests.fakes.publisher import FakePublisher
from tests.fakes.registry import FakeRegistry
from tests.fakes.store import FakeStore


class FakeGoogle:
    """All ports over one state; `at` is the part of it that is about endpoints.

    `before` maps a call's name to what happens just before it; raise there to make it fail, or
    change the state to be somebody else. `lag` is how many looks a new version stays invisible.
    """

    def __init__(self, *models: BigQueryModel, lag: int = 0) -> None:
        self.models = {model.name: model for model in models}
        self.versions: dict[VertexName, ModelVersion] = {}
        self.parents: dict[VertexName, str] = {}  # descriptions of the registry's models
        self.numbers: dict[VertexName, int] = {}
        self.keeps_parents = False  # whether a registry model survives its last version's replace
        self.datasets: dict[str, Mapping[str, str]] = {}
        self.ignoring_case: set[str] = set()  # datasets
        self.jobs: list[tuple[JobName, ModelName, Origin]] = []
        self.documents: dict[ModelName, Stored] = {}
        self.swept: dict[DatasetName, DatasetDocument] = {}
        self.published: dict[str, list[OutgoingMessage]] = {}
        self.calls: list[str] = []
        self.before: dict[str, Callable[[], None]] = {}
        self.prepared: list[str] = []
        self.clock = FakeClock()
        self.catalog = FakeCatalog(self)
        self.registry = FakeRegistry(self)
        self.publisher = FakePublisher(self)
        self.at = EndpointState(self)
        self.endpoints = FakeEndpoints(self)
        self.deletions = FakeDeletions(self)
        self.lists = FakeLists(self)
        self.store = FakeStore(self)
        self._lag = lag
        self._hidden: dict[VertexName, int] = {}
        self._writes = 0

    def enter(self, call: str) -> None:
        self.calls.append(call)
        if happening := self.before.get(call):
            happening()

    def stored(self, name: ModelName) -> ModelName:
        """A model's name as BigQuery has it, where a dataset ignores case."""
        if name in self.models or name.dataset not in self.ignoring_case:
            return name
        folded = str(name).casefold()
        return next((known for known in self.models if str(known).casefold() == folded), name)

    def etag(self) -> str:
        self._writes += 1
        return f"w{self._writes}"

    def register(self, model: BigQueryModel, model_id: str) -> BigQueryModel:
        """What BigQuery does on a patch with a Vertex model id."""
        parent = VertexName(
            project=model.name.project, region=vertex_region(model.location), model_id=model_id
        )
        taken = [int(version.name.version) for version in self.versions_of(parent)]
        number = self.numbers[parent] = max([self.numbers.get(parent, 0), *taken]) + 1
        name = parent.at(str(number))
        aliases = () if self.versions_of(parent) else ("default",)
        self.versions[name] = ModelVersion(name=name, etag=self.etag(), aliases=aliases)
        self._hidden[name] = self._lag
        return replace(model, vertex_model_id=str(parent), vertex_version=name.version)

    def versions_of(self, parent: VertexName) -> list[ModelVersion]:
        return [version for name, version in self.versions.items() if name.at("") == parent]

    def drop(self, name: ModelName) -> None:
        """What BigQuery does on DROP MODEL, and before CREATE OR REPLACE makes the new one."""
        model = self.models.pop(name)
        if model.registered_as:
            self.versions.pop(model.vertex.at(model.vertex_version), None)
            if not self.versions_of(model.vertex):
                self.parents.pop(model.vertex, None)
                self.numbers.pop(model.vertex, None)

    def replace(self, name: ModelName, labels: Mapping[str, str] | None = None) -> None:
        """What CREATE OR REPLACE MODEL does; `labels` None: the new model keeps the old one's."""
        old = self.models[name]
        parents, self.numbers, numbers = dict(self.parents), dict(self.numbers), self.numbers
        self.drop(name)
        self.numbers = numbers
        self.parents = parents if self.keeps_parents else self.parents
        self.models[name] = replace(
            old,
            etag=self.etag(),
            created=max(old.created + timedelta(hours=1), self.clock.now()),
            modified=None,
            labels=old.labels if labels is None else labels,
            vertex_model_id="",
            vertex_version="",
        )

    def shows(self, name: VertexName) -> bool:
        """Whether a version is visible to this look."""
        self._hidden[name] = self._hidden.get(name, 0) - 1
        return self._hidden[name] < 0
