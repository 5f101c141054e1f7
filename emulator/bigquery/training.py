"""What a CREATE MODEL makes: the model resource, without any training."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emulator.bigquery.model_types import REMOTE, rest_model_type
from emulator.bigquery.names import ModelName
from emulator.bigquery.sql import CreateModel
from emulator.bigquery.state import Resource


@dataclass(frozen=True)
class RegistryOptions:
    """What CREATE MODEL says about the registry; no id means that it says nothing.

    https://cloud.google.com/bigquery/docs/create-machine-learning-model-registry: the id is the
    model's name unless the statement gives one.
    """

    model_id: str = ""
    aliases: tuple[str, ...] = ()


def registry_options(statement: CreateModel, name: ModelName) -> RegistryOptions:
    """The registry options of a statement."""
    options = statement.options
    if options.get("MODEL_REGISTRY") is None:
        return RegistryOptions()
    model_id = str(options.get("VERTEX_AI_MODEL_ID") or name.model)
    return RegistryOptions(model_id, _strings(options.get("VERTEX_AI_MODEL_VERSION_ALIASES")))


def new_model(
    statement: CreateModel, name: ModelName, dataset: Resource, now: datetime
) -> Resource:
    """The resource that the statement makes; the caller gives it its revision."""
    remote = statement.remote_connection is not None
    model: Resource = {
        "modelReference": name.reference,
        "location": dataset["location"],
        "modelType": REMOTE if remote else rest_model_type(str(statement.options["MODEL_TYPE"])),
        "trainingRuns": [_training_run(statement, now)],
    }
    if remote:
        model["remoteModelInfo"] = _remote_info(statement)
    if columns := _label_columns(statement):
        model["labelColumns"] = [{"name": n, "type": {"typeKind": "FLOAT64"}} for n in columns]
    if key := statement.options.get("KMS_KEY_NAME"):
        model["encryptionConfiguration"] = {"kmsKeyName": key}
    return model


def has_resource_labels(value: Any) -> bool:
    """Whether OPTIONS(labels=...) holds pairs, not names of label columns."""
    return bool(value) and all(isinstance(item, tuple) for item in value)


def _training_run(statement: CreateModel, now: datetime) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if path := statement.options.get("MODEL_PATH"):
        options["modelUri"] = path
    if columns := _label_columns(statement):
        options["inputLabelColumns"] = list(columns)
    if "MODEL_REGISTRY" in statement.options:
        options["modelRegistry"] = "VERTEX_AI"
    if aliases := _strings(statement.options.get("VERTEX_AI_MODEL_VERSION_ALIASES")):
        options["vertexAiModelVersionAliases"] = list(aliases)
    return {"trainingOptions": options, "startTime": now.isoformat().replace("+00:00", "Z")}


def _remote_info(statement: CreateModel) -> dict[str, Any]:
    info: dict[str, Any] = {"connection": statement.remote_connection}
    if endpoint := statement.options.get("ENDPOINT"):
        info["endpoint"] = endpoint
    if service := statement.options.get("REMOTE_SERVICE_TYPE"):
        info["remoteServiceType"] = service
    if rows := statement.options.get("MAX_BATCHING_ROWS"):
        info["maxBatchingRows"] = str(rows)
    return info


def _label_columns(statement: CreateModel) -> tuple[str, ...]:
    """`labels` with plain names is the old spelling of `input_label_cols`."""
    old = statement.options.get("LABELS")
    named = () if has_resource_labels(old) else _strings(old)
    return _strings(statement.options.get("INPUT_LABEL_COLS")) or named


def _strings(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(str(item) for item in value)
