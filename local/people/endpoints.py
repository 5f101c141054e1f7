"""Vertex AI's endpoints as a colleague uses them, through the official client."""

from __future__ import annotations

from typing import Any

import grpc
from google.api_core.exceptions import NotFound
from google.api_core.future.polling import DEFAULT_POLLING
from google.cloud.aiplatform_v1 import (
    DedicatedResources,
    DeployedModel,
    Endpoint,
    EndpointServiceClient,
    MachineSpec,
)

from bqml_registrar.cleanup.planning.traffic import shares_by
from local.people.expectations import Serving
from local.people.registry import PARENT

_MACHINE = "n1-standard-2"
# Operations of the local cloud take a part of the second after which the client first asks.
_POLLING = DEFAULT_POLLING.with_delay(initial=0.1, maximum=0.2)
_NEW = "0"  # what a split calls the model that is being deployed


class Endpoints:
    """The endpoints of one region, at host:port of a plaintext gRPC server."""

    def __init__(self, address: str) -> None:
        transport = EndpointServiceClient.get_transport_class("grpc")
        self._client = EndpointServiceClient(
            transport=transport(channel=grpc.insecure_channel(address))
        )

    def deploy(self, version: str, endpoint: str, share: int) -> None:
        """Deploy a version `ID@NUMBER` with a share of the traffic, to a new endpoint if need be."""
        serving = self._endpoint(endpoint)
        operation = self._client.deploy_model(
            endpoint=serving.name,
            deployed_model=DeployedModel(
                model=f"{PARENT}/models/{version}",
                display_name=version,
                dedicated_resources=DedicatedResources(
                    machine_spec=MachineSpec(machine_type=_MACHINE), min_replica_count=1
                ),
            ),
            traffic_split=split_with(dict(serving.traffic_split), share),
        )
        operation.result(polling=_POLLING)  # type: ignore[no-untyped-call]

    def serving(self) -> tuple[Serving, ...]:
        """What each endpoint serves, by name."""
        found = map(_read, self._client.list_endpoints(parent=PARENT))
        return tuple(sorted(found, key=lambda serving: serving.endpoint))

    def _endpoint(self, name: str) -> Any:
        try:
            return self._client.get_endpoint(name=f"{PARENT}/endpoints/{name}")
        except NotFound:
            new = Endpoint(display_name=name)
            operation = self._client.create_endpoint(parent=PARENT, endpoint=new, endpoint_id=name)
            return operation.result(polling=_POLLING)  # type: ignore[no-untyped-call]


def split_with(split: dict[str, int], share: int) -> dict[str, int]:
    """A split in which a new model has this share, and the others the rest, in proportion."""
    kept = {id_: part * (100 - share) for id_, part in split.items()}
    return shares_by({**kept, _NEW: share * (sum(split.values()) or 1)})


def _read(endpoint: Any) -> Serving:
    shares: dict[str, int] = {}
    for deployed in endpoint.deployed_models:
        version = (
            f"{deployed.model.rpartition('/')[2].partition('@')[0]}@{deployed.model_version_id}"
        )
        shares[version] = shares.get(version, 0) + endpoint.traffic_split.get(deployed.id, 0)
    return Serving(endpoint=endpoint.name.rpartition("/")[2], shares=shares)
