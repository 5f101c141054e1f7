"""What EndpointService holds: endpoints, and the models deployed to them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from emulator.vertex.names import EndpointName


@dataclass(kw_only=True)
class DeployedModel:
    """One deployment; `model` is the version's name with its number, the project by its id.

    `content`: the fields of google.cloud.aiplatform.v1.DeployedModel that it was given, as JSON.
    """

    id: str
    model: str
    content: dict[str, Any] = field(default_factory=dict)
    create_time: float


@dataclass(kw_only=True)
class Endpoint:
    """An endpoint; `content`: what else it was given of google.cloud.aiplatform.v1.Endpoint, as JSON."""

    project: str
    location: str
    endpoint_id: str
    display_name: str
    description: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    traffic_split: dict[str, int] = field(default_factory=dict)
    deployed_models: list[DeployedModel] = field(default_factory=list)
    model_deployment_monitoring_job: str = ""
    content: dict[str, Any] = field(default_factory=dict)
    create_time: float
    update_time: float
    revision: int = 1

    @property
    def name(self) -> EndpointName:
        """The name, the project by its id."""
        return EndpointName(self.project, self.location, self.endpoint_id)

    @property
    def private(self) -> bool:
        """Whether it is peered with a network: private services access (Endpoint.network)."""
        return bool(self.content.get("network"))

    @property
    def etag(self) -> str:
        """Changes with every change of the endpoint."""
        parts = (self.create_time, self.revision)
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:20]

    def ids(self) -> list[str]:
        """The ids of what is deployed."""
        return [deployed.id for deployed in self.deployed_models]

    def touch(self, now: float) -> None:
        """Note a change: a new update time, a new etag."""
        self.update_time = now
        self.revision += 1
