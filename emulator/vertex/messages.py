"""State to messages of google.cloud.aiplatform.v1 and google.longrunning."""

from __future__ import annotations

from typing import Any

from google.cloud.aiplatform_v1 import types
from google.longrunning import operations_pb2
from google.protobuf import empty_pb2, field_mask_pb2, json_format

from emulator.errors import ServiceError, invalid
from emulator.grpc_wire import raw_type
from emulator.vertex.operations import Operation
from emulator.vertex.projects import Projects
from emulator.vertex.view import View

_MODEL = raw_type(types.Model)
_DELETE_METADATA = raw_type(types.DeleteOperationMetadata)
_UPLOAD_METADATA = raw_type(types.UploadModelOperationMetadata)
_UPLOADED = raw_type(types.UploadModelResponse)


def model_message(view: View, projects: Projects) -> Any:
    """A google.cloud.aiplatform.v1.Model."""
    model, version = view.model, view.version
    name = f"{_parent(model.project, model.location, projects)}/models/{model.model_id}"
    content = {"supportedDeploymentResourcesTypes": ["DEDICATED_RESOURCES"], **version.content}
    message = json_format.ParseDict(content, _MODEL())
    given = _MODEL(
        name=f"{name}@{version.number}" if view.versioned else name,
        display_name=model.display_name,
        description=model.description,
        version_id=str(version.number),
        version_aliases=version.aliases,
        version_description=version.description,
        labels=view.labels,
        etag=view.etag,
        model_source_info={"source_type": model.source},
    )
    message.MergeFrom(given)
    for ref in version.deployed_models:
        message.deployed_models.add(endpoint=ref.endpoint, deployed_model_id=ref.id)
    _set_time(message.create_time, model.create_time)
    _set_time(message.update_time, model.update_time)
    _set_time(message.version_create_time, version.create_time)
    _set_time(message.version_update_time, version.update_time)
    return message


def masked(message: Any, mask: field_mask_pb2.FieldMask) -> Any:
    """Only the fields of a message that a read mask names; no mask = all."""
    if not mask.paths or list(mask.paths) == ["*"]:
        return message
    if not mask.IsValidForDescriptor(message.DESCRIPTOR):
        raise invalid(f"Invalid read_mask: {', '.join(mask.paths)}.")
    result = type(message)()
    mask.MergeMessage(message, result)
    return result


def operation_message(operation: Operation, projects: Projects) -> Any:
    """A google.longrunning.Operation of a deletion or an upload."""
    parent = _parent(operation.project, operation.location, projects)
    model = f"{parent}/models/{operation.model_id}"
    message = operations_pb2.Operation(
        name=f"{model}/operations/{operation.id}", done=operation.done
    )
    metadata = _UPLOAD_METADATA() if operation.upload else _DELETE_METADATA()
    _set_time(metadata.generic_metadata.create_time, operation.create_time)
    _set_time(metadata.generic_metadata.update_time, operation.update_time)
    message.metadata.Pack(metadata)
    if operation.error_status:
        error = ServiceError(operation.error_status, operation.error_message)
        message.error.code = error.grpc.value[0]
        message.error.message = error.message
    elif operation.done:
        uploaded = _UPLOADED(model=model, model_version_id=str(operation.version))
        message.response.Pack(uploaded if operation.upload else empty_pb2.Empty())
    return message


def _parent(project: str, location: str, projects: Projects) -> str:
    return f"projects/{projects.shown(project)}/locations/{location}"


def _set_time(field: Any, seconds: float) -> None:
    field.FromMicroseconds(round(seconds * 1_000_000))
