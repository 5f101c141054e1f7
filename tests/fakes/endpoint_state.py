"""The state behind endpoints.py: endpoints, operations on them, what lately left them.

An operation ends `undeploy_seconds` after it was begun, by the fake's clock.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bqml_registrar.errors import PermanentError, RetryableError, StaleError
from bqml_registrar.names import EndpointName, JobName, VertexName
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.endpoints import DeployedModel, DeployedModelRef, Endpoint, Operation
from bqml_registrar.resources.jobs import JobStatement

if TYPE_CHECKING:
    from tests.fakes.google import FakeGoogle

PROJECT = "analytics-dev"
PROJECT_NUMBER = "123456789012"  # by it Vertex AI names endpoints


class EndpointState:
    """Endpoints and the operations on them."""

    def __init__(self, google: FakeGoogle) -> None:
        self._google = google
        self.endpoints: dict[EndpointName, Endpoint] = {}
        self.undeploy_seconds = 0.0
        self.visible_seconds = 0.0  # how long a model lists a deployment that has ended
        self.still_deployed_seconds = 0.0  # how long deletes are refused after an undeployment
        self.busy_refuses_traffic = True  # whether the split is fixed while an operation runs
        self.statements: dict[JobName, JobStatement] = {}
        self._running: dict[str, tuple[datetime, EndpointName, Callable[[], None]]] = {}
        self._ended: set[str] = set()
        self._failures: dict[str, Exception] = {}
        self._left: list[tuple[DeployedModel, DeployedModelRef, datetime]] = []
        self._deployed = 0

    def deploy(
        self, version: VertexName, endpoint: str = "7", share: int = 0, **changes: object
    ) -> DeployedModel:
        """A person deploys a version; the share is taken as it is, the others' are left."""
        name = EndpointName(project=PROJECT_NUMBER, region=version.region, endpoint=endpoint)
        self._deployed += 1
        deployed = DeployedModel(
            id=str(self._deployed),
            region=version.region,
            model_id=version.model_id,
            version=version.version,
            created=self._google.clock.now().isoformat(),
            configuration=_configuration(str(self._deployed), version),
        )
        found = self.endpoints.get(name) or Endpoint(name=name)
        traffic = {**found.traffic, deployed.id: share} if share else found.traffic
        self.put(replace(found, traffic=traffic, deployed=(*found.deployed, deployed), **changes))
        return deployed

    def put(self, endpoint: Endpoint) -> None:
        """The endpoint, changed."""
        self.endpoints[endpoint.name] = replace(endpoint, etag=self._google.etag())

    def refs(self, version: VertexName) -> tuple[DeployedModelRef, ...]:
        """Where a version is deployed, as the registry shows it."""
        return (*self._serving(version), *self._lately(version, self.visible_seconds))

    def holds(self, version: VertexName) -> bool:
        """Whether the version counts as deployed when it is to be deleted."""
        return bool(self._serving(version) or self._lately(version, self.still_deployed_seconds))

    def _serving(self, version: VertexName) -> list[DeployedModelRef]:
        self.settle()
        return [
            DeployedModelRef(endpoint=endpoint.name, id=deployed.id)
            for endpoint in self.endpoints.values()
            for deployed in endpoint.deployed
            if _is_of(deployed, version)
        ]

    def _lately(self, version: VertexName, seconds: float) -> list[DeployedModelRef]:
        since = self._google.clock.time - timedelta(seconds=seconds)
        return [ref for gone, ref, at in self._left if _is_of(gone, version) and at > since]

    def found(self, name: EndpointName) -> Endpoint | None:
        """The endpoint under the name that is asked for: the project's id does for its number."""
        self.settle()
        stored = self.endpoints.get(replace(name, project=PROJECT_NUMBER))
        return replace(stored, name=name) if stored else None

    def refuse_busy(self, endpoint: EndpointName) -> None:
        """One operation at a time on an endpoint."""
        self.settle()
        if any(busy == endpoint for _, busy, _ in self._running.values()):
            raise RetryableError(Reason.ENDPOINT_BUSY, "There are other operations running on it")

    def begin(self, endpoint: EndpointName, effect: Callable[[], None]) -> Operation:
        """An operation; what takes no time has ended when it is looked at."""
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
                self._ended.add(name)
                try:
                    effect()
                except (PermanentError, RetryableError) as error:
                    self._failures[name] = error

    def is_done(self, operation: Operation) -> bool:
        self.settle()
        if failure := self._failures.get(operation.name):
            raise failure
        if operation.name not in self._running.keys() | self._ended:
            raise StaleError
        return operation.name in self._ended

    def remove(self, name: EndpointName, deployed_id: str) -> None:
        """The end of an undeployment; what refuses one may have come up meanwhile."""
        found = self.endpoints[name]
        refuse_undeployment(found, deployed_id)
        traffic = {key: share for key, share in found.traffic.items() if key != deployed_id}
        left = tuple(deployed for deployed in found.deployed if deployed.id != deployed_id)
        self.put(replace(found, traffic=traffic, deployed=left))
        (gone,) = (deployed for deployed in found.deployed if deployed.id == deployed_id)
        ref = DeployedModelRef(endpoint=name, id=deployed_id)
        self._left.append((gone, ref, self._google.clock.time))

    def discard(self, name: EndpointName) -> None:
        """The end of an endpoint's deletion."""
        refuse_deletion(self.endpoints[name])
        del self.endpoints[name]


def refuse_deletion(endpoint: Endpoint) -> None:
    """As the service does: while anything is deployed there, or watched."""
    if endpoint.deployed or endpoint.monitoring_job:
        raise PermanentError(Reason.REFUSED_BY_SERVICE, "Endpoint has deployed DeployedModel(s)")


def refuse_undeployment(endpoint: Endpoint, deployed_id: str) -> None:
    """As the service does: an id that is not there; traffic that nobody would have."""
    if deployed_id not in {deployed.id for deployed in endpoint.deployed}:
        raise PermanentError(Reason.REFUSED_BY_SERVICE, f"no DeployedModel {deployed_id}")
    if endpoint.traffic.get(deployed_id) and len(endpoint.deployed) > 1:
        raise PermanentError(Reason.REFUSED_BY_SERVICE, "The DeployedModel still has traffic.")


def _is_of(deployed: DeployedModel, version: VertexName) -> bool:
    parts = (version.region, version.model_id, version.version)
    return (deployed.region, deployed.model_id, deployed.version) == parts


def _configuration(deployed_id: str, version: VertexName) -> str:
    machine = {"machineSpec": {"machineType": "n1-standard-2"}, "minReplicaCount": 1}
    told = {"id": deployed_id, "model": str(version), "dedicatedResources": machine}
    return json.dumps(told, sort_keys=True)
