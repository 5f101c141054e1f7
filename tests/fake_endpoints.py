"""Fakes of the clean-up's ports, on the world of fakes.py: endpoints, operations, deletions.

Faked: Vertex AI's endpoints and their operations, BigQuery's deletions and jobs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bqml_registrar.errors import RetryableError, StaleError
from bqml_registrar.names import EndpointName, JobName
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.endpoints import Endpoint, Operation
from bqml_registrar.resources.jobs import JobStatement
from bqml_registrar.resources.models import BigQueryModel
from tests.fake_endpoint_state import NUMBER, refuse_deletion, refuse_undeployment

if TYPE_CHECKING:
    from tests.fakes import FakeGoogle


class FakeEndpoints:
    """The port `Endpoints`."""

    def __init__(self, google: FakeGoogle) -> None:
        self._google = google

    def get(self, name: EndpointName) -> Endpoint | None:
        self._google.enter("GetEndpoint")
        return self._google.at.found(name)

    def set_traffic(self, endpoint: Endpoint, traffic: Mapping[str, int]) -> None:
        self._google.enter("UpdateEndpoint")
        at, current = self._google.at, self._current(endpoint.name)
        if current.etag != endpoint.etag:
            raise StaleError
        assert sum(traffic.values()) == 100
        assert set(traffic) <= {deployed.id for deployed in current.deployed}
        assert not current.is_private
        if at.busy_refuses_traffic:
            at.refuse_busy(current.name)
        at.put(replace(current, traffic=dict(traffic)))

    def undeploy(self, endpoint: EndpointName, deployed_model_id: str) -> Operation:
        self._google.enter("UndeployModel")
        at, current = self._google.at, self._current(endpoint)
        at.refuse_busy(current.name)
        refuse_undeployment(current, deployed_model_id)
        return at.begin(current.name, lambda: at.remove(current.name, deployed_model_id))

    def delete(self, endpoint: EndpointName) -> Operation:
        self._google.enter("DeleteEndpoint")
        at, current = self._google.at, self._current(endpoint)
        refuse_deletion(current)
        at.refuse_busy(current.name)
        return at.begin(current.name, lambda: at.discard(current.name))

    def is_done(self, operation: Operation) -> bool:
        self._google.enter("GetOperation")
        return self._google.at.is_done(operation)

    def _current(self, name: EndpointName) -> Endpoint:
        current = self._google.at.found(replace(name, project=NUMBER))
        if current is None:
            raise StaleError
        return current


class FakeDeletions:
    """The port `Deletions`."""

    def __init__(self, google: FakeGoogle) -> None:
        self._google = google

    def delete(self, model: BigQueryModel) -> None:
        self._google.enter("models.delete")
        current = self._google.models.get(model.name)
        if current is None:
            return
        version = current.vertex.at(current.vertex_version)
        if self._google.at.holds(version):
            raise RetryableError(
                Reason.STILL_DEPLOYED, "deployed or being deployed at the following"
            )
        self._google.drop(model.name)

    def statement(self, job: JobName, location: str) -> JobStatement | None:
        self._google.enter("jobs.get")
        return self._google.at.statements.get(job)
