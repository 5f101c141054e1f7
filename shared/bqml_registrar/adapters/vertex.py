"""The Vertex AI Model Registry, through the generated client `aiplatform_v1`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from google.api_core.exceptions import NotFound

from bqml_registrar.adapters.faults import translated
from bqml_registrar.adapters.regional import Regional
from bqml_registrar.bookkeeping.ownership import OF_DATASET, OWNER
from bqml_registrar.names import EndpointName, VertexName, bare_model_id
from bqml_registrar.resources.endpoints import DeployedModelRef
from bqml_registrar.resources.models import ModelVersion

_CALL: dict[str, Any] = {"retry": None, "timeout": 30.0}
# A page size above the service's limit is no error: https://google.aip.dev/158
_PAGE = 500


class VertexRegistry:
    """The port `ModelRegistry`; `emulator` is host:port of a plaintext gRPC server, or empty."""

    def __init__(self, emulator: str = "") -> None:
        self._clients = Regional("ModelServiceClient", emulator)

    def prepare(self, region: str) -> None:
        """Import and connect on another thread; a call that comes earlier waits for it."""
        self._clients.prepare(region)

    def get(self, name: VertexName) -> ModelVersion | None:
        """GetModel."""
        with translated():
            try:
                model = self.client(name.region).get_model(name=str(name), **_CALL)
            except NotFound:
                return None
        return _read(name, model)

    def versions(self, name: VertexName) -> Sequence[ModelVersion]:
        """ListModelVersions, all pages; their names come back as `ID@VERSION`."""
        with translated():
            try:
                models = list(self.client(name.region).list_model_versions(name=str(name), **_CALL))
            except NotFound:
                return ()
        return tuple(_read(name.at(model.version_id), model) for model in models)

    def labelled(self, project: str, region: str, of_dataset: str = "") -> Iterator[ModelVersion]:
        """ListModels, all pages: the default versions with our labels, of all datasets or of one.

        An unknown region has none. Source of the filter: ListModelsRequest.filter
        """
        wanted = f"labels.{OF_DATASET}={of_dataset}" if of_dataset else f"labels.{OWNER}:*"
        parent = f"projects/{project}/locations/{region}"
        request = {"parent": parent, "filter": wanted, "page_size": _PAGE}
        with translated(), suppress(NotFound):
            for model in self.client(region).list_models(request=request, **_CALL):
                model_id = bare_model_id(model.name)
                name = VertexName(project=project, region=region, model_id=model_id)
                yield _read(name.at(model.version_id), model)

    def update(
        self, version: ModelVersion, labels: Mapping[str, str], description: str
    ) -> ModelVersion:
        """UpdateModel of ID@VERSION: without the number it would change the default version's.

        Source: UpdateModelRequest.model, "Model update" against "version update".
        """
        request = {
            "model": {
                "name": str(version.name),
                "etag": version.etag,
                "labels": dict(labels),
                "version_description": description,
            },
            "update_mask": {"paths": ["labels", "version_description"]},
        }
        with translated():
            model = self.client(version.name.region).update_model(request=request, **_CALL)
        return _read(version.name, model)

    def describe_model(self, model: ModelVersion, description: str) -> None:
        """UpdateModel of ID, without a version: "model update" of the same request."""
        request = {
            "model": {
                "name": str(model.name.at("")),
                "etag": model.etag,
                "description": description,
            },
            "update_mask": {"paths": ["description"]},
        }
        with translated():
            self.client(model.name.region).update_model(request=request, **_CALL)

    def merge_aliases(
        self, version: ModelVersion, add: Sequence[str], remove: Sequence[str] = ()
    ) -> ModelVersion:
        """MergeVersionAliases, where a hyphen before an alias removes it."""
        aliases = [*add, *(f"-{alias}" for alias in remove)]
        with translated():
            model = self.client(version.name.region).merge_version_aliases(
                name=str(version.name), version_aliases=aliases, **_CALL
            )
        return _read(version.name, model)

    def client(self, region: str) -> Any:
        """The official client of one region."""
        return self._clients.client(region)


def _read(name: VertexName, model: Any) -> ModelVersion:
    return ModelVersion(
        name=name,
        etag=model.etag,
        labels=dict(model.labels),
        aliases=tuple(model.version_aliases),
        description=model.version_description,
        model_description=model.description,
        deployed=tuple(map(_deployed, model.deployed_models)),
        created=model.version_create_time,
    )


def _deployed(ref: Any) -> DeployedModelRef:
    return DeployedModelRef(endpoint=EndpointName.parse(ref.endpoint), id=ref.deployed_model_id)
