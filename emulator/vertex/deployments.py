"""Which versions are deployed where, as the registry knows it: from the endpoints, with a delay."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from emulator.cloud import Environment
from emulator.vertex.catalog import Catalog
from emulator.vertex.due import Due
from emulator.vertex.endpoint_state import DeployedModel, Endpoint
from emulator.vertex.endpoints import Endpoints, version_name
from emulator.vertex.names import EndpointName, ModelName, parse_model
from emulator.vertex.operations import Operations
from emulator.vertex.state import DeployedModelRef, RegisteredModel, Version


class Deployments:
    """Keeps Version.deployed_models in step with the endpoints."""

    def __init__(
        self,
        env: Environment,
        due: Due,
        catalog: Catalog,
        endpoints: Endpoints,
        operations: Operations,
    ) -> None:
        self._env = env
        self._due = due
        self._catalog = catalog
        self._endpoints = endpoints
        self._operations = operations

    def shown(self, version: Version, now: float) -> list[DeployedModelRef]:
        """Model.deployed_models of a version."""
        # assumed: a while after an undeployment it is still there.
        delay = self._env.settings.undeploy_visible_latency
        return [ref for ref in version.deployed_models if ref.lasts(delay, now)]

    def holding(self, model: RegisteredModel, versions: Iterable[Version], now: float) -> list[str]:
        """The endpoints for whose sake versions cannot be deleted: deployed, or being deployed.

        assumed: also a moment after they were undeployed (googleapis/python-aiplatform#2807).
        """
        wanted = list(versions)
        delay = self._env.settings.delete_refused_after_undeploy
        refs = (ref for version in wanted for ref in version.deployed_models)
        deployed = [ref.endpoint for ref in refs if ref.lasts(delay, now)]
        return list(dict.fromkeys([*deployed, *self._coming(model, wanted)]))

    def attach(self, endpoint: Endpoint, deployed: DeployedModel) -> None:
        """Note a deployment in the version that it is of, if that is still there."""
        ref = DeployedModelRef(self._endpoints.resource_name(endpoint.name), deployed.id)
        version = self._version(deployed)
        if version and ref not in version.deployed_models:
            version.deployed_models = [*version.deployed_models, ref]

    def detach(self, endpoint: Endpoint, deployed: DeployedModel, now: float) -> None:
        """Note that a deployment has ended."""
        name = self._endpoints.resource_name(endpoint.name)
        if version := self._version(deployed):
            for ref in version.deployed_models:
                if ref == DeployedModelRef(name, deployed.id):
                    ref.undeploy_time = now
                    self._await(version, ref)

    def resume(self) -> None:
        """After a load: note what endpoints have and versions do not know, and go on forgetting."""
        for endpoint in self._endpoints.all():
            for deployed in endpoint.deployed_models:
                self.attach(endpoint, deployed)
        for model in self._catalog.all():
            for version in model.versions:
                for ref in version.deployed_models:
                    if ref.undeploy_time is not None:
                        self._await(version, ref)

    def _coming(self, model: RegisteredModel, versions: list[Version]) -> list[str]:
        name = ModelName(model.project, model.location, model.model_id)
        names = {version_name(replace(name, suffix=str(v.number))) for v in versions}
        return [
            self._endpoints.resource_name(
                EndpointName(item.project, item.location, item.endpoint_id)
            )
            for item in self._operations.running("DeployModel")
            if item.deployed_model["model"] in names
        ]

    def _version(self, deployed: DeployedModel) -> Version | None:
        name = parse_model(deployed.model)
        model = self._catalog.stored(name)
        return model.numbered(name.suffix or "") if model else None

    def _await(self, version: Version, ref: DeployedModelRef) -> None:
        settings = self._env.settings
        delay = max(settings.undeploy_visible_latency, settings.delete_refused_after_undeploy)
        label = f"vertex undeployment of {ref.id} from {ref.endpoint}"
        self._due.add((ref.undeploy_time or 0.0) + delay, label, partial(_forget, version, ref))


def _forget(version: Version, ref: DeployedModelRef, _now: float) -> None:
    version.deployed_models = [item for item in version.deployed_models if item is not ref]
