"""Vertex AI's endpoints, through the generated client `aiplatform_v1` of each one's own region."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from google.api_core.exceptions import NotFound, from_grpc_status
from google.protobuf import json_format

from bqml_registrar.adapters.faults import translated
from bqml_registrar.adapters.regional import Regional
from bqml_registrar.names import EndpointName
from bqml_registrar.resources.endpoints import DeployedModel, Endpoint, Operation

_CALL: dict[str, Any] = {"retry": None, "timeout": 30.0}
_MODEL = re.compile(
    r"projects/[^/]+/locations/(?P<region>[^/]+)/models/(?P<id>[^/@]+)(?:@(?P<version>.+))?"
)


class VertexEndpoints:
    """The port `Endpoints`; `emulator` is host:port of a plaintext gRPC server, or empty."""

    def __init__(self, emulator: str = "") -> None:
        self._clients = Regional("EndpointServiceClient", emulator)

    def get(self, name: EndpointName) -> Endpoint | None:
        """GetEndpoint."""
        with translated():
            try:
                endpoint = self._client(name).get_endpoint(name=str(name), **_CALL)
            except NotFound:
                return None
        return _read(name, endpoint)

    def set_traffic(self, endpoint: Endpoint, traffic: Mapping[str, int]) -> None:
        """UpdateEndpoint with the etag that was read: what a person changed meanwhile stays."""
        request = {
            "endpoint": {
                "name": str(endpoint.name),
                "etag": endpoint.etag,
                "traffic_split": dict(traffic),
            },
            "update_mask": {"paths": ["traffic_split"]},
        }
        with translated():
            self._client(endpoint.name).update_endpoint(request=request, **_CALL)

    def undeploy(self, endpoint: EndpointName, deployed_model_id: str) -> Operation:
        """UndeployModel without a split: Vertex AI refuses it for a model that has traffic again."""
        with translated():
            begun = self._client(endpoint).undeploy_model(
                endpoint=str(endpoint), deployed_model_id=deployed_model_id, **_CALL
            )
        return Operation(name=begun.operation.name, region=endpoint.region)

    def delete(self, endpoint: EndpointName) -> Operation:
        """DeleteEndpoint: refused while anything is deployed, or being deployed, there."""
        with translated():
            begun = self._client(endpoint).delete_endpoint(name=str(endpoint), **_CALL)
        return Operation(name=begun.operation.name, region=endpoint.region)

    def is_done(self, operation: Operation) -> bool:
        """GetOperation."""
        client = self._clients.client(operation.region)
        with translated():
            found = client.transport.operations_client.get_operation(operation.name, **_CALL)
            if found.HasField("error"):
                raise from_grpc_status(found.error.code, found.error.message)
        return bool(found.done)

    def _client(self, name: EndpointName) -> Any:
        return self._clients.client(name.region)


def _read(name: EndpointName, endpoint: Any) -> Endpoint:
    return Endpoint(
        name=name,
        etag=endpoint.etag,
        display_name=endpoint.display_name,
        traffic=dict(endpoint.traffic_split),
        deployed=tuple(map(_read_deployed, endpoint.deployed_models)),
        # Private Service Connect (another field) serves several models with a split.
        is_private=bool(endpoint.network),
        monitoring_job=endpoint.model_deployment_monitoring_job,
    )


def _read_deployed(deployed: Any) -> DeployedModel:
    message = type(deployed).pb(deployed)
    named = _MODEL.fullmatch(deployed.model)
    return DeployedModel(
        id=deployed.id,
        region=named["region"] if named else "",
        model_id=named["id"] if named else deployed.model,
        version=deployed.model_version_id or (named and named["version"]) or "",
        display_name=deployed.display_name,
        created=message.create_time.ToJsonString() if message.HasField("create_time") else "",
        configuration=json_format.MessageToJson(message, indent=None, sort_keys=True),
    )
