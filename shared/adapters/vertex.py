"""The Vertex AI Model Registry, through the generated client `aiplatform_v1`.

The client takes half a second to import. It is imported when a rule has matched, on a thread of its
own, and never for an event that is ignored or skipped (docs/adr/0003).
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from google.api_core.exceptions import NotFound
from google.api_core.gapic_v1.client_info import ClientInfo

from shared import AGENT, VERSION
from shared.adapters.faults import translated
from shared.facts import ModelVersion
from shared.names import VertexName

_CALL: dict[str, Any] = {"retry": None, "timeout": 30.0}


class VertexRegistry:
    """The port `ModelRegistry`; `emulator` is host:port of a plaintext gRPC server, or empty."""

    def __init__(self, emulator: str = "") -> None:
        self._emulator = emulator
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()

    def prepare(self, region: str) -> None:
        """Import and connect on another thread; a call that comes earlier waits for it."""
        if region not in self._clients:
            threading.Thread(target=self._load, args=(region,), daemon=True).start()

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
        """MergeVersionAliases, where a hyphen before an alias takes it away."""
        aliases = [*add, *(f"-{alias}" for alias in remove)]
        with translated():
            model = self.client(version.name.region).merge_version_aliases(
                name=str(version.name), version_aliases=aliases, **_CALL
            )
        return _read(version.name, model)

    def _load(self, region: str) -> None:
        # Whatever goes wrong here goes wrong again in the call that needs the client, and is told.
        with contextlib.suppress(Exception):
            self.client(region)

    def client(self, region: str) -> Any:
        """The official client of one region, made once."""
        with self._lock:
            if region not in self._clients:
                self._clients[region] = _connect(region, self._emulator)
            return self._clients[region]


def _connect(region: str, emulator: str) -> Any:
    from google.cloud.aiplatform_v1 import ModelServiceClient  # noqa: PLC0415 - see the module's docstring

    info = ClientInfo(user_agent=f"{AGENT}/{VERSION}")
    if not emulator:
        endpoint = f"{region}-aiplatform.googleapis.com"
        return ModelServiceClient(client_options={"api_endpoint": endpoint}, client_info=info)
    import grpc  # noqa: PLC0415

    transport = ModelServiceClient.get_transport_class("grpc")
    return ModelServiceClient(
        transport=transport(channel=grpc.insecure_channel(emulator)), client_info=info
    )


def _read(name: VertexName, model: Any) -> ModelVersion:
    return ModelVersion(
        name=name,
        etag=model.etag,
        labels=dict(model.labels),
        aliases=tuple(model.version_aliases),
        description=model.version_description,
        model_description=model.description,
    )
