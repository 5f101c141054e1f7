"""What the methods of google.cloud.aiplatform.v1.EndpointService do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from google.cloud.aiplatform_v1 import types

from emulator.grpc_wire import raw_type
from emulator.vertex import endpoint_requests, filters, listing
from emulator.vertex.endpoint_messages import endpoint_message
from emulator.vertex.endpoint_state import Endpoint
from emulator.vertex.endpoints import version_name
from emulator.vertex.messages import masked
from emulator.vertex.names import (
    EndpointName,
    check_endpoint_id,
    parse_endpoint,
    parse_location,
    parse_model,
)
from emulator.vertex.operation_messages import operation_message
from emulator.vertex.operations import EndpointChange
from emulator.vertex.registry import Registry
from emulator.vertex.traffic import checked_split, refuse_private
from emulator.vertex.updates import refuse_stale

# Generated ids have 19 digits, like Google's; apart from those of operations and of models.
_ENDPOINT_IDS = 5_000_000_000_000_000_000
_DEPLOYED_IDS = 2_000_000_000_000_000_000


class EndpointApi:
    """Requests in, messages out; the registry holds the state."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._endpoints = registry.endpoints

    def get_endpoint(self, request: Any) -> Any:
        """An endpoint with what is deployed to it."""
        with self._registry.settled():
            return self._message(self._endpoints.get(parse_endpoint(request.name)))

    def list_endpoints(self, request: Any) -> Any:
        """The endpoints of a region."""
        with self._registry.settled():
            wanted = filters.parse_filter(request.filter, filters.ENDPOINT_FIELDS)
            found = self._endpoints.listed(parse_location(request.parent))
            rows = listing.ordered(
                sorted(filter(wanted, found), key=lambda item: item.endpoint_id),
                request.order_by or listing.NEWEST_FIRST,
                listing.ENDPOINT_KEYS,
            )
            query = (request.parent, request.filter, request.order_by)
            rows, following = listing.page(rows, request.page_size, request.page_token, query)
            messages = [masked(self._message(row), request.read_mask) for row in rows]
            return raw_type(types.ListEndpointsResponse)(
                endpoints=messages, next_page_token=following
            )

    def create_endpoint(self, request: Any) -> Any:
        """Begin to make an endpoint."""
        if request.endpoint_id:
            check_endpoint_id(request.endpoint_id)
        with self._registry.settled() as now:
            place = self._registry.catalog.place(parse_location(request.parent))
            endpoint_id = request.endpoint_id or self._new_id(_ENDPOINT_IDS)
            name = EndpointName(place.project, place.location, endpoint_id)
            checked_split(request.endpoint.traffic_split, (), self._unknown_status())
            change = EndpointChange(
                method="CreateEndpoint", endpoint=self._described(name, request.endpoint)
            )
            return self._begin(name, change, now)

    def update_endpoint(self, request: Any) -> Any:
        """Change fields of an endpoint at once."""
        message, paths = request.endpoint, list(request.update_mask.paths)
        endpoint_requests.check_update(message, paths)
        with self._registry.settled() as now:
            endpoint = self._endpoints.get(parse_endpoint(message.name))
            refuse_stale(
                "Endpoint",
                message.etag,
                [endpoint.etag],
                self._registry.env.settings.stale_etag_status,
            )
            if "traffic_split" in paths:
                refuse_private(endpoint, message.traffic_split)
                checked_split(message.traffic_split, endpoint.ids(), self._unknown_status())
                self._registry.changes.refuse_busy(endpoint, "UpdateEndpoint")
            endpoint_requests.apply_update(endpoint, message, paths, now)
            return self._message(endpoint)

    def delete_endpoint(self, request: Any) -> Any:
        """Begin to delete an endpoint."""
        with self._registry.settled() as now:
            return self._begin(
                parse_endpoint(request.name), EndpointChange(method="DeleteEndpoint"), now
            )

    def deploy_model(self, request: Any) -> Any:
        """Begin to deploy a version of a model, of whatever region, to an endpoint."""
        with self._registry.settled() as now:
            name = parse_endpoint(request.endpoint)
            change = EndpointChange(
                method="DeployModel",
                deployed_model=self._to_deploy(self._endpoints.get(name), request.deployed_model),
                traffic_split=dict(request.traffic_split),
            )
            return self._begin(name, change, now)

    def undeploy_model(self, request: Any) -> Any:
        """Begin to take a deployed model from an endpoint."""
        with self._registry.settled() as now:
            change = EndpointChange(
                method="UndeployModel",
                deployed_model_id=request.deployed_model_id,
                traffic_split=dict(request.traffic_split),
            )
            return self._begin(parse_endpoint(request.endpoint), change, now)

    def _begin(self, name: EndpointName, change: EndpointChange, now: float) -> Any:
        self._registry.changes.check(name, change, now)
        operation = self._registry.operations.start(
            name, endpoint_id=name.endpoint_id, change=change
        )
        return operation_message(operation, self._registry.projects)

    def _described(self, name: EndpointName, message: Any) -> dict[str, Any]:
        number = self._registry.projects.number(name.project)
        domain = f"{name.endpoint_id}.{name.location}-{number}.prediction.vertexai.goog"
        return {
            "project": name.project,
            "location": name.location,
            "endpoint_id": name.endpoint_id,
            "display_name": message.display_name,
            "description": message.description,
            "labels": dict(message.labels),
            "content": endpoint_requests.endpoint_content(message, domain),
        }

    def _to_deploy(self, endpoint: Endpoint, message: Any) -> dict[str, Any]:
        endpoint_requests.check_deployed_id(message.id)
        wanted = parse_model(message.model)
        view = self._registry.catalog.view(wanted)
        endpoint_requests.check_resources(message, view)
        deployed_id = message.id or self._new_id(_DEPLOYED_IDS)
        known = replace(wanted, project=view.model.project, suffix=str(view.version.number))
        content = endpoint_requests.deployed_content(message, view, endpoint, deployed_id)
        return {"id": deployed_id, "model": version_name(known), "content": content}

    def _new_id(self, base: int) -> str:
        return str(base + self._registry.operations.next_id)

    def _unknown_status(self) -> str:
        return self._registry.env.settings.unknown_deployed_model_status

    def _message(self, endpoint: Endpoint) -> Any:
        return endpoint_message(endpoint, self._registry.projects)
