"""Fakes of the ports: a small world in memory. The contract suite runs on them and on the adapters.

Faked: BigQuery's and Vertex AI's state, Pub/Sub's topics, time. Observed: that state, what was
published, and the calls made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from shared.cloud_events import Message
from shared.errors import StaleError
from shared.facts import BigQueryModel, ModelVersion, Origin
from shared.names import JobName, ModelName, VertexName, vertex_region


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
    """The ports `catalog`, `registry`, `publisher` and `clock` over one state.

    `before` maps a call's name to what happens just before it; raise there to make it fail, or
    change the state to be somebody else. `lag` is how many looks a new version stays invisible.
    """

    def __init__(self, *models: BigQueryModel, lag: int = 0) -> None:
        self.models = {model.name: model for model in models}
        self.versions: dict[VertexName, ModelVersion] = {}
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
        taken = [int(name.version) for name in self.versions if name.at("") == parent]
        name = parent.at(str(max(taken, default=0) + 1))
        aliases = () if taken else ("default",)
        self.versions[name] = ModelVersion(name=name, etag=self.etag(), aliases=aliases)
        self._hidden[name] = self._lag
        return replace(model, vertex_model_id=str(parent), vertex_version=name.version)

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

    def dataset_labels(self, name: ModelName) -> Mapping[str, str]:
        self._google.enter("datasets.get")
        return self._google.datasets.get(name.dataset, {})

    def origin(self, model: BigQueryModel, created_by: JobName | None) -> Origin | None:
        self._google.enter("jobs.get" if created_by else "jobs.list")
        found = [origin for _, name, origin in self._google.jobs if name == model.name]
        return found[0] if found else None

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
        patched = replace(current, labels=kept, etag=google.etag())
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
        if not name.version:
            versions = sorted(
                (v for v in self._google.versions if v.at("") == name),
                key=lambda v: "default" not in self._google.versions[v].aliases,
            )
            return replace(self._google.versions[versions[0]], name=name) if versions else None
        found = self._google.versions.get(name)
        return found if found and self._google.shows(name) else None

    def update(
        self, version: ModelVersion, labels: Mapping[str, str], description: str
    ) -> ModelVersion:
        self._google.enter("UpdateModel")
        current = self._current(version)
        if current.etag != version.etag:
            raise StaleError
        return self._put(replace(current, labels=dict(labels), description=description))

    def add_aliases(self, version: ModelVersion, aliases: Sequence[str]) -> ModelVersion:
        self._google.enter("MergeVersionAliases")
        current = self._current(version)
        for name, other in self._google.versions.items():
            if name.at("") == version.name.at("") and name != version.name:
                left = tuple(alias for alias in other.aliases if alias not in aliases)
                if left != other.aliases:
                    self._google.versions[name] = replace(
                        other, aliases=left, etag=self._google.etag()
                    )
        added = tuple(dict.fromkeys((*current.aliases, *aliases)))
        return self._put(replace(current, aliases=added))

    def _current(self, version: ModelVersion) -> ModelVersion:
        current = self._google.versions.get(version.name)
        if current is None:
            raise StaleError
        return current

    def _put(self, version: ModelVersion) -> ModelVersion:
        stored = replace(version, etag=self._google.etag())
        self._google.versions[version.name] = stored
        return stored


class FakePublisher:
    def __init__(self, google: FakeGoogle) -> None:
        self._google = google

    def publish(self, topic: str, messages: Sequence[Message]) -> None:
        self._google.enter("Publish")
        self._google.published.setdefault(topic, []).extend(messages)
