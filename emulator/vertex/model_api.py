"""What the methods of google.cloud.aiplatform.v1.ModelService do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from google.cloud.aiplatform_v1 import types

from emulator.errors import invalid
from emulator.grpc_wire import raw_type
from emulator.vertex import filters, listing
from emulator.vertex.aliases import merge_aliases
from emulator.vertex.messages import masked, model_message
from emulator.vertex.names import ModelName, parse_location, parse_model
from emulator.vertex.operation_messages import operation_message
from emulator.vertex.registry import Registry
from emulator.vertex.updates import apply_update, check_etag, check_paths
from emulator.vertex.uploads import check_target, read_upload, target_name
from emulator.vertex.view import View

# Generated ids of models, apart from those of operations.
_MODEL_IDS = 4_000_000_000_000_000_000


class ModelApi:
    """Requests in, messages out; the registry holds the state."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._catalog = registry.catalog

    def get_model(self, request: Any) -> Any:
        """A model through its default version, or through the one that the name says."""
        with self._registry.settled():
            return self._message(self._catalog.view(parse_model(request.name)))

    def list_models(self, request: Any) -> Any:
        """One row for each model of a region: its default version."""
        with self._registry.settled():
            wanted = filters.parse_filter(request.filter, filters.MODEL_FIELDS)
            views = [v for v in self._catalog.shown(parse_location(request.parent)) if wanted(v)]
            views.sort(key=lambda view: view.model.model_id)
            order_by = request.order_by or listing.NEWEST_FIRST
            views = listing.ordered(views, order_by, listing.MODEL_KEYS)
            return self._page(types.ListModelsResponse, views, request, request.parent)

    def list_model_versions(self, request: Any) -> Any:
        """The versions of a model."""
        with self._registry.settled():
            model = self._catalog.model(_without_version(request.name))
            wanted = filters.parse_filter(request.filter, filters.VERSION_FIELDS)
            views = [View(model, version, versioned=True) for version in model.published()]
            order_by = request.order_by or listing.OLDEST_FIRST
            views = listing.ordered(
                [view for view in views if wanted(view)], order_by, listing.VERSION_KEYS
            )
            return self._page(types.ListModelVersionsResponse, views, request, request.name)

    def upload_model(self, request: Any) -> Any:
        """Begin to make a model, or a new version of one that did not come from BigQuery ML."""
        upload = read_upload(request)
        parent = _without_version(request.parent_model) if request.parent_model else None
        with self._registry.settled():
            operations = self._registry.operations
            name = target_name(self._catalog, request, parent, operations.next_id + _MODEL_IDS)
            check_target(self._catalog, name, new_version=upload.new_version)
            operation = operations.start(name, model_id=name.model_id, upload=upload)
            return operation_message(operation, self._registry.projects)

    def update_model(self, request: Any) -> Any:
        """Change a model, or a version if the name carries its number or alias."""
        name = parse_model(request.model.name)
        of_version = name.suffix not in {None, "-"}
        paths = list(request.update_mask.paths)
        check_paths(paths, of_version=of_version)
        with self._registry.settled() as now:
            view = self._catalog.view(name if of_version else replace(name, suffix=None))
            check_etag(request.model.etag, view, self._registry.env.settings.stale_etag_status)
            apply_update(view.version if of_version else view.model, request.model, paths, now)
            return self._message(view)

    def merge_version_aliases(self, request: Any) -> Any:
        """Add and remove aliases of a version."""
        with self._registry.settled() as now:
            view = self._catalog.view(_with_version(request.name))
            merge_aliases(view.model, view.version, request.version_aliases, now)
            return self._message(view)

    def delete_model(self, request: Any) -> Any:
        """Begin to delete a model with all its versions."""
        with self._registry.settled() as now:
            name = _without_version(request.name)
            self._registry.deletion.check_model(self._catalog.model(name), now)
            return self._deletion(name)

    def delete_model_version(self, request: Any) -> Any:
        """Begin to delete a version."""
        with self._registry.settled() as now:
            name = _with_version_id(request.name)
            view = self._catalog.view(name)
            self._registry.deletion.check_version(view.model, view.version, now)
            return self._deletion(name, view.version.number)

    def _deletion(self, name: ModelName, number: int | None = None) -> Any:
        operation = self._registry.operations.start(name, model_id=name.model_id, version=number)
        return operation_message(operation, self._registry.projects)

    def _message(self, view: View) -> Any:
        refs = self._registry.deployments.shown(view.version, self._registry.env.clock.time())
        return model_message(view, refs, self._registry.projects)

    def _page(self, response: Any, views: list[View], request: Any, parent: str) -> Any:
        query = (parent, request.filter, request.order_by)
        rows, following = listing.page(views, request.page_size, request.page_token, query)
        models = [masked(self._message(view), request.read_mask) for view in rows]
        return raw_type(response)(models=models, next_page_token=following)


def _without_version(text: str) -> ModelName:
    name = parse_model(text)
    if name.suffix is not None:
        raise invalid(f"The name must not contain a version: {text!r}.")  # assumed: status, text
    return name


def _with_version(text: str) -> ModelName:
    """An alias will do, as in Google's own system test of its SDK.

    https://github.com/googleapis/python-aiplatform/blob/main/tests/system/aiplatform/test_model_version_management.py
    """
    name = parse_model(text)
    if name.suffix is None:
        raise invalid(f"The name must contain a version: {text!r}.")  # assumed: status, text
    return name


def _with_version_id(text: str) -> ModelName:
    name = _with_version(text)
    if not (name.suffix or "").isdecimal():
        # assumed: status and text; the requests ask for "a version ID explicitly included".
        raise invalid(f"The name must contain a version ID: {text!r}.")
    return name
