"""Fakes of the clean-up's ports, on the world of fakes.py: endpoints, operations, deletions.

Faked: Vertex AI's endpoints and their operations, BigQuery's deletions and jobs. An operation ends
`undeploy_seconds` after it was begun, by the fake's clock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

from shared.cleanup.ports import JobStatement
from shared.deployments import DeployedModel, DeployedModelRef, Endpoint, Operation
from shared.errors import PermanentError, RetryableError, StaleError
from shared.facts import BigQueryModel
from shared.names import EndpointName, JobName, VertexName
from shared.reasons import Reason

if TYPE_CHECKING:
    from fakes import FakeGoogle


class EndpointState:
    """Endpoints and the operations on them."""

    def __init__(self, google: FakeGoogle) -> None:
        self._google = google
        self.endpoints: dict[EndpointName, Endpoint] = {}
        self.undeploy_seconds = 0.0
        self.still_deployed_seconds = 0.0  # how long deletes are refused after an undeployment
        self.statements: dict[JobName, JobStatement] = {}
        self._running: dict[str, tuple[datetime, EndpointName, Callable[[], None]]] = {}
        self._failures: dict[str, Exception] = {}
        self._last_undeployed: datetime | None = None
        self._deployed = 0

    def deploy(
        self, version: VertexName, endpoint: str = "7", share: int = 0, **changes: object
    ) -> DeployedModel:
        """A person deploys a version; the share is taken as it is, the others' are left."""
        name = EndpointName(project="123456789012", region=version.region, endpoint=endpoint)
        self._deployed += 1
        deployed = DeployedModel(
            id=str(self._deployed),
            region=version.region,
            model_id=version.model_id,
            version=version.version,
            created=self._google.clock.now().isoformat(),
            configuration='{"machine":"n1-standard-2"}',
        )
        found = self.endpoints.get(name) or Endpoint(name=name)
        traffic = {**found.traffic, deployed.id: share} if share else found.traffic
        self.put(replace(found, traffic=traffic, deployed=(*found.deployed, deployed), **changes))
        return deployed

    def put(self, endpoint: Endpoint) -> None:
        """The endpoint, changed."""
        self.endpoints[endpoint.name] = replace(endpoint, etag=self._google.etag())

    def refs(self, version: VertexName) -> tuple[DeployedModelRef, ...]:
        """Where a version is deployed."""
        self.settle()
        wanted = (version.region, version.model_id, version.version)
        return tuple(
            DeployedModelRef(endpoint=endpoint.name, id=deployed.id)
            for endpoint in self.endpoints.values()
            for deployed in endpoint.deployed
            if (deployed.region, deployed.model_id, deployed.version) == wanted
        )

    def begin(self, endpoint: EndpointName, effect: Callable[[], None]) -> Operation:
        """An operation; one at a time on an endpoint."""
        self.settle()
        if any(busy == endpoint for _, busy, _ in self._running.values()):
            raise RetryableError(Reason.ENDPOINT_BUSY, "There are other operations running on it")
        name = f"{endpoint}/operations/{len(self._google.calls)}"
        due = self._google.clock.time + timedelta(seconds=self.undeploy_seconds)
        self._running[name] = (due, endpoint, effect)
        return Operation(name=name, region=endpoint.region)

    def settle(self) -> None:
        """What is due happens."""
        now = self._google.clock.time
        for name, (due, _, effect) in list(self._running.items()):
            if due <= now:
                del self._running[name]
                try:
                    effect()
                except (PermanentError, RetryableError) as error:
                    self._failures[name] = error

    def is_done(self, operation: Operation) -> bool:
        self.settle()
        if failure := self._failures.get(operation.name):
            raise failure
        return operation.name not in self._running

    def remove(self, name: EndpointName, deployed_id: str) -> None:
        """The end of an undeployment."""
        found = self.endpoints[name]
        traffic = {key: share for key, share in found.traffic.items() if key != deployed_id}
        left = tuple(deployed for deployed in found.deployed if deployed.id != deployed_id)
        self.put(replace(found, traffic=traffic, deployed=left))
        self._last_undeployed = self._google.clock.time

    def refuses_deletes(self) -> bool:
        """Whether it is too early after the last undeployment."""
        if self._last_undeployed is None:
            return False
        lag = timedelta(seconds=self.still_deployed_seconds)
        return self._google.clock.time < self._last_undeployed + lag


class FakeEndpoints:
    """The port `Endpoints`."""

    def __init__(self, google: FakeGoogle) -> None:
        self._google = google

    def get(self, name: EndpointName) -> Endpoint | None:
        self._google.enter("GetEndpoint")
        self._google.at.settle()
        return self._google.at.endpoints.get(name)

    def set_traffic(self, endpoint: Endpoint, traffic: Mapping[str, int]) -> None:
        self._google.enter("UpdateEndpoint")
        current = self._current(endpoint.name)
        if current.etag != endpoint.etag:
            raise StaleError
        assert sum(traffic.values()) == 100
        assert set(traffic) <= {deployed.id for deployed in current.deployed}
        assert not current.is_private
        self._google.at.put(replace(current, traffic=dict(traffic)))

    def undeploy(self, endpoint: EndpointName, deployed_model_id: str) -> Operation:
        self._google.enter("UndeployModel")
        current = self._current(endpoint)
        if deployed_model_id not in {deployed.id for deployed in current.deployed}:
            raise StaleError
        if current.traffic.get(deployed_model_id) and len(current.deployed) > 1:
            raise PermanentError(Reason.REFUSED_BY_SERVICE, "The DeployedModel still has traffic.")
        at = self._google.at
        return at.begin(endpoint, lambda: at.remove(endpoint, deployed_model_id))

    def delete(self, endpoint: EndpointName) -> Operation:
        self._google.enter("DeleteEndpoint")
        if self._current(endpoint).deployed:
            raise PermanentError(
                Reason.REFUSED_BY_SERVICE, "Endpoint has deployed DeployedModel(s)"
            )
        return self._google.at.begin(
            endpoint, lambda: self._google.at.endpoints.pop(endpoint) and None
        )

    def is_done(self, operation: Operation) -> bool:
        self._google.enter("GetOperation")
        return self._google.at.is_done(operation)

    def _current(self, name: EndpointName) -> Endpoint:
        self._google.at.settle()
        current = self._google.at.endpoints.get(name)
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
        if self._google.at.refs(version) or self._google.at.refuses_deletes():
            raise RetryableError(
                Reason.STILL_DEPLOYED, "deployed or being deployed at the following"
            )
        self._google.drop(model.name)

    def statement(self, job: JobName, location: str) -> JobStatement | None:
        self._google.enter("jobs.get")
        return self._google.at.statements.get(job)
