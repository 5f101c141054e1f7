"""UploadModel: what it takes, and what it does when its operation ends."""

from __future__ import annotations

from typing import Any

from google.protobuf import field_mask_pb2, json_format

from emulator.errors import already_exists, failed_precondition, invalid, unimplemented
from emulator.vertex.aliases import check_alias
from emulator.vertex.catalog import Catalog
from emulator.vertex.labels import check_labels
from emulator.vertex.names import LocationName, ModelName, check_model_id, parse_location
from emulator.vertex.operations import Operation, Upload
from emulator.vertex.state import BQML, CUSTOM, DEFAULT_ALIAS, RegisteredModel, Version
from emulator.vertex.updates import check_display_name

# What a version shows as it was given; container_spec is "input only", the rest is made by others.
_SHOWN = (
    "artifact_uri",
    "encryption_spec",
    "explanation_spec",
    "metadata",
    "metadata_schema_uri",
    "pipeline_job",
    "predict_schemata",
)
_REFUSED = ("base_model_source", "checkpoints", "default_checkpoint_id")


def read_upload(request: Any) -> Upload:
    """What an UploadModelRequest wants of the model, or what is wrong with it."""
    message = request.model
    if not request.HasField("model"):
        raise invalid("model is required.")  # assumed: the texts here
    check_display_name(message.display_name)
    check_labels(message.labels)
    for alias in message.version_aliases:
        check_alias(alias)
    _check_content(message)
    return Upload(
        new_version=bool(request.parent_model),
        display_name=message.display_name,
        description=message.description,
        version_description=message.version_description,
        labels=dict(message.labels),
        aliases=list(message.version_aliases),
        content=_content(message),
    )


def target_name(
    catalog: Catalog, request: Any, parent_model: ModelName | None, number: int
) -> ModelName:
    """Which model an upload goes to: the parent, the wanted id, or else a free number from `number` on."""
    place = catalog.place(parse_location(request.parent))
    if request.model_id:
        check_model_id(request.model_id)
    if parent_model is None:
        model_id = request.model_id or _free_id(catalog, place, number)
        return ModelName(place.project, place.location, model_id)
    # assumed: status and text of both.
    if catalog.place(parent_model) != place:
        raise invalid("parent_model must be in the project and location of parent.")
    if request.model_id not in {"", parent_model.model_id}:
        raise invalid("model_id must not be another one than that of parent_model.")
    return parent_model


def check_target(catalog: Catalog, name: ModelName, *, new_version: bool) -> None:
    """A new model needs a free id, a new version a model that was not made by BigQuery ML."""
    if not new_version:
        if catalog.stored(name) is not None:
            # assumed: status and text.
            raise already_exists(
                f"Model {name.model_id!r} exists already. Give parent_model to upload a version of it."
            )
    elif catalog.model(name).source == BQML:
        # assumed: status and text.
        raise failed_precondition(
            "The Model is managed by BigQuery ML: a version of it cannot be uploaded."
        )


def upload_as_asked(catalog: Catalog, operation: Operation, upload: Upload, now: float) -> None:
    """What an upload does at its end; what forbids it may have come up meanwhile."""
    name = ModelName(operation.project, operation.location, operation.model_id)
    check_target(catalog, name, new_version=upload.new_version)
    model = catalog.stored(name) or _new_model(catalog, name, upload, now)
    first = not model.versions
    model.last_number += 1
    version = Version(
        number=model.last_number,
        # assumed: labels of the first upload are the model's, later ones the version's.
        labels={} if first else dict(upload.labels),
        description=upload.version_description,
        content=upload.content,
        create_time=now,
        update_time=now,
        visible_at=now,
    )
    model.versions.append(version)
    model.take_aliases(version, [*upload.aliases, *([DEFAULT_ALIAS] if first else [])], now)
    model.touch(now)
    operation.version = version.number


def _free_id(catalog: Catalog, place: LocationName, number: int) -> str:
    while catalog.stored(ModelName(place.project, place.location, str(number))) is not None:
        number += 1
    return str(number)


def _check_content(message: Any) -> None:
    if refused := [field for field in _REFUSED if _has(message, field)]:
        raise unimplemented(f"Model.{refused[0]} in UploadModel")
    has_container = message.HasField("container_spec")
    if has_container and not message.container_spec.image_uri:
        raise invalid("container_spec.image_uri is required.")
    if message.artifact_uri and not has_container:
        raise invalid("container_spec is required for a model with an artifact_uri.")
    if message.artifact_uri and not message.artifact_uri.startswith("gs://"):
        raise invalid(f"artifact_uri must begin with gs://, not {message.artifact_uri!r}.")


def _has(message: Any, field: str) -> bool:
    return any(item.name == field for item, _ in message.ListFields())


def _content(message: Any) -> dict[str, Any]:
    shown = type(message)()
    field_mask_pb2.FieldMask(paths=_SHOWN).MergeMessage(message, shown)
    if message.HasField("container_spec"):
        # assumed: a model without a container is a placeholder, which cannot be deployed.
        shown.supported_deployment_resources_types.append(1)
    content = json_format.MessageToDict(shown)
    return {"supportedDeploymentResourcesTypes": [], **content}


def _new_model(catalog: Catalog, name: ModelName, upload: Upload, now: float) -> RegisteredModel:
    model = RegisteredModel(
        project=name.project,
        location=name.location,
        model_id=name.model_id,
        display_name=upload.display_name,
        description=upload.description,
        labels=dict(upload.labels),
        source=CUSTOM,
        create_time=now,
        update_time=now,
    )
    catalog.add(model)
    return model
