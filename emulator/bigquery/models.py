"""Models: https://cloud.google.com/bigquery/docs/reference/rest/v2/models."""

from __future__ import annotations

from typing import Any

from emulator.bigquery.action import Action
from emulator.bigquery.audit_trail import AuditTrail
from emulator.bigquery.expiry import Expiry, default_expiration
from emulator.bigquery.fields import Fields, apply, int64
from emulator.bigquery.names import DatasetName, ModelName, model_name
from emulator.bigquery.paging import Page, paged
from emulator.bigquery.registration import Registration
from emulator.bigquery.revisions import begin, check_etag, touch
from emulator.bigquery.state import Resource, State
from emulator.cloud import Environment
from emulator.errors import invalid

FIELDS = Fields(
    "model",
    writable=frozenset(
        {
            "description",
            "encryptionConfiguration",
            "expirationTime",
            "friendlyName",
            "labels",
            "trainingRuns",
        }
    ),
    output_only=frozenset(
        {
            "bestTrialId",
            "creationTime",
            "defaultTrialId",
            "etag",
            "featureColumns",
            "hparamSearchSpaces",
            "hparamTrials",
            "labelColumns",
            "lastModifiedTime",
            "location",
            "modelReference",
            "modelType",
            "optimalTrialIds",
            "remoteModelInfo",
            "transformColumns",
        }
    ),
)
RUN = Fields(
    "model.training_runs[0]",
    writable=frozenset({"vertexAiModelId"}),
    output_only=frozenset(
        {
            "classLevelGlobalExplanations",
            "dataSplitResult",
            "evaluationMetrics",
            "modelLevelGlobalExplanation",
            "results",
            "startTime",
            "trainingOptions",
            "vertexAiModelVersion",
        }
    ),
)
LISTED = ("modelReference", "creationTime", "lastModifiedTime", "labels", "modelType")


class Models:
    """The methods of ModelService, and the changes that ALTER and DROP MODEL share with them."""

    def __init__(
        self, env: Environment, state: State, registration: Registration, trail: AuditTrail
    ) -> None:
        self._env = env
        self._state = state
        self._registration = registration
        self._trail = trail
        self.expiry = Expiry(env, state, registration, trail)

    def get(self, name: ModelName) -> Resource:
        """The full resource."""
        with self._env.lock:
            return self.view(self._state.model(name))

    def list(self, dataset: DatasetName, page: Page) -> tuple[list[Resource], str]:
        """A page of a dataset's models, each with the few fields that lists show."""
        with self._env.lock:
            self._state.dataset(dataset)
            found = self._state.models.get(dataset, {}).values()
            shown, token = paged(found, lambda item: item["modelReference"]["modelId"], page)
            return [{key: row[key] for key in LISTED if key in row} for row in shown], token

    def patch(
        self, name: ModelName, body: dict[str, Any], if_match: str | None, action: Action
    ) -> Resource:
        """Change the fields that the body has; a Vertex AI model id registers the model later."""
        with self._env.lock, self._trail.refusals(name, action):
            model = self._state.model(name)
            check_etag(model, if_match)
            self.change(model, FIELDS.of(body), action)
            self._trail.model_changed(model, action)
            return self.view(model)

    def delete(self, name: ModelName, action: Action, *, if_match: str | None = None) -> None:
        """Delete a model, and its version in the registry first."""
        with self._env.lock, self._trail.refusals(name, action):
            if self._env.settings.deletes_check_etag:
                check_etag(self._state.model(name), if_match)
            stored = self.remove(self._state.model(name))
            self._trail.model_deleted(stored, "MODEL_DELETE_REQUEST", action)

    def change(self, model: Resource, changes: dict[str, Any], action: Action) -> None:
        """Write changed fields, all or none."""
        vertex_id = _vertex_id(changes.pop("trainingRuns", None) or [])
        if vertex_id:
            self._registration.check(model, vertex_id)
        apply(model, _with_expiration(changes))
        touch(model, self._env.clock.now_ms())
        if vertex_id:
            self._registration.request(model, vertex_id, action.caller)
        if "expirationTime" in changes:
            self.expiry.schedule(model)

    def store(self, model: Resource, old: Resource | None) -> None:
        """Put a new model in place of nothing or of an old one; its life begins now."""
        now_ms = self._env.clock.now_ms()
        begin(model, now_ms, after=old)
        model.update(default_expiration(self._state.dataset(model_name(model).parent), now_ms))
        self._state.put_model(model)
        self.expiry.schedule(model)

    def remove(self, model: Resource) -> ModelName:
        """Take a model out of the registry, then out of its dataset; the name that it had."""
        name = model_name(model)
        self._registration.check_deletable([model])
        self._registration.remove(model)
        self._state.remove_model(name)
        return name

    def view(self, model: Resource) -> Resource:
        """The resource as the API shows it."""
        return {**model, "trainingRuns": self._registration.view(model)}


def _with_expiration(changes: dict[str, Any]) -> dict[str, Any]:
    if changes.get("expirationTime") is not None:
        until = int64(changes["expirationTime"], "model.expiration_time")
        changes["expirationTime"] = str(until) if until else None
    return changes


def _vertex_id(runs: Any) -> str:
    """The bare id that a body's trainingRuns carry; the path that models.get shows is taken too."""
    if not isinstance(runs, list) or not all(isinstance(run, dict) for run in runs):
        raise invalid("Invalid value at 'model.training_runs'")
    ids = [RUN.of(run).get("vertexAiModelId") or "" for run in runs]
    return next((str(vertex_id).rpartition("/")[2] for vertex_id in reversed(ids) if vertex_id), "")
