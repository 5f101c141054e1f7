"""Routes of models."""

from __future__ import annotations

from typing import Any

import flask

from emulator.bigquery.models import Models
from emulator.bigquery.names import DatasetName, ModelName
from emulator.bigquery.request import if_match, page
from emulator.bigquery.rest_call import RestCall
from emulator.http_wire import json_body

_ALL = "/projects/<project>/datasets/<dataset>/models"
_ONE = f"{_ALL}/<model>"


def model_routes(models: Models, call: RestCall) -> flask.Blueprint:
    """The methods of ModelService."""
    routes = flask.Blueprint("models", __name__)

    @routes.get(_ALL)
    def list_models(project: str, dataset: str) -> Any:
        name = DatasetName(project, dataset)

        def effect(_: Any) -> dict[str, Any]:
            rows, token = models.list(name, page())
            return ({"models": rows} if rows else {}) | ({"nextPageToken": token} if token else {})

        return call("ModelService.ListModels", name.resource, effect)

    @routes.get(_ONE)
    def get_model(project: str, dataset: str, model: str) -> Any:
        name = ModelName(project, dataset, model)
        return call("ModelService.GetModel", name.resource, lambda _: models.get(name))

    @routes.patch(_ONE)
    def patch_model(project: str, dataset: str, model: str) -> Any:
        name, body, etag = ModelName(project, dataset, model), json_body(), if_match()
        return call(
            "ModelService.PatchModel",
            name.resource,
            lambda action: models.patch(name, body, etag, action),
        )

    @routes.delete(_ONE)
    def delete_model(project: str, dataset: str, model: str) -> Any:
        name, etag = ModelName(project, dataset, model), if_match()
        call(
            "ModelService.DeleteModel",
            name.resource,
            lambda action: models.delete(name, action, if_match=etag),
        )
        return "", 204

    return routes
