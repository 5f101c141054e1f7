"""Registration of models in the Vertex AI Model Registry, as BigQuery does it.

https://cloud.google.com/bigquery/docs/managing-models-vertex: which models, which ids, where.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Any

from emulator.bigquery.model_types import is_exportable
from emulator.bigquery.names import model_name, registry_region
from emulator.bigquery.revisions import touch
from emulator.bigquery.state import Resource, State
from emulator.calls import Caller
from emulator.cloud import Environment
from emulator.disabled_services import EnabledApi
from emulator.errors import ServiceError, failed_precondition, invalid
from emulator.vertex.registry import DeployedVersion, Registry

log = logging.getLogger(__name__)


class Registration:
    """Puts models into the registry and takes them out."""

    def __init__(
        self, env: Environment, state: State, registry: Registry, vertex_api: EnabledApi
    ) -> None:
        self._env = env
        self._state = state
        self._registry = registry
        self._vertex_api = vertex_api

    def check(self, model: Resource, vertex_id: str) -> None:
        """Refuse an id that this model can not be registered under."""
        if "remoteModelInfo" in model:
            # assumed: the text.
            raise invalid("Remote models cannot be registered to Vertex AI Model Registry.")
        self._check_place(model)
        self._registry.check_model_id(vertex_id)
        present = registered_id(model)
        if present and present != vertex_id:
            # assumed: the text.
            raise invalid(
                f"Model {model_name(model)} is already registered to Vertex AI Model Registry as "
                f"{present}. The Vertex AI model ID cannot be changed."
            )

    def request(self, model: Resource, vertex_id: str, caller: Caller) -> None:
        """Accept an id for a model that exists; the version follows a while later."""
        self.check(model, vertex_id)
        if registered_id(model):
            return
        last_run(model)["vertexAiModelId"] = vertex_id
        self.schedule(model, caller)

    def schedule(self, model: Resource, caller: Caller) -> None:
        """Register later the model as it is now, unless it is replaced or gone by then."""
        name = model_name(model)
        vertex_id = registered_id(model)

        def complete() -> None:
            with self._env.lock:
                waits = registered_id(model) == vertex_id and not registered_version(model)
                if waits and self._state.find_model(name) is model:
                    self._complete(model, caller)

        latency = self._env.settings.registration_latency
        self._env.clock.call_later(latency, complete, f"registration of {name}")

    def register(self, model: Resource, aliases: Sequence[str], caller: Caller) -> None:
        """Make the version at once: the end of a training with MODEL_REGISTRY='VERTEX_AI'."""
        run = last_run(model)
        copied = self._env.settings.labels_copied_to_registry
        self._check_place(model)
        try:
            run["vertexAiModelVersion"] = self._registry.register_bqml(
                *self._place(model),
                run["vertexAiModelId"],
                aliases=aliases,
                labels=dict(model.get("labels", {})) if copied else None,
                exportable=is_exportable(model.get("modelType", "")),
                caller=caller,
            )
        except ServiceError as error:
            raise _wrapped(error) from error

    def remove(self, model: Resource, *, successor: Resource | None = None) -> None:
        """Take a model's version out of the registry; refused while it is deployed."""
        run = last_run(model)
        heir = successor if successor and registered_id(successor) == registered_id(model) else None
        if version := registered_version(model):
            self._check_api(model)
            try:
                self._registry.remove_bqml_version(
                    *self._place(model),
                    run["vertexAiModelId"],
                    version,
                    replaced_by=registered_version(heir) if heir else "",
                )
            except ServiceError as error:
                raise _wrapped(error) from error
        run.pop("vertexAiModelId", None)
        run.pop("vertexAiModelVersion", None)

    def check_not_deployed(self, model: Resource) -> None:
        """Refuse to replace a model that is deployed."""
        if found := self._deployed(model):
            raise _wrapped(failed_precondition(found.replaced))

    def check_deletable(self, models: Iterable[Resource]) -> None:
        """Refuse to delete models of which one is deployed.

        assumed: in which words.
        """
        words = self._env.settings.refused_delete_text
        for model in models:
            if found := self._deployed(model):
                told = found.replaced if words == "wrapped" else found.deleted
                is_wrapped = words.startswith("wrapped")
                raise _wrapped(failed_precondition(told)) if is_wrapped else invalid(told)

    def _deployed(self, model: Resource) -> DeployedVersion | None:
        version = registered_version(model)
        if not version:
            return None
        return self._registry.deployed(*self._place(model), registered_id(model), version)

    def view(self, model: Resource) -> list[dict[str, Any]]:
        """The trainingRuns as models.get shows them."""
        project, location = self._place(model)
        number = self._registry.project_number(project)
        runs = [dict(run) for run in model["trainingRuns"]]
        if self._env.settings.registered_id_is_path:
            for run in runs:
                if bare := run.get("vertexAiModelId"):
                    run["vertexAiModelId"] = f"projects/{number}/locations/{location}/models/{bare}"
        return runs

    def _check_place(self, model: Resource) -> None:
        location = model["location"]
        without = self._env.settings.regions_without_registry
        if location.lower() in map(str.lower, without):
            # assumed: the text.
            raise invalid(f"Vertex AI Model Registry is not available in location {location}.")
        self._check_api(model)

    def _check_api(self, model: Resource) -> None:
        """assumed: without the Vertex AI API nothing is registered, and nothing registered is removed."""
        try:
            self._vertex_api.check(model_name(model).project)
        except ServiceError as error:
            if self._env.settings.vertex_api_disabled_in_bigquery == error.status:
                raise ServiceError(error.status, error.message, "accessDenied") from error
            raise _wrapped(error) from error

    def _place(self, model: Resource) -> tuple[str, str]:
        return model_name(model).project, registry_region(model["location"])

    def _complete(self, model: Resource, caller: Caller) -> None:
        try:
            self.register(model, (), caller)
        except ServiceError as error:
            # assumed: an id that the registry refuses later disappears again.
            log.warning("registration of %s was refused: %s", model_name(model), error.message)
            last_run(model).pop("vertexAiModelId", None)
        touch(model, self._env.clock.now_ms())


def last_run(model: Resource) -> dict[str, Any]:
    """The training run that carries the registration."""
    return model["trainingRuns"][-1]


def registered_id(model: Resource) -> str:
    """The bare Vertex AI model id of a registered model, or ""."""
    return str(last_run(model).get("vertexAiModelId", ""))


def registered_version(model: Resource) -> str:
    """The version in the registry, or "" while there is none."""
    return str(last_run(model).get("vertexAiModelVersion", ""))


def _wrapped(error: ServiceError) -> ServiceError:
    # The text is known of CREATE OR REPLACE MODEL; assumed: the same for all other refusals.
    return invalid(
        "Model Registry failed: com.google.cloud.ai.platform.common.errors.AiPlatformException: "
        f"code={error.status}, message={error.message}, cause=null"
    )
