"""Endpoints to messages of google.cloud.aiplatform.v1."""

from __future__ import annotations

from typing import Any

from google.cloud.aiplatform_v1 import types
from google.protobuf import json_format

from emulator.grpc_wire import raw_type
from emulator.vertex.endpoint_state import DeployedModel, Endpoint
from emulator.vertex.messages import parent_name, set_time
from emulator.vertex.names import parse_model
from emulator.vertex.projects import Projects

_ENDPOINT = raw_type(types.Endpoint)
_DEPLOYED = raw_type(types.DeployedModel)


def endpoint_message(endpoint: Endpoint, projects: Projects) -> Any:
    """A google.cloud.aiplatform.v1.Endpoint."""
    parent = parent_name(endpoint.project, endpoint.location, projects)
    message = json_format.ParseDict(endpoint.content, _ENDPOINT())
    given = _ENDPOINT(
        name=f"{parent}/endpoints/{endpoint.endpoint_id}",
        display_name=endpoint.display_name,
        description=endpoint.description,
        labels=endpoint.labels,
        traffic_split=endpoint.traffic_split,
        etag=endpoint.etag,
        model_deployment_monitoring_job=endpoint.model_deployment_monitoring_job,
        deployed_models=[deployed_message(item, projects) for item in endpoint.deployed_models],
    )
    message.MergeFrom(given)
    set_time(message.create_time, endpoint.create_time)
    set_time(message.update_time, endpoint.update_time)
    return message


def deployed_message(deployed: DeployedModel, projects: Projects) -> Any:
    """A google.cloud.aiplatform.v1.DeployedModel."""
    message = json_format.ParseDict(deployed.content, _DEPLOYED())
    version = parse_model(deployed.model)
    parent = parent_name(version.project, version.location, projects)
    message.id = deployed.id
    message.model = f"{parent}/models/{version.model_id}"
    if projects.settings.deployed_model_name_has_version:
        # assumed: the definition allows a version in the name, but does not promise one.
        message.model += f"@{version.suffix}"
    message.model_version_id = version.suffix or ""
    set_time(message.create_time, deployed.create_time)
    return message
