"""Routes of datasets."""

from __future__ import annotations

from typing import Any

import flask

from emulator.bigquery.datasets import Datasets
from emulator.bigquery.names import DatasetName
from emulator.bigquery.request import flag, if_match, page, text
from emulator.bigquery.rest_call import RestCall
from emulator.errors import invalid, unimplemented
from emulator.http_wire import json_body

_ALL = "/projects/<project>/datasets"
_ONE = f"{_ALL}/<dataset>"


def dataset_routes(datasets: Datasets, call: RestCall) -> flask.Blueprint:
    """The methods of DatasetService."""
    routes = flask.Blueprint("datasets", __name__)
    _reads(routes, datasets, call)
    _writes(routes, datasets, call)
    return routes


def _reads(routes: flask.Blueprint, datasets: Datasets, call: RestCall) -> None:
    @routes.get(_ALL)
    def list_datasets(project: str) -> Any:
        def effect(_: Any) -> dict[str, Any]:
            rows, token = datasets.list(project, page(), text("filter") or "", hidden=flag("all"))
            answer = {"kind": "bigquery#datasetList", "datasets": rows}
            return answer | ({"nextPageToken": token} if token else {})

        return call("DatasetService.ListDatasets", f"projects/{project}", effect)

    @routes.get(_ONE)
    def get_dataset(project: str, dataset: str) -> Any:
        name = DatasetName(project, dataset)

        def effect(_: Any) -> dict[str, Any]:
            _check_view(text("datasetView"))
            return datasets.get(name)

        return call("DatasetService.GetDataset", name.resource, effect)


def _check_view(view: str | None) -> None:
    """Access lists are not kept here, so that all views that have the metadata show the same."""
    if view == "ACL":
        raise unimplemented(
            "google.cloud.bigquery.v2.DatasetService.GetDataset with datasetView=ACL"
        )
    if view not in (None, "DATASET_VIEW_UNSPECIFIED", "METADATA", "FULL"):
        raise invalid(f"Invalid value for datasetView: {view}")


def _writes(routes: flask.Blueprint, datasets: Datasets, call: RestCall) -> None:
    @routes.post(_ALL)
    def insert_dataset(project: str) -> Any:
        body = json_body()
        return call(
            "DatasetService.InsertDataset",
            f"projects/{project}",
            lambda action: datasets.insert(project, body, action),
        )

    @routes.patch(_ONE)
    def patch_dataset(project: str, dataset: str) -> Any:
        name, body, etag = DatasetName(project, dataset), json_body(), if_match()
        return call(
            "DatasetService.PatchDataset",
            name.resource,
            lambda action: datasets.patch(name, body, etag, action),
        )

    @routes.put(_ONE)
    def update_dataset(project: str, dataset: str) -> Any:
        name, body, etag = DatasetName(project, dataset), json_body(), if_match()
        return call(
            "DatasetService.UpdateDataset",
            name.resource,
            lambda action: datasets.update(name, body, etag, action),
        )

    @routes.delete(_ONE)
    def delete_dataset(project: str, dataset: str) -> Any:
        name, contents = DatasetName(project, dataset), flag("deleteContents")
        call(
            "DatasetService.DeleteDataset",
            name.resource,
            lambda action: datasets.delete(name, action, contents=contents),
        )
        return "", 204
