"""What a change of an endpoint needs, and what it does when its operation ends."""

from __future__ import annotations

from emulator.cloud import Environment
from emulator.errors import already_exists, failed_precondition
from emulator.vertex.catalog import Catalog
from emulator.vertex.deployments import Deployments
from emulator.vertex.endpoint_state import DeployedModel, Endpoint
from emulator.vertex.endpoints import Endpoints
from emulator.vertex.names import EndpointName, parse_model
from emulator.vertex.operations import EndpointChange, Operation, Operations
from emulator.vertex.traffic import split_with, split_without, unknown_ids


class EndpointChanges:
    """Checks changes when they are asked for, and again when they take effect."""

    def __init__(
        self,
        env: Environment,
        catalog: Catalog,
        endpoints: Endpoints,
        operations: Operations,
        deployments: Deployments,
    ) -> None:
        self._env = env
        self._catalog = catalog
        self._endpoints = endpoints
        self._operations = operations
        self._deployments = deployments

    def check(self, name: EndpointName, change: EndpointChange, now: float) -> None:
        """Refuse what cannot be: of a new endpoint its name, of others what the change does."""
        if change.method == "CreateEndpoint":
            self._endpoints.check_free(name)
            return
        endpoint = self._endpoints.get(name)
        if change.method == "DeleteEndpoint":
            self._check_deletable(endpoint)
        self.refuse_busy(endpoint, change.method)
        if change.method == "DeployModel":
            self._deploy(endpoint, change, now)
        if change.method == "UndeployModel":
            self._undeploy(endpoint, change)

    def refuse_busy(self, endpoint: Endpoint, method: str) -> None:
        """Refuse a method while an operation on the endpoint is running.

        assumed: all of it; the text is that of IndexEndpoint, whose public reports have it so.
        """
        running = [item.id for item in self._running(endpoint)]
        if running and method in self._env.settings.busy_endpoint_refuses:
            name = self._endpoints.resource_name(endpoint.name)
            raise failed_precondition(
                f'There are other operations running on the Endpoint "{name}": '
                f"[{', '.join(running)}]. Please wait for them to complete."
            )

    def carry_out(self, operation: Operation, change: EndpointChange, now: float) -> None:
        """The effect; what refuses it may have come up meanwhile."""
        name = EndpointName(operation.project, operation.location, operation.endpoint_id)
        if change.method == "CreateEndpoint":
            self._endpoints.check_free(name)
            self._endpoints.add(Endpoint(**change.endpoint, create_time=now, update_time=now))
            return
        endpoint = self._endpoints.get(name)
        if change.method == "DeployModel":
            self._end_deploy(endpoint, change, now)
        elif change.method == "UndeployModel":
            self._end_undeploy(endpoint, change, now)
        else:
            self._check_deletable(endpoint)
            self._endpoints.remove(endpoint)

    def _end_deploy(self, endpoint: Endpoint, change: EndpointChange, now: float) -> None:
        deployed, split = self._deploy(endpoint, change, now)
        view = self._catalog.view(parse_model(deployed.model))
        if not view.version.exportable:
            # The text is public: GoogleCloudPlatform/vertex-ai-samples#1282.
            # assumed: it comes at the end, and has this name in it.
            name = self._catalog.resource_name(view.model)
            raise failed_precondition(f"Model {name} is not exportable from BigQueryML.")
        endpoint.deployed_models.append(deployed)
        endpoint.traffic_split = split
        endpoint.touch(now)
        self._deployments.attach(endpoint, deployed)

    def _end_undeploy(self, endpoint: Endpoint, change: EndpointChange, now: float) -> None:
        deployed, split = self._undeploy(endpoint, change)
        endpoint.deployed_models.remove(deployed)
        endpoint.traffic_split = split
        endpoint.touch(now)
        self._deployments.detach(endpoint, deployed, now)

    def _deploy(
        self, endpoint: Endpoint, change: EndpointChange, now: float
    ) -> tuple[DeployedModel, dict[str, int]]:
        deployed = DeployedModel(**change.deployed_model, create_time=now)
        if deployed.id in endpoint.ids():
            # assumed: status and text.
            raise already_exists(f"DeployedModel {deployed.id} already exists.")
        if endpoint.private and endpoint.deployed_models:
            # assumed: status and text.
            raise failed_precondition(
                "An Endpoint with a network can have only one DeployedModel at a time."
            )
        status = self._env.settings.unknown_deployed_model_status
        return deployed, split_with(endpoint, deployed.id, change.traffic_split, status)

    def _undeploy(
        self, endpoint: Endpoint, change: EndpointChange
    ) -> tuple[DeployedModel, dict[str, int]]:
        status, wanted = self._env.settings.unknown_deployed_model_status, change.deployed_model_id
        found = [item for item in endpoint.deployed_models if item.id == wanted]
        if not found:
            raise unknown_ids([wanted], status)
        return found[0], split_without(endpoint, wanted, change.traffic_split, status)

    def _check_deletable(self, endpoint: Endpoint) -> None:
        name = self._endpoints.resource_name(endpoint.name)
        if endpoint.deployed_models or self._running(endpoint, "DeployModel"):
            # assumed: worded as for an IndexEndpoint (terraform-google-modules/terraform-docs-samples#755).
            raise failed_precondition(
                f'The Endpoint "{name}" has deployed or being-deployed DeployedModel(s). '
                "Please undeploy all DeployedModels before deleting the Endpoint."
            )
        refused = self._env.settings.monitored_endpoint_delete_refused
        if endpoint.model_deployment_monitoring_job and refused:
            # assumed: all of it.
            raise failed_precondition(
                f'The Endpoint "{name}" has a model monitoring job: '
                f"{endpoint.model_deployment_monitoring_job}. Please delete it first."
            )

    def _running(self, endpoint: Endpoint, *methods: str) -> list[Operation]:
        wanted = methods or ("DeployModel", "UndeployModel", "DeleteEndpoint")
        return [
            item
            for item in self._operations.running(*wanted)
            if EndpointName(item.project, item.location, item.endpoint_id) == endpoint.name
        ]
