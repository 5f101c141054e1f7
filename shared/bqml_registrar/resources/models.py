"""Models, datasets and versions as BigQuery and Vertex AI show them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from bqml_registrar.names import JobName, ModelName, VertexName, bare_model_id, vertex_region
from bqml_registrar.resources.endpoints import DeployedModelRef


class Origin(Struct, frozen=True, kw_only=True):
    """The job that created a model: who ran it, with which labels.

    `kind` is BigQuery's word for it, `query` or `copy`. `replaced`: it says that a model of the name
    was there before. A copy job does not tell that.
    """

    job: JobName
    creator: str
    labels: Mapping[str, str]
    kind: str = "query"
    replaced: bool = False


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
        """What distinguishes it from others of its name: its creation time in milliseconds."""
        return str(int(self.created.timestamp() * 1000))

    @property
    def registered_as(self) -> str:
        """The bare id that it is registered under; empty when it is not registered."""
        return bare_model_id(self.vertex_model_id)

    @property
    def vertex(self) -> VertexName:
        """The registry's model that it is a version of."""
        return self.vertex_named(self.registered_as)

    def vertex_named(self, model_id: str) -> VertexName:
        """The registry's model of an id, in the region where BigQuery registers this one."""
        region = vertex_region(self.location)
        return VertexName(project=self.name.project, region=region, model_id=model_id)


class Dataset(Struct, frozen=True, kw_only=True):
    """A BigQuery dataset as `datasets.get` shows it."""

    location: str
    labels: Mapping[str, str]


class ModelVersion(Struct, frozen=True, kw_only=True):
    """A version in the registry as GetModel shows it; all versions share `model_description`."""

    name: VertexName
    etag: str
    labels: Mapping[str, str] = {}
    aliases: tuple[str, ...] = ()
    description: str = ""
    model_description: str = ""
    deployed: tuple[DeployedModelRef, ...] = ()
    created: datetime | None = None
