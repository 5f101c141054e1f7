"""What people do to a model that serves, by official clients: train, label, deploy, drop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import grpc
from google.api_core.exceptions import BadRequest, NotFound
from google.cloud import aiplatform_v1
from msgspec.structs import replace

from bqml_registrar.names import ModelName
from local.cloud.servers import Addresses
from tests.analyst import a_client, train
from tests.builders import CHURN

PROJECT, REGION = "projects/analytics-dev", "us-central1"
PLACE = f"{PROJECT}/locations/{REGION}"
NEIGHBOUR = replace(CHURN, model="neighbour")
_MACHINE = {"machine_spec": {"machine_type": "n1-standard-2"}, "min_replica_count": 1}


def sql(text: str, principal: str = "ana@example.com") -> None:
    """One statement, to its end."""
    a_client(principal).query(text, retry=None, job_retry=None).result(timeout=10)


def label(name: ModelName = CHURN, **labels: str | None) -> None:
    """Bo sets labels on a model; None takes one away."""
    client = a_client("bo@example.com")
    model = client.get_model(f"{name.project}.{name.dataset}.{name.model}")
    model.labels = {**model.labels, **labels}
    client.update_model(model, ["labels"])


def train_labelled(name: ModelName = CHURN, **labels: str) -> None:
    """Ana trains a model, and Bo asks for its registration."""
    train(name)
    label(name, vertex="register", **labels)


def is_there(name: ModelName = CHURN) -> bool:
    """Whether BigQuery has the model."""
    try:
        a_client().get_model(f"{name.project}.{name.dataset}.{name.model}")
    except NotFound:
        return False
    return True


def labels(name: ModelName = CHURN) -> dict[str, str]:
    """The model's labels."""
    return dict(a_client().get_model(f"{name.project}.{name.dataset}.{name.model}").labels)


def refusal(act: Any) -> str:
    """The words in which BigQuery refuses what somebody does."""
    try:
        act()
    except BadRequest as error:
        return str(error)
    raise AssertionError("it was not refused")


def endpoint_name(endpoint: str) -> str:
    """The full name of `e1`, or of `europe-west4/e1`."""
    region, _, id_ = endpoint.rpartition("/")
    return f"{PROJECT}/locations/{region or REGION}/endpoints/{id_}"


class Serving:
    """Endpoints, as a person has them; ids of deployed models are those that are given."""

    def __init__(self, addresses: Addresses) -> None:
        channel = grpc.insecure_channel(addresses.vertex_grpc)
        self._endpoints = aiplatform_v1.EndpointServiceClient(
            transport=aiplatform_v1.EndpointServiceClient.get_transport_class("grpc")(
                channel=channel
            )
        )
        self._models = aiplatform_v1.ModelServiceClient(
            transport=aiplatform_v1.ModelServiceClient.get_transport_class("grpc")(channel=channel)
        )

    def deploy(
        self,
        models: Mapping[str, ModelName],
        endpoint: str = "e1",
        split: Sequence[int] = (100,),
        **fields: Any,
    ) -> None:
        """Make an endpoint with models on it, by the ids that they get; the split is in their order."""
        place, _, id_ = endpoint_name(endpoint).rpartition("/endpoints/")
        made = {"display_name": id_, **fields}
        self._endpoints.create_endpoint(parent=place, endpoint=made, endpoint_id=id_)
        for deployed_id, name in models.items():
            self.add(deployed_id, name, endpoint)
        if split:
            self.set_traffic(dict(zip(models, split, strict=True)), endpoint)

    def add(self, id_: str, name: ModelName = CHURN, endpoint: str = "e1", **fields: Any) -> Any:
        """Deploy a model to an endpoint, without traffic; the DeployedModel, as a message of protobuf."""
        version = f"{PLACE}/models/{name.dataset}-{name.model}@1"
        deployed = {"model": version, "id": id_, "dedicated_resources": _MACHINE, **fields}
        operation = self._endpoints.deploy_model(
            endpoint=endpoint_name(endpoint), deployed_model=deployed, traffic_split={}
        )
        return aiplatform_v1.DeployedModel.pb(operation.result(timeout=10).deployed_model)

    def set_traffic(self, split: Mapping[str, int], endpoint: str = "e1") -> None:
        wanted = {"name": endpoint_name(endpoint), "traffic_split": dict(split)}
        mask = {"paths": ["traffic_split"]}
        self._endpoints.update_endpoint(request={"endpoint": wanted, "update_mask": mask})

    def undeploy(self, id_: str, endpoint: str = "e1") -> None:
        name = endpoint_name(endpoint)
        self._endpoints.undeploy_model(endpoint=name, deployed_model_id=id_)

    def delete(self, endpoint: str = "e1") -> None:
        self._endpoints.delete_endpoint(name=endpoint_name(endpoint)).result(timeout=10)

    def at(self, endpoint: str = "e1") -> tuple[list[str], dict[str, int]] | None:
        """What is deployed there and the split; None where there is no such endpoint."""
        try:
            found = self._endpoints.get_endpoint(name=endpoint_name(endpoint))
        except NotFound:
            return None
        return [deployed.id for deployed in found.deployed_models], dict(found.traffic_split)

    def add_alias(self, alias: str, name: ModelName = CHURN) -> None:
        version = f"{PLACE}/models/{name.dataset}-{name.model}@1"
        self._models.merge_version_aliases(name=version, version_aliases=[alias])
