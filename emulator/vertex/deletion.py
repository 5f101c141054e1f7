"""What keeps a model or a version from being deleted, and how it is told."""

from __future__ import annotations

from collections.abc import Iterable

from emulator.cloud import Environment
from emulator.errors import failed_precondition
from emulator.vertex.catalog import Catalog, no_model
from emulator.vertex.deployments import Deployments
from emulator.vertex.names import ModelName
from emulator.vertex.operations import Operation
from emulator.vertex.state import BQML, RegisteredModel, Version

_SDK_ISSUE = "sdk-issue"


def undeletable_text(endpoints: Iterable[str], model: str) -> str:
    """Why a deployed model cannot be deleted, as an SDK once met it; the report leaves out the end.

    https://github.com/googleapis/python-aiplatform/issues/2807
    """
    return (
        f"The model \"{model}\" can't be deleted because it's deployed or being deployed at the "
        f"following endpoint(s): {', '.join(endpoints)}. "
        "Undeploy the model from the endpoint(s) and try again."
    )


def deployed_text(endpoints: Iterable[str]) -> str:
    """Why a deployed version stays, as CREATE OR REPLACE MODEL tells it.

    https://github.com/GoogleCloudPlatform/vertex-ai-samples/pull/788
    """
    names = ", ".join(endpoints)
    return (
        f"The Model is deployed or being deployed at the following Endpoint(s): {names}. "
        "Please undeploy the model before retry."
    )


class Deletion:
    """The deletions that Vertex AI is asked for."""

    def __init__(self, env: Environment, catalog: Catalog, deployments: Deployments) -> None:
        self._env = env
        self._catalog = catalog
        self._deployments = deployments

    def check_model(self, model: RegisteredModel, now: float) -> None:
        """DeleteModel: no version may be deployed."""
        self._refuse_deployed(model, model.versions, now)
        self._refuse_bqml(model)

    def check_version(self, model: RegisteredModel, version: Version, now: float) -> None:
        """DeleteModelVersion: not deployed, and not the only one."""
        self._refuse_deployed(model, [version], now)
        if model.published() == [version]:
            # assumed: the text; the rule is that of ModelService.DeleteModelVersion.
            raise failed_precondition(
                "The only version of a Model cannot be deleted. Delete the Model instead."
            )
        self._refuse_bqml(model)

    def carry_out(self, operation: Operation, now: float) -> None:
        """What a long-running deletion does at its end; what refuses one may have come up meanwhile."""
        name = ModelName(operation.project, operation.location, operation.model_id)
        model = self._catalog.model(name)
        if operation.version is None:
            self.check_model(model, now)
            self._catalog.discard(model)
        elif version := model.numbered(operation.version):
            self.check_version(model, version, now)
            self._catalog.remove(model, version, now)
        else:
            raise no_model()

    def _refuse_deployed(self, model: RegisteredModel, versions: list[Version], now: float) -> None:
        if endpoints := self._deployments.holding(model, versions, now):
            # assumed: that its words are still those of the report.
            if self._env.settings.vertex_delete_text == _SDK_ISSUE:
                name = self._catalog.resource_name(model)
                raise failed_precondition(undeletable_text(endpoints, name))
            raise failed_precondition(deployed_text(endpoints))

    def _refuse_bqml(self, model: RegisteredModel) -> None:
        if model.source == BQML and not self._env.settings.bqml_delete_from_vertex_allowed:
            # assumed: status and text. The documentation says "you must first delete it from BigQuery ML":
            # https://cloud.google.com/vertex-ai/docs/model-registry/delete-model
            raise failed_precondition(
                "The Model is managed by BigQuery ML. Delete it in BigQuery ML; "
                "it is then removed from the Model Registry."
            )
