"""What the use cases need of the world: three small interfaces, in our own types.

Adapters raise RetryableError, PermanentError or StaleError (shared/bqml_registrar/errors.py) and nothing of
Google's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bqml_registrar.cleanup.ports import CleanupPorts
from bqml_registrar.events.cloud_events import Message
from bqml_registrar.names import DatasetName, JobName, ModelName, VertexName
from bqml_registrar.policy.facts import BigQueryModel, Dataset, ModelVersion, Origin
from bqml_registrar.sweep.ports import SweepPorts


class ModelCatalog(Protocol):
    """BigQuery: models, and what their labels may come from."""

    def get(self, name: ModelName) -> BigQueryModel | None:
        """The model, or None where there is none."""

    def dataset(self, name: ModelName | DatasetName) -> Dataset | None:
        """The dataset, of a model or by its own name, or None where there is none."""

    def origin(self, model: BigQueryModel, created_by: JobName | None) -> Origin | None:
        """The job that created this generation of the model; None if it cannot be found."""

    def created_by_job(self, job: JobName, location: str) -> ModelName | None:
        """The model that a job created; None if it created none, or is not in the history."""

    def patch(
        self, model: BigQueryModel, labels: Mapping[str, str | None], vertex_model_id: str = ""
    ) -> BigQueryModel:
        """Merge labels (None removes a key), register under an id; StaleError if it changed."""


class ModelRegistry(Protocol):
    """The Vertex AI Model Registry."""

    def prepare(self, region: str) -> None:
        """Begin to load what calls in a region need; returns at once."""

    def get(self, name: VertexName) -> ModelVersion | None:
        """The version (without a number: the default one), or None where there is none."""

    def versions(self, name: VertexName) -> Sequence[ModelVersion]:
        """All versions of the model, none where there is no model."""

    def update(
        self, version: ModelVersion, labels: Mapping[str, str], description: str
    ) -> ModelVersion:
        """Set all labels and the description of the version; StaleError if it changed."""

    def describe_model(self, model: ModelVersion, description: str) -> None:
        """Set the description that the model's versions share; StaleError if it changed."""

    def merge_aliases(
        self, version: ModelVersion, add: Sequence[str], remove: Sequence[str] = ()
    ) -> ModelVersion:
        """Give the version aliases (one in use moves here), and take some away."""


class Publisher(Protocol):
    """Pub/Sub."""

    def publish(self, topic: str, messages: Sequence[Message]) -> None:
        """Publish in order, in one call; returns when the service has confirmed all."""


class Clock(Protocol):
    """Time."""

    def now(self) -> datetime:
        """The time, aware, in UTC."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class Ports(CleanupPorts, SweepPorts, Protocol):
    """The world as a use case gets it."""

    @property
    def catalog(self) -> ModelCatalog:
        """BigQuery."""

    @property
    def registry(self) -> ModelRegistry:
        """Vertex AI."""

    @property
    def publisher(self) -> Publisher:
        """Pub/Sub."""

    @property
    def clock(self) -> Clock:
        """Time."""
