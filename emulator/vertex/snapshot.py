"""Models to JSON and back; what is written by hand may leave out what has an obvious value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, TypeVar

from google.cloud.aiplatform_v1.types import Model, ModelSourceInfo
from google.protobuf import json_format

from emulator.errors import invalid
from emulator.grpc_wire import raw_type
from emulator.vertex.state import DEFAULT_ALIAS, DeployedModelRef, RegisteredModel, Version

T = TypeVar("T")


def model_to_json(model: RegisteredModel) -> dict[str, Any]:
    """All there is to know of a model."""
    return asdict(model)


def model_from_json(data: dict[str, Any], now: float) -> RegisteredModel:
    """A model; needed are project, location, model_id and versions with number and aliases."""
    times = {"create_time": now, "update_time": now}
    versions = [_version(item, {**times, "visible_at": now}) for item in data.get("versions", [])]
    versions.sort(key=lambda version: version.number)
    names = {"display_name": data.get("model_id"), "last_number": _last(versions)}
    model = build(RegisteredModel, {**times, **names, **data, "versions": versions})
    _check(model)
    return model


def build(wanted: type[T], data: dict[str, Any]) -> T:
    """A dataclass of JSON; ServiceError names an unknown or missing field."""
    try:
        return wanted(**data)
    except TypeError as error:
        raise invalid(f"{wanted.__name__}: {error}") from error


def check_content(kind: Any, content: dict[str, Any], own: Iterable[str]) -> None:
    """Refuse what a message of that kind cannot have, or has from fields of its own in the state."""
    try:
        message = json_format.ParseDict(content, raw_type(kind)())
    except json_format.ParseError as error:
        raise invalid(f"The content cannot be shown: {error}.") from error
    if taken := {field.name for field, _ in message.ListFields()}.intersection(own):
        raise invalid(
            f"The content has {sorted(taken)}, which the state has fields of its own for."
        )


def _version(data: dict[str, Any], defaults: dict[str, Any]) -> Version:
    deployed = [build(DeployedModelRef, item) for item in data.get("deployed_models", [])]
    check_content(Model, data.get("content", {}), ())
    return build(Version, {**defaults, **data, "deployed_models": deployed})


def _last(versions: list[Version]) -> int:
    return versions[-1].number if versions else 0


def _check(model: RegisteredModel) -> None:
    if model.source not in ModelSourceInfo.ModelSourceType.__members__:
        raise invalid(f"{model.model_id}: there is no model source type {model.source!r}.")
    if not any(DEFAULT_ALIAS in version.aliases for version in model.versions):
        raise invalid(f"{model.model_id}: one version must carry the alias {DEFAULT_ALIAS!r}.")
    shown = [alias for version in model.published() for alias in version.aliases]
    if len(shown) != len(set(shown)):
        raise invalid(f"{model.model_id}: an alias names two versions.")
    if len({version.number for version in model.versions}) != len(model.versions):
        raise invalid(f"{model.model_id}: two versions have one number.")
