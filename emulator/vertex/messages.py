"""Models to messages of google.cloud.aiplatform.v1, and what all messages share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from google.cloud.aiplatform_v1 import types
from google.protobuf import field_mask_pb2, json_format

from emulator.errors import invalid
from emulator.grpc_wire import raw_type
from emulator.vertex.projects import Projects
from emulator.vertex.state import DeployedModelRef
from emulator.vertex.view import View

_MODEL = raw_type(types.Model)


def model_message(view: View, refs: Sequence[DeployedModelRef], projects: Projects) -> Any:
    """A google.cloud.aiplatform.v1.Model."""
    model, version = view.model, view.version
    name = f"{parent_name(model.project, model.location, projects)}/models/{model.model_id}"
    message = json_format.ParseDict(view.content, _MODEL())
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
    for ref in refs:
        message.deployed_models.add(
            endpoint=_shown(ref.endpoint, projects), deployed_model_id=ref.id
        )
    set_time(message.create_time, model.create_time)
    set_time(message.update_time, model.update_time)
    set_time(message.version_create_time, version.create_time)
    set_time(message.version_update_time, version.update_time)
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


def _shown(endpoint: str, projects: Projects) -> str:
    """An endpoint's name as names in answers are; of a project that is not known here as it is."""
    collection, number, rest = endpoint.split("/", 2)
    project = projects.resolve(number)
    return endpoint if project == number else f"{collection}/{projects.shown(project)}/{rest}"


def parent_name(project: str, location: str, projects: Projects) -> str:
    """The name of a location of a project."""
    return f"projects/{projects.shown(project)}/locations/{location}"


def set_time(field: Any, seconds: float) -> None:
    """Fill a Timestamp."""
    field.FromMicroseconds(round(seconds * 1_000_000))
