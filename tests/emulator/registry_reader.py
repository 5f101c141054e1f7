"""A consumer of the registry that knows nothing but Google's high-level SDK.

It does what registry integrations do: list versions, get one by number or alias, find those of a
stage, delete one. Vertex AI has no stages, hence they are labels of versions.
"""

from __future__ import annotations

from google.cloud import aiplatform
from google.cloud.aiplatform.models import ModelRegistry, VersionInfo
from google.oauth2.credentials import Credentials

STAGE = "stage"


class RegistryReader:
    """Models of one project and region by their ids."""

    def __init__(self, address: str, project: str, region: str) -> None:
        aiplatform.init(
            project=project,
            location=region,
            credentials=Credentials(token="reader@example.com"),
            api_endpoint=address,
            api_transport="rest",
        )

    def models(self, **labels: str) -> list[str]:
        """The ids of the models whose default version has these labels."""
        wanted = " AND ".join(f'labels.{key}="{value}"' for key, value in labels.items())
        found = aiplatform.Model.list(filter=wanted or None, order_by="display_name")
        return [model.name for model in found]

    def list_versions(self, model: str, stage: str | None = None) -> list[VersionInfo]:
        """The versions of a model, all or those of a stage."""
        wanted = f'labels.{STAGE}="{stage}"' if stage else None
        return ModelRegistry(model).list_versions(filter=wanted)

    def numbers(self, model: str, stage: str | None = None) -> list[str]:
        """The numbers of those versions."""
        return [version.version_id for version in self.list_versions(model, stage)]

    def get_version(self, model: str, version: str) -> aiplatform.Model:
        """A version by its number or by an alias."""
        return aiplatform.Model(model, version=version)

    def delete_version(self, model: str, version: str) -> None:
        """Delete a version by its number."""
        ModelRegistry(model).delete_version(version)
