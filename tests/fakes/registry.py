"""A fake of the port `ModelRegistry`: the versions in Vertex AI's Model Registry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bqml_registrar.errors import StaleError
from bqml_registrar.names import VertexName
from bqml_registrar.resources.models import ModelVersion
from tests.fakes.endpoint_state import PROJECT, PROJECT_NUMBER

if TYPE_CHECKING:
    from tests.fakes.google import FakeGoogle


class FakeRegistry:
    def __init__(self, google: FakeGoogle) -> None:
        self._google = google

    def prepare(self, region: str) -> None:
        self._google.prepared.append(region)

    def get(self, name: VertexName) -> ModelVersion | None:
        self._google.enter("GetModel")
        return self._found(name)

    def _found(self, name: VertexName) -> ModelVersion | None:
        if name.project == PROJECT_NUMBER:  # as Google has it, by the number too
            found = self._found(replace(name, project=PROJECT))
            return replace(found, name=name) if found else None
        if not name.version:
            versions = sorted(
                self._google.versions_of(name), key=lambda version: "default" not in version.aliases
            )
            return replace(self._merged(versions[0]), name=name) if versions else None
        found = self._google.versions.get(name)
        return self._merged(found) if found and self._google.shows(name) else None

    def versions(self, name: VertexName) -> Sequence[ModelVersion]:
        self._google.enter("ListModelVersions")
        return [self._merged(version) for version in self._google.versions_of(name)]

    def update(
        self, version: ModelVersion, labels: Mapping[str, str], description: str
    ) -> ModelVersion:
        self._google.enter("UpdateModel")
        current = self._current(version)
        if current.etag != version.etag:
            raise StaleError
        return self._put(replace(current, labels=dict(labels), description=description))

    def describe_model(self, model: ModelVersion, description: str) -> None:
        self._google.enter("UpdateModel")
        parent = model.name.at("")
        if model.etag not in {version.etag for version in self._google.versions_of(parent)}:
            raise StaleError
        self._google.parents[parent] = description
        for version in self._google.versions_of(parent):
            self._put(version)

    def merge_aliases(
        self, version: ModelVersion, add: Sequence[str], remove: Sequence[str] = ()
    ) -> ModelVersion:
        self._google.enter("MergeVersionAliases")
        current = self._current(version)
        for other in self._google.versions_of(version.name.at("")):
            left = tuple(alias for alias in other.aliases if alias not in add)
            if other.name != version.name and left != other.aliases:
                self._put(replace(other, aliases=left))
        kept = (alias for alias in current.aliases if alias not in remove)
        return self._put(replace(current, aliases=tuple(dict.fromkeys((*kept, *add)))))

    def _merged(self, version: ModelVersion) -> ModelVersion:
        """GetModel shows what is the model's with what is the version's."""
        shared = self._google.parents.get(version.name.at(""), "")
        deployed = self._google.at.refs(version.name)
        return replace(version, model_description=shared, deployed=deployed)

    def _current(self, version: ModelVersion) -> ModelVersion:
        current = self._google.versions.get(version.name)
        if current is None:
            raise StaleError
        return current

    def _put(self, version: ModelVersion) -> ModelVersion:
        stored = replace(version, etag=self._google.etag())
        self._google.versions[version.name] = stored
        return self._merged(stored)
