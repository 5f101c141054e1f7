"""The interfaces that the use cases need, small and in our own types.

Adapters raise RetryableError, PermanentError or StaleError (shared/bqml_registrar/errors.py) and nothing of
Google's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bqml_registrar.bookkeeping.dataset_document import DatasetDocument
from bqml_registrar.bookkeeping.model_document import ModelDocument, Stored
from bqml_registrar.messages.outgoing import OutgoingMessage
from bqml_registrar.names import DatasetName, EndpointName, JobName, ModelName, VertexName
from bqml_registrar.resources.endpoints import Endpoint, Operation
from bqml_registrar.resources.jobs import CreatingJob, JobStatement, ListedJob, ScriptJob
from bqml_registrar.resources.listings import ListedDataset, ModelPage
from bqml_registrar.resources.models import BigQueryModel, Dataset, ModelVersion, Origin


class ModelCatalog(Protocol):
    """BigQuery: models, and what their labels may come from."""

    def get(self, name: ModelName) -> BigQueryModel | None:
        """The model, or None if there is none."""

    def dataset(self, name: ModelName | DatasetName) -> Dataset | None:
        """The dataset, of a model or by its own name, or None if there is none."""

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
        """The version (without a number: the default one), or None if there is none."""

    def versions(self, name: VertexName) -> Sequence[ModelVersion]:
        """All versions of the model, none if there is no model."""

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

    def publish(self, topic: str, messages: Sequence[OutgoingMessage]) -> None:
        """Publish in order, in one call; returns when the service has confirmed all."""


class Clock(Protocol):
    """Time."""

    def now(self) -> datetime:
        """The time, aware, in UTC."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class Endpoints(Protocol):
    """Vertex AI's endpoints."""

    def get(self, name: EndpointName) -> Endpoint | None:
        """The endpoint under the requested name, or None if there is none."""

    def set_traffic(self, endpoint: Endpoint, traffic: Mapping[str, int]) -> None:
        """Set the traffic split; StaleError if the endpoint changed since it was read."""

    def undeploy(self, endpoint: EndpointName, deployed_model_id: str) -> Operation:
        """Begin to undeploy a model that has no traffic, or is the last.

        StaleError if the endpoint is gone, PermanentError if the model is gone (the status of that
        is not documented) or has traffic.
        """

    def delete(self, endpoint: EndpointName) -> Operation:
        """Begin to delete an endpoint without deployed models; StaleError if it is gone."""

    def is_done(self, operation: Operation) -> bool:
        """Whether it has succeeded; raises as a call does if it failed, StaleError if unknown."""


class Deletions(Protocol):
    """BigQuery: deleting a model, and what a refused job wanted to delete."""

    def delete(self, model: BigQueryModel) -> None:
        """Delete the model that was read; a model that is already gone is no error.

        Raises RetryableError STILL_DEPLOYED while BigQuery takes it for deployed, StaleError if the
        service honours If-Match and the model changed.
        """

    def statement(self, job: JobName, location: str) -> JobStatement | None:
        """What a job was asked to do; None if there is no such job, or it may not be read."""


class Lists(Protocol):
    """Lists of BigQuery's and of the registry's."""

    def datasets(self, project: str) -> Iterator[ListedDataset]:
        """All datasets of a project that are not hidden."""

    def models(self, dataset: DatasetName, page: str = "") -> ModelPage | None:
        """A page of a dataset's models, or None if there is no such dataset."""

    def jobs(self, project: str, since: datetime) -> Iterator[ListedJob]:
        """The newest jobs of a project, newest first, read as far as they are asked for.

        The jobs of scripts are not among them.
        """

    def statements(self, script: ScriptJob) -> Iterator[CreatingJob]:
        """The jobs of a script that made models."""

    def registered(self, project: str, region: str, of_dataset: str = "") -> Iterator[ModelVersion]:
        """The default versions with our labels; of one dataset, by the label of its name."""


class Store(Protocol):
    """The documents of the database `registry`: what is remembered of models and datasets."""

    def prepare(self) -> None:
        """Begin to load what calls need; returns at once."""

    def new_id(self) -> str:
        """A random text, different every time."""

    def get(self, name: ModelName) -> Stored:
        """The model's document as it is now."""

    def get_all(self, names: Sequence[ModelName]) -> Mapping[ModelName, ModelDocument]:
        """The documents of those models that have one, in one call."""

    def put(self, document: ModelDocument, over: Stored) -> Stored:
        """Write the document; StaleError if there is another one than `over` by now."""

    def open_models(self, dataset: DatasetName) -> Iterator[ModelName]:
        """The models of a dataset with transitions that are not announced yet."""

    def known_models(self, dataset: DatasetName) -> Iterator[ModelName]:
        """The models of a dataset that have a document and are not known to be gone."""

    def dataset(self, name: DatasetName) -> DatasetDocument | None:
        """The dataset's document, or None if it was never swept to its end."""

    def put_dataset(self, document: DatasetDocument) -> None:
        """Write the dataset's document."""


class Ports(Protocol):
    """All ports, as a use case gets them."""

    @property
    def store(self) -> Store:
        """What is remembered."""

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

    @property
    def endpoints(self) -> Endpoints:
        """Vertex AI's endpoints."""

    @property
    def deletions(self) -> Deletions:
        """BigQuery's deletions."""

    @property
    def lists(self) -> Lists:
        """Lists of BigQuery's and of the registry's."""
