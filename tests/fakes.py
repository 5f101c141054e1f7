"""Fakes of the ports: a small world in memory. The contract suite runs on them and on the adapters.

Faked: BigQuery's and Vertex AI's state, Pub/Sub's topics, time. Observed: that state, what was
published, and the calls made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from bqml_registrar.errors import StaleError
from bqml_registrar.messages.outgoing import Message
from bqml_registrar.names import DatasetName, JobName, ModelName, VertexName, vertex_region
from bqml_registrar.resources.models import BigQueryModel, Dataset, ModelVersion, Origin
from tests.fake_endpoint_state import NUMBER, EndpointState
from tests.fake_endpoints import FakeDeletions, FakeEndpoints
from tests.fake_lists import FakeLists

PROJECT, PROJECT_NUMBER = "analytics-dev", NUMBER


class FakeClock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 2, 9, 31, tzinfo=UTC)
        self.slept = 0.0

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept += seconds
        self.time += timedelta(seconds=seconds)


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
        self.jobs: list[tuple[JobName, ModelName, Origin]] = []
        self.published: dict[str, list[Message]] = {}
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
        self._lag = lag
        self._hidden: dict[VertexName, int] = {}
        self._writes = 0

    def enter(self, call: str) -> None:
        self.calls.append(call)
        if happening := self.before.get(call):
            happening()

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
            created=old.created + timedelta(hours=1),
            labels=old.labels if labels is None else labels,
            vertex_model_id="",
            vertex_version="",
        )

    def shows(self, name: VertexName) -> bool:
        """Whether a version is visible to this look."""
        self._hidden[name] = self._hidden.get(name, 0) - 1
        return self._hidden[name] < 0


class FakeCatalog:
    def __init__(self, google: FakeGoogle) -> None:
        self._google = google

    def get(self, name: ModelName) -> BigQueryModel | None:
        self._google.enter("models.get")
        return self._google.models.get(name)

    def dataset(self, name: ModelName | DatasetName) -> Dataset | None:
        self._google.enter("datasets.get")
        return Dataset(location="US", labels=self._google.datasets.get(name.dataset, {}))

    def origin(self, model: BigQueryModel, created_by: JobName | None) -> Origin | None:
        self._google.enter("jobs.get" if created_by else "jobs.list")
        found = [origin for _, name, origin in self._google.jobs if name == model.name]
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
        patched = replace(current, labels=kept, etag=google.etag(), modified=google.clock.now())
        if vertex_model_id:
            patched = google.register(patched, vertex_model_id)
        google.models[model.name] = patched
        return patched


class FakeRegistry:
    def __init__(self, google: FakeGoogle) -> None:
        self._google = google

    def prepare(self, region: str) -> None:
        self._google.prepared.append(region)

    def get(self, name: VertexName) -> ModelVersion | None:
        self._google.enter("GetModel")
        return self._found(name)

    def _found(self, name: VertexName) -> ModelVersion | None:
        if name.project == PROJECT_NUMBER:  # as Google has it, by the number too
            found = self._found(replace(name, project=PROJECT))
            return replace(found, name=name) if found else None
        if not name.version:
            versions = sorted(
                self._google.versions_of(name), key=lambda version: "default" not in version.aliases
            )
            return replace(self._merged(versions[0]), name=name) if versions else None
        found = self._google.versions.get(name)
        return self._merged(found) if found and self._google.shows(name) else None

    def versions(self, name: VertexName) -> Sequence[ModelVersion]:
        self._google.enter("ListModelVersions")
        return [self._merged(version) for version in self._google.versions_of(name)]

    def update(
        self, version: ModelVersion, labels: Mapping[str, str], description: str
    ) -> ModelVersion:
        self._google.enter("UpdateModel")
        current = self._current(version)
        if current.etag != version.etag:
            raise StaleError
        return self._put(replace(current, labels=dict(labels), description=description))

    def describe_model(self, model: ModelVersion, description: str) -> None:
        self._google.enter("UpdateModel")
        parent = model.name.at("")
        if model.etag not in {version.etag for version in self._google.versions_of(parent)}:
            raise StaleError
        self._google.parents[parent] = description
        for version in self._google.versions_of(parent):
            self._put(version)

    def merge_aliases(
        self, version: ModelVersion, add: Sequence[str], remove: Sequence[str] = ()
    ) -> ModelVersion:
        self._google.enter("MergeVersionAliases")
        current = self._current(version)
        for other in self._google.versions_of(version.name.at("")):
            left = tuple(alias for alias in other.aliases if alias not in add)
            if other.name != version.name and left != other.aliases:
                self._put(replace(other, aliases=left))
        kept = (alias for alias in current.aliases if alias not in remove)
        return self._put(replace(current, aliases=tuple(dict.fromkeys((*kept, *add)))))

    def _merged(self, version: ModelVersion) -> ModelVersion:
        """GetModel shows what is the model's with what is the version's."""
        shared = self._google.parents.get(version.name.at(""), "")
        deployed = self._google.at.refs(version.name)
        return replace(version, model_description=shared, deployed=deployed)

    def _current(self, version: ModelVersion) -> ModelVersion:
        current = self._google.versions.get(version.name)
        if current is None:
            raise StaleError
        return current

    def _put(self, version: ModelVersion) -> ModelVersion:
        stored = replace(version, etag=self._google.etag())
        self._google.versions[version.name] = stored
        return self._merged(stored)


class FakePublisher:
    def __init__(self, google: FakeGoogle) -> None:
        self._google = google

    def publish(self, topic: str, messages: Sequence[Message]) -> None:
        self._google.enter("Publish")
        self._google.published.setdefault(topic, []).extend(messages)
