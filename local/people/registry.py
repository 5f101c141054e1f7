"""The Vertex AI Model Registry as a person sees it, and names versions, through the official client."""

from __future__ import annotations

from typing import Any

import grpc
from google.cloud.aiplatform_v1 import ModelServiceClient

from local.cloud.topics import PROJECT
from local.people.expectations import Version

REGION = "us-central1"
_OWN_MARK = "bqml-registrar"
PARENT = f"projects/{PROJECT}/locations/{REGION}"


def is_own(label: str) -> bool:
    """Whether a label's key is one of the registrar's own."""
    return label.startswith(_OWN_MARK)


class Registry:
    """The registry of one region, at host:port of a plaintext gRPC server."""

    def __init__(self, address: str) -> None:
        transport = ModelServiceClient.get_transport_class("grpc")
        self._client = ModelServiceClient(
            transport=transport(channel=grpc.insecure_channel(address))
        )

    def give_alias(self, version: str, alias: str) -> None:
        """MergeVersionAliases of a version `ID@NUMBER`, as a person would do it."""
        self._client.merge_version_aliases(
            name=f"{PARENT}/models/{version}", version_aliases=[alias]
        )

    def versions(self) -> tuple[Version, ...]:
        """All versions of all models, by name."""
        models = self._client.list_models(parent=PARENT)
        found = [
            _read(version)
            for model in models
            for version in self._client.list_model_versions(name=model.name)
        ]
        return tuple(sorted(found, key=lambda version: version.name))


def _read(version: Any) -> Version:
    model_id = version.name.rpartition("/")[2].partition("@")[0]
    labels = dict(version.labels)
    return Version(
        name=f"{model_id}@{version.version_id}",
        aliases=tuple(sorted(version.version_aliases)),
        labels={key: text for key, text in labels.items() if not is_own(key)},
        description=version.version_description,
    )
