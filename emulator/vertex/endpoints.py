"""The endpoints of all projects and regions, and their form as JSON."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from google.cloud.aiplatform_v1 import types

from emulator.errors import ServiceError, already_exists, invalid, not_found
from emulator.vertex.catalog import Catalog
from emulator.vertex.endpoint_state import DeployedModel, Endpoint
from emulator.vertex.names import EndpointName, LocationName, ModelName, parse_model
from emulator.vertex.projects import Projects
from emulator.vertex.snapshot import build, check_content
from emulator.vertex.traffic import checked_split

# What a message has from the state's own fields, beside its content.
_ENDPOINT_OWN = (
    "name", "display_name", "description", "labels", "traffic_split", "etag", "deployed_models",
    "model_deployment_monitoring_job", "create_time", "update_time",
)  # fmt: skip
_DEPLOYED_OWN = ("id", "model", "model_version_id", "create_time")


class Endpoints:
    """Endpoints by project id, region and endpoint id."""

    def __init__(self, projects: Projects) -> None:
        self._projects = projects
        self._endpoints: dict[EndpointName, Endpoint] = {}

    def resource_name(self, name: EndpointName) -> str:
        """The name that texts and references to an endpoint carry: with the project's number."""
        number = self._projects.number(self._projects.resolve(name.project))
        return f"projects/{number}/locations/{name.location}/endpoints/{name.endpoint_id}"

    def known(self, name: EndpointName) -> EndpointName:
        """The name with the project by its id."""
        return replace(name, project=self._projects.resolve(name.project))

    def get(self, name: EndpointName) -> Endpoint:
        """The endpoint of that name."""
        found = self._endpoints.get(self.known(name))
        if found is None:
            # The text is public: googleapis/python-genai#1706.
            raise not_found(f"Endpoint `{self.resource_name(name)}` not found.")
        return found

    def check_free(self, name: EndpointName) -> None:
        """Refuse a name that is in use."""
        if self.known(name) in self._endpoints:
            # assumed: status and text.
            raise already_exists(f"Endpoint {self.resource_name(name)} already exists.")

    def add(self, endpoint: Endpoint) -> None:
        """Keep an endpoint."""
        self._projects.number(endpoint.project)
        self._endpoints[endpoint.name] = endpoint

    def remove(self, endpoint: Endpoint) -> None:
        """Drop an endpoint."""
        del self._endpoints[endpoint.name]

    def listed(self, place: LocationName) -> list[Endpoint]:
        """The endpoints of a region."""
        wanted = (self._projects.resolve(place.project), place.location)
        return [item for item in self.all() if (item.project, item.location) == wanted]

    def all(self) -> list[Endpoint]:
        """The endpoints of all regions."""
        return list(self._endpoints.values())

    def dump(self) -> list[dict[str, Any]]:
        """The endpoints as JSON."""
        return [asdict(endpoint) for endpoint in self._endpoints.values()]

    def load(self, endpoints: list[dict[str, Any]], catalog: Catalog, now: float) -> None:
        """Replace all."""
        loaded = [endpoint_from_json(item, catalog, now) for item in endpoints]
        self._endpoints.clear()
        for endpoint in loaded:
            self.add(endpoint)


def endpoint_from_json(data: dict[str, Any], catalog: Catalog, now: float) -> Endpoint:
    """An endpoint; needed are project, location and endpoint_id, of a deployed model id and model."""
    deployed = [_deployed(item, catalog, now) for item in data.get("deployed_models", [])]
    defaults = {
        "display_name": data.get("endpoint_id"),
        "create_time": now,
        "update_time": now,
    }
    endpoint = build(Endpoint, {**defaults, **data, "deployed_models": deployed})
    check_content(types.Endpoint, endpoint.content, _ENDPOINT_OWN)
    checked_split(endpoint.traffic_split, endpoint.ids(), "INVALID_ARGUMENT")
    if len(set(endpoint.ids())) != len(deployed):
        raise invalid(f"{endpoint.endpoint_id}: two deployed models have one id.")
    return endpoint


def version_name(name: ModelName) -> str:
    """The name by which a deployed model knows its version."""
    return f"projects/{name.project}/locations/{name.location}/models/{name.model_id}@{name.suffix}"


def _deployed(data: dict[str, Any], catalog: Catalog, now: float) -> DeployedModel:
    model = numbered_name(str(data.get("model")), catalog)
    deployed = build(DeployedModel, {"create_time": now, **data, "model": model})
    check_content(types.DeployedModel, deployed.content, _DEPLOYED_OWN)
    return deployed


def numbered_name(text: str, catalog: Catalog) -> str:
    """The version that a name tells of, by project id and version number.

    A number alone may be of a model that is not in the state; an alias, or none, of one that is.
    """
    name = parse_model(text)
    known = replace(name, project=catalog.place(name).project)
    if (name.suffix or "").isdecimal():
        return version_name(known)
    try:
        return version_name(replace(known, suffix=str(catalog.view(name).version.number)))
    except ServiceError as error:
        raise invalid(f"There is no model {version_name(known)} to be deployed.") from error
