"""What requests of EndpointService may say: of endpoints, and of the models to be deployed to them."""

from __future__ import annotations

import re
from typing import Any

from google.cloud.aiplatform_v1 import types
from google.protobuf import field_mask_pb2, json_format

from emulator.errors import failed_precondition, invalid, unimplemented
from emulator.grpc_wire import raw_type
from emulator.vertex.endpoint_state import Endpoint
from emulator.vertex.labels import check_labels
from emulator.vertex.updates import check_display_name
from emulator.vertex.view import View

UPDATABLE = ("description", "display_name", "labels", "traffic_split")
# Kept and shown as they are given.
_ENDPOINT_SHOWN = (
    "client_connection_config",
    "dedicated_endpoint_enabled",
    "enable_private_service_connect",
    "encryption_spec",
    "gen_ai_advanced_features_config",
    "network",
    "predict_request_response_logging_config",
    "private_model_server_enabled",
    "private_service_connect_config",
)
# Fields with a place of their own in the state, and those that are output only.
_DEPLOYED_OWN = ("id", "model", "model_version_id", "create_time", "private_endpoints", "status")
_DEPLOYED_ID = re.compile(r"[0-9]{1,10}")
_CONNECTIONS = {"enable_private_service_connect", "private_service_connect_config"}
_RESOURCE_TYPES = {"dedicated_resources": 1, "automatic_resources": 2}


def endpoint_content(message: Any, domain: str) -> dict[str, Any]:
    """What a new endpoint is given besides the fields of its own; `domain` is for a dedicated one."""
    if message.deployed_models:
        raise unimplemented("Endpoint.deployed_models in CreateEndpoint")
    check_display_name(message.display_name)
    check_labels(message.labels)
    given = {field.name for field, _ in message.ListFields()}
    if "network" in given and given & _CONNECTIONS:
        # assumed: the text; the rule is that of each of the three fields.
        raise invalid("network and private_service_connect_config are mutually exclusive.")
    shown = type(message)()
    field_mask_pb2.FieldMask(paths=_ENDPOINT_SHOWN).MergeMessage(message, shown)
    if message.dedicated_endpoint_enabled:
        shown.dedicated_endpoint_dns = domain
    return json_format.MessageToDict(shown)


def check_update(message: Any, paths: list[str]) -> None:
    """Refuse an update mask that names nothing, what nobody can update, or what is not served."""
    if not paths:
        raise invalid("update_mask is required.")  # assumed: the text
    for path in paths:
        if path.partition(".")[0] in _ENDPOINT_SHOWN:
            raise unimplemented(f"updating Endpoint.{path}")
        if path not in UPDATABLE:
            # assumed: the text.
            raise invalid(f"update_mask has a field that cannot be updated: {path}.")
    if "display_name" in paths:
        check_display_name(message.display_name)
    if "labels" in paths:
        check_labels(message.labels)


def check_deployed_id(deployed_id: str) -> None:
    """1 to 10 digits (DeployedModel.id); assumed: not "0", which splits call the new model."""
    if deployed_id and (deployed_id == "0" or not _DEPLOYED_ID.fullmatch(deployed_id)):
        raise invalid(f"Invalid DeployedModel ID {deployed_id!r}: 1 to 10 digits.")  # assumed: text


def check_resources(message: Any, view: View) -> None:
    """The machines must be of a type that the model supports, none means that it cannot be deployed.

    Model.supported_deployment_resources_types; DedicatedResources.
    """
    model = json_format.ParseDict(view.content, raw_type(types.Model)())
    supported = model.supported_deployment_resources_types
    if not supported:
        # assumed: status and text.
        raise failed_precondition("The Model does not support deployment.")
    wanted = message.WhichOneof("prediction_resources")
    if wanted == "shared_resources":
        raise unimplemented("DeployedModel.shared_resources in DeployModel")
    if _RESOURCE_TYPES.get(wanted or "") not in supported:
        # assumed: status and text.
        raise invalid(f"The Model cannot be deployed with {wanted or 'no prediction resources'}.")
    dedicated = message.dedicated_resources
    if wanted == "dedicated_resources" and not (
        dedicated.machine_spec.machine_type and dedicated.min_replica_count >= 1
    ):
        # assumed: the text; both are required.
        raise invalid("dedicated_resources needs a machine_type and a min_replica_count from 1 on.")


def deployed_content(message: Any, view: View, endpoint: Endpoint, number: str) -> dict[str, Any]:
    """What a deployed model is given; the model's display name and explanations unless it has its own."""
    shown = type(message)()
    if explanation := view.version.content.get("explanationSpec"):
        json_format.ParseDict(explanation, shown.explanation_spec)
    shown.MergeFrom(message)
    shown.display_name = shown.display_name or view.model.display_name
    for field in _DEPLOYED_OWN:
        shown.ClearField(field)
    if endpoint.private:
        _add_private_addresses(shown.private_endpoints, endpoint.endpoint_id, number)
    return json_format.MessageToDict(shown)


def _add_private_addresses(addresses: Any, endpoint_id: str, number: str) -> None:
    """assumed: of this form; that there are some is documented (DeployedModel.private_endpoints)."""
    base = f"http://{endpoint_id}.aiplatform.googleapis.com/v1/models/{number}"
    addresses.predict_http_uri = f"{base}:predict"
    addresses.explain_http_uri = f"{base}:explain"
    addresses.health_http_uri = base


def apply_update(endpoint: Endpoint, message: Any, paths: list[str], now: float) -> None:
    """Set the fields that the mask names, each as a whole."""
    for path in paths:
        value = getattr(message, path)
        setattr(endpoint, path, value if isinstance(value, str) else dict(value))
    endpoint.touch(now)
