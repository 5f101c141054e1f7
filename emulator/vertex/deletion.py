"""What keeps a model or a version from being deleted."""

from __future__ import annotations

from collections.abc import Iterable

from emulator.errors import failed_precondition
from emulator.settings import Settings
from emulator.vertex.catalog import Catalog, no_model
from emulator.vertex.names import ModelName
from emulator.vertex.operations import Operation
from emulator.vertex.state import BQML, RegisteredModel, Version


def endpoints_of(versions: Iterable[Version]) -> list[str]:
    """The endpoints that versions are deployed to, each once."""
    deployed = (ref.endpoint for version in versions for ref in version.deployed_models)
    return list(dict.fromkeys(deployed))


def refuse_deployed(versions: Iterable[Version]) -> None:
    """The text is the one that CREATE OR REPLACE MODEL quotes from Vertex AI.

    https://github.com/GoogleCloudPlatform/vertex-ai-samples/pull/788
    """
    if endpoints := endpoints_of(versions):
        raise failed_precondition(
            "The Model is deployed or being deployed at the following Endpoint(s): "
            f"{', '.join(endpoints)}. Please undeploy the model before retry."
        )


def check_model_deletable(model: RegisteredModel, settings: Settings) -> None:
    """DeleteModel: no version may be deployed."""
    refuse_deployed(model.versions)
    _refuse_bqml(model, settings)


def check_version_deletable(model: RegisteredModel, version: Version, settings: Settings) -> None:
    """DeleteModelVersion: not deployed, and not the only one."""
    refuse_deployed([version])
    if model.published() == [version]:
        # assumed: the text; the rule is that of ModelService.DeleteModelVersion.
        raise failed_precondition(
            "The only version of a Model cannot be deleted. Delete the Model instead."
        )
    _refuse_bqml(model, settings)


def delete_as_asked(catalog: Catalog, operation: Operation, settings: Settings, now: float) -> None:
    """What a long-running deletion does at its end; what refuses one may have come up meanwhile."""
    name = ModelName(operation.project, operation.location, operation.model_id)
    model = catalog.model(name)
    if operation.version is None:
        check_model_deletable(model, settings)
        catalog.discard(model)
    elif version := model.numbered(operation.version):
        check_version_deletable(model, version, settings)
        catalog.remove(model, version, now)
    else:
        raise no_model()


def _refuse_bqml(model: RegisteredModel, settings: Settings) -> None:
    if model.source == BQML and not settings.bqml_delete_from_vertex_allowed:
        # assumed: status and text. The documentation says "you must first delete it from BigQuery ML":
        # https://cloud.google.com/vertex-ai/docs/model-registry/delete-model
        raise failed_precondition(
            "The Model is managed by BigQuery ML. Delete it in BigQuery ML; "
            "it is then removed from the Model Registry."
        )
