"""A fake of the port `Endpoints`: Vertex AI's endpoints and their operations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bqml_registrar.errors import StaleError
from bqml_registrar.names import EndpointName
from bqml_registrar.resources.endpoints import Endpoint, Operation
from tests.fakes.endpoint_state import PROJECT_NUMBER, refuse_deletion, refuse_undeployment

if TYPE_CHECKING:
    from tests.fakes.google import FakeGoogle


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
        current = self._google.at.found(replace(name, project=PROJECT_NUMBER))
        if current is None:
            raise StaleError
        return current
