"""What is deployed where: endpoints and their deployed models, as Vertex AI shows them."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from bqml_registrar.names import EndpointName, VertexName


class DeployedModelRef(Struct, frozen=True, kw_only=True, order=True):
    """A deployment of a version: on which endpoint, under which id (Model.deployed_models)."""

    endpoint: EndpointName
    id: str


class DeployedModel(Struct, frozen=True, kw_only=True):
    """One deployed model of an endpoint.

    `region`, `model_id` and `version` are of the registry's model, `created` is RFC 3339,
    `configuration` is the whole DeployedModel message as JSON, from which it can be deployed again.
    """

    id: str
    region: str
    model_id: str
    version: str
    display_name: str = ""
    created: str = ""
    configuration: str = "{}"

    def version_in(self, project: str) -> VertexName:
        """The version of the registry's model that is deployed."""
        name = VertexName(project=project, region=self.region, model_id=self.model_id)
        return name.at(self.version)


class Endpoint(Struct, frozen=True, kw_only=True):
    """An endpoint. `traffic` maps ids to percent: empty, or 100 in sum; an absent id has none.

    `is_private`: it serves in a private network (PSA) and has no traffic split.
    `monitoring_job` is the name of a model deployment monitoring job, or empty.
    """

    name: EndpointName
    etag: str = ""
    display_name: str = ""
    traffic: Mapping[str, int] = {}
    deployed: tuple[DeployedModel, ...] = ()
    is_private: bool = False
    monitoring_job: str = ""


class Operation(Struct, frozen=True, kw_only=True):
    """A long-running operation of Vertex AI that was started, and its region."""

    name: str
    region: str
