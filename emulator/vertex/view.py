"""What the API shows under one name: a model through one of its versions."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from emulator.vertex.state import RegisteredModel, Version


@dataclass(frozen=True)
class View:
    """A model seen through a version; `versioned` when the name shown carries the version's number."""

    model: RegisteredModel
    version: Version
    versioned: bool

    @property
    def labels(self) -> dict[str, str]:
        """Labels of the model and of the version, merged (UpdateModelRequest.model).

        assumed: the version's win over the model's under one key.
        """
        return {**self.model.labels, **self.version.labels}

    @property
    def content(self) -> dict[str, Any]:
        """Fields of the Model as JSON; a BigQuery ML model is deployed on dedicated machines."""
        return {
            "supportedDeploymentResourcesTypes": ["DEDICATED_RESOURCES"],
            **self.version.content,
        }

    @property
    def etag(self) -> str:
        """Changes with every change of the model or of this version, not of a sister version."""
        model, version = self.model, self.version
        parts = (model.create_time, model.revision, version.number, version.revision)
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:20]
