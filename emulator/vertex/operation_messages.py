"""Operations to messages of google.longrunning, with metadata and response of each kind."""

from __future__ import annotations

from typing import Any

from google.cloud.aiplatform_v1 import types
from google.longrunning import operations_pb2
from google.protobuf import empty_pb2

from emulator.errors import ServiceError
from emulator.grpc_wire import raw_type
from emulator.vertex.endpoint_messages import deployed_message, endpoint_message
from emulator.vertex.endpoint_state import DeployedModel, Endpoint
from emulator.vertex.messages import parent_name, set_time
from emulator.vertex.operations import EndpointChange, Operation
from emulator.vertex.projects import Projects

_METADATA = {
    "CreateEndpoint": types.CreateEndpointOperationMetadata,
    "DeployModel": types.DeployModelOperationMetadata,
    "UndeployModel": types.UndeployModelOperationMetadata,
}
_STAGE = types.DeploymentStage


def operation_message(operation: Operation, projects: Projects) -> Any:
    """A google.longrunning.Operation."""
    parent = parent_name(operation.project, operation.location, projects)
    name = f"{parent}/{operation.resource}/operations/{operation.id}"
    message = operations_pb2.Operation(name=name, done=operation.done)
    message.metadata.Pack(_metadata(operation))
    if operation.error_status:
        error = ServiceError(operation.error_status, operation.error_message)
        message.error.code = error.grpc.value[0]
        message.error.message = error.message
    elif operation.done:
        message.response.Pack(_response(operation, parent, projects))
    return message


def _metadata(operation: Operation) -> Any:
    uploads = types.UploadModelOperationMetadata
    plain = uploads if operation.upload else types.DeleteOperationMetadata
    metadata = raw_type(_METADATA.get(operation.method, plain))()
    set_time(metadata.generic_metadata.create_time, operation.create_time)
    set_time(metadata.generic_metadata.update_time, operation.update_time)
    if operation.method == "DeployModel":
        metadata.deployment_stage = _stage(operation)
    return metadata


def _stage(operation: Operation) -> int:
    """assumed: one stage before the end."""
    if not operation.done:
        return int(_STAGE.STARTING_DEPLOYMENT)
    return int(_STAGE.FAILED_TO_DEPLOY if operation.error_status else _STAGE.SUCCESSFULLY_DEPLOYED)


def _response(operation: Operation, parent: str, projects: Projects) -> Any:
    if operation.upload:
        version = str(operation.version)
        name = f"{parent}/{operation.resource}"
        return raw_type(types.UploadModelResponse)(model=name, model_version_id=version)
    if operation.change:
        return _change_response(operation.change, operation.update_time, projects)
    return empty_pb2.Empty()


def _change_response(change: EndpointChange, now: float, projects: Projects) -> Any:
    """assumed: CreateEndpoint answers the whole endpoint, as it was made."""
    if change.method == "CreateEndpoint":
        made = Endpoint(**change.endpoint, create_time=now, update_time=now)
        return endpoint_message(made, projects)
    if change.method == "DeployModel":
        deployed = DeployedModel(**change.deployed_model, create_time=now)
        message = deployed_message(deployed, projects)
        return raw_type(types.DeployModelResponse)(deployed_model=message)
    if change.method == "UndeployModel":
        return raw_type(types.UndeployModelResponse)()
    return empty_pb2.Empty()
