"""What the clean-up needs of the world besides `shared.ports`: endpoints, and deletions.

Adapters raise RetryableError, PermanentError or StaleError (shared/bqml_registrar/errors.py) and nothing of
Google's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct

from bqml_registrar.names import DatasetName, EndpointName, JobName, ModelName
from bqml_registrar.policy.facts import BigQueryModel
from bqml_registrar.resources.endpoints import Endpoint, Operation


class JobStatement(Struct, frozen=True, kw_only=True):
    """What a query job was asked to do; `sql` is read and never told."""

    sql: str
    default_project: str
    default_dataset: DatasetName | None = None
    destination: ModelName | None = None


class Endpoints(Protocol):
    """Vertex AI's endpoints."""

    def get(self, name: EndpointName) -> Endpoint | None:
        """The endpoint under the name that was asked for, or None where there is none."""

    def set_traffic(self, endpoint: Endpoint, traffic: Mapping[str, int]) -> None:
        """Set the traffic split; StaleError if the endpoint changed since it was read."""

    def undeploy(self, endpoint: EndpointName, deployed_model_id: str) -> Operation:
        """Begin to undeploy a model that has no traffic, or is the last.

        StaleError if the endpoint is gone, PermanentError if the model is (which status that has is
        not documented), or has traffic.
        """

    def delete(self, endpoint: EndpointName) -> Operation:
        """Begin to delete an endpoint without deployed models; StaleError if it is gone."""

    def is_done(self, operation: Operation) -> bool:
        """Whether it has ended well; raises as a call does if it failed, StaleError if it is unknown."""


class Deletions(Protocol):
    """BigQuery: deleting a model, and what a refused job wanted to delete."""

    def delete(self, model: BigQueryModel) -> None:
        """Delete the model that was read; one that is gone already is deleted.

        Raises RetryableError STILL_DEPLOYED while BigQuery takes it for deployed, StaleError if the
        service honours If-Match and the model changed.
        """

    def statement(self, job: JobName, location: str) -> JobStatement | None:
        """What a job was asked to do; None if there is no such job, or it may not be read."""


class CleanupPorts(Protocol):
    """The two, as a use case gets them."""

    @property
    def endpoints(self) -> Endpoints:
        """Vertex AI's endpoints."""

    @property
    def deletions(self) -> Deletions:
        """BigQuery's deletions."""
