"""What is known of a model while its rule is sought: read source by source, only as far as needed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum, StrEnum

from msgspec import Struct

from bqml_registrar.names import JobName, ModelName, VertexName, bare_model_id, vertex_region
from bqml_registrar.resources.endpoints import DeployedModelRef


class Source(StrEnum):
    """What can be read of a model, one API call each."""

    MODEL = "model"
    JOB = "job"
    DATASET = "dataset"


class OriginUnknown(Enum):
    """The creating job was looked for and is not in the history."""

    NOT_FOUND = "not found"


class Origin(Struct, frozen=True, kw_only=True):
    """The job that created a model: who ran it, with which labels."""

    job: JobName
    creator: str
    labels: Mapping[str, str]


class BigQueryModel(Struct, frozen=True, kw_only=True):
    """A BigQuery ML model as `models.get` shows it. `vertex_model_id` is as returned, or empty."""

    name: ModelName
    etag: str
    created: datetime
    location: str
    model_type: str
    labels: Mapping[str, str]
    is_remote: bool = False
    vertex_model_id: str = ""
    vertex_version: str = ""
    modified: datetime | None = None
    expires: datetime | None = None

    @property
    def generation(self) -> str:
        """Which of the models of this name it is: its creation time in milliseconds."""
        return str(int(self.created.timestamp() * 1000))

    @property
    def registered_as(self) -> str:
        """The bare id that it is registered under; empty when it is not registered."""
        return bare_model_id(self.vertex_model_id)

    @property
    def vertex(self) -> VertexName:
        """The model in the registry that it is a version of."""
        return self.vertex_named(self.registered_as)

    def vertex_named(self, model_id: str) -> VertexName:
        """The model of an id where BigQuery registers this one."""
        region = vertex_region(self.location)
        return VertexName(project=self.name.project, region=region, model_id=model_id)


class Dataset(Struct, frozen=True, kw_only=True):
    """A BigQuery dataset as `datasets.get` shows it."""

    location: str
    labels: Mapping[str, str]


class ModelVersion(Struct, frozen=True, kw_only=True):
    """A version in the registry as GetModel shows it; `model_description` is of all its versions."""

    name: VertexName
    etag: str
    labels: Mapping[str, str] = {}
    aliases: tuple[str, ...] = ()
    description: str = ""
    model_description: str = ""
    deployed: tuple[DeployedModelRef, ...] = ()


class Facts(Struct, frozen=True, kw_only=True):
    """A model's name, and what has been read of it so far (None: not read)."""

    name: ModelName
    model: BigQueryModel | None = None
    origin: Origin | OriginUnknown | None = None
    dataset_labels: Mapping[str, str] | None = None


class NeededError(Exception):
    """A question cannot be answered before `source` is read."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.source = source


class OriginUnknownError(Exception):
    """A question is about the creating job, which is not in the history."""


def model_of(facts: Facts) -> BigQueryModel:
    """The model; NeededError until it is read."""
    if facts.model is None:
        raise NeededError(Source.MODEL)
    return facts.model


def origin_of(facts: Facts) -> Origin:
    """The creating job; NeededError until it is read, OriginUnknownError if it was not found."""
    model_of(facts)  # a job is found by the model's location and creation time
    if facts.origin is None:
        raise NeededError(Source.JOB)
    if isinstance(facts.origin, OriginUnknown):
        raise OriginUnknownError
    return facts.origin


def labels_of(facts: Facts, source: Source) -> Mapping[str, str]:
    """The labels of one source; NeededError until it is read."""
    if source is Source.MODEL:
        return model_of(facts).labels
    if source is Source.JOB:
        return origin_of(facts).labels
    if facts.dataset_labels is None:
        raise NeededError(Source.DATASET)
    return facts.dataset_labels
