"""The models of all projects and regions, and how a name finds one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from emulator.errors import ServiceError, not_found
from emulator.vertex.names import LocationName, ModelName
from emulator.vertex.projects import Projects
from emulator.vertex.snapshot import model_from_json, model_to_json
from emulator.vertex.state import RegisteredModel, Version
from emulator.vertex.view import View


def no_model() -> ServiceError:
    """NOT_FOUND."""
    # assumed for the registry: the platform's text in googleapis/python-videointelligence#349.
    return not_found("The Model does not exist.")


class Catalog:
    """Models by project id, region and model id."""

    def __init__(self, projects: Projects) -> None:
        self._projects = projects
        self._models: dict[ModelName, RegisteredModel] = {}

    def stored(self, name: ModelName) -> RegisteredModel | None:
        """The model of that name, whether the API shows it or not."""
        return self._models.get(self._key(name))

    def place(self, name: LocationName) -> LocationName:
        """Where that is, the project by its id."""
        return LocationName(self._projects.resolve(name.project), name.location)

    def resource_name(self, model: RegisteredModel) -> str:
        """The model's name, with the project's number."""
        number = self._projects.number(model.project)
        return f"projects/{number}/locations/{model.location}/models/{model.model_id}"

    def add(self, model: RegisteredModel) -> None:
        """Keep a model."""
        self._projects.number(model.project)
        self._models[ModelName(model.project, model.location, model.model_id)] = model

    def remove(self, model: RegisteredModel, version: Version, now: float) -> None:
        """Drop a version; with its last version goes the model."""
        model.remove(version, now)
        if not model.versions:
            self.discard(model)

    def discard(self, model: RegisteredModel) -> None:
        """Drop a model with all its versions."""
        self._models.pop(ModelName(model.project, model.location, model.model_id), None)

    def model(self, name: ModelName) -> RegisteredModel:
        """The model of that name, if the API shows it."""
        model = self.stored(name)
        if model is None or model.default() is None:
            raise no_model()
        return model

    def view(self, name: ModelName) -> View:
        """What the API shows under that name; without a suffix the default version."""
        model = self.model(name)
        version = model.default() if name.suffix is None else model.resolve(name.suffix)
        if version is None:
            raise no_model()
        # assumed: a name with a suffix comes back with the version's number, as in lists of versions.
        return View(model, version, versioned=name.suffix is not None)

    def shown(self, place: LocationName) -> list[View]:
        """All models of a region, each through its default version."""
        project = self._projects.resolve(place.project)
        models = (
            m for m in self._models.values() if (m.project, m.location) == (project, place.location)
        )
        found = ((model, model.default()) for model in models)
        return [View(model, version, versioned=False) for model, version in found if version]

    def all(self) -> list[RegisteredModel]:
        """All models, whether the API shows them or not."""
        return list(self._models.values())

    def dump(self) -> list[dict[str, Any]]:
        """The models as JSON."""
        return [model_to_json(model) for model in self._models.values()]

    def load(self, models: list[dict[str, Any]], now: float) -> None:
        """Replace all."""
        loaded = [model_from_json(item, now) for item in models]
        self._models.clear()
        for model in loaded:
            self.add(model)

    def _key(self, name: ModelName) -> ModelName:
        return replace(name, project=self._projects.resolve(name.project), suffix=None)
