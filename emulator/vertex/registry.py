"""Vertex AI: its whole state, and what BigQuery does to the Model Registry from inside Google."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from emulator.calls import Caller
from emulator.cloud import Environment
from emulator.errors import failed_precondition, invalid
from emulator.vertex import names
from emulator.vertex.aliases import check_sql_alias
from emulator.vertex.catalog import Catalog
from emulator.vertex.deletion import Deletion, deployed_text, undeletable_text
from emulator.vertex.deployments import Deployments
from emulator.vertex.due import Due
from emulator.vertex.endpoint_changes import EndpointChanges
from emulator.vertex.endpoints import Endpoints
from emulator.vertex.names import ModelName
from emulator.vertex.operations import Operation, Operations
from emulator.vertex.projects import Projects
from emulator.vertex.registration import Registrations
from emulator.vertex.state import RegisteredModel, Version
from emulator.vertex.uploads import upload_as_asked


@dataclass(frozen=True)
class DeployedVersion:
    """Why a version cannot be replaced, and why its model cannot be deleted, in Vertex AI's words."""

    replaced: str
    deleted: str


class Registry:
    """Models with their versions, endpoints, and the operations on them."""

    def __init__(self, env: Environment) -> None:
        self.env = env
        self.projects = Projects(env)
        self.catalog = Catalog(self.projects)
        self._due = Due()
        self._registrations = Registrations(env, self._due, self.catalog)
        self.endpoints = Endpoints(self.projects)
        self.operations = Operations(env, self._due, self.projects, self._carry_out)
        self.deployments = Deployments(
            env, self._due, self.catalog, self.endpoints, self.operations
        )
        self.deletion = Deletion(env, self.catalog, self.deployments)
        self.changes = EndpointChanges(
            env, self.catalog, self.endpoints, self.operations, self.deployments
        )

    @contextmanager
    def settled(self) -> Iterator[float]:
        """Hold the state, with everything done whose time has come; gives the time."""
        with self.env.lock:
            now = self.env.clock.time()
            self._due.settle(now)
            yield now

    def project_names(self, project: str) -> tuple[str, str]:
        """The id and the number of a project, given by either."""
        with self.env.lock:
            known = self.projects.resolve(project)
            return known, self.projects.number(known)

    def project_number(self, project: str) -> str:
        """The number that resource names carry for a project."""
        with self.env.lock:
            return self.projects.number(self.projects.resolve(project))

    def check_model_id(self, model_id: str) -> None:
        """Refuse an id that breaks the rule for model ids."""
        names.check_model_id(model_id)

    def register_bqml(  # noqa: PLR0913 - one argument for each thing that BigQuery knows
        self,
        project: str,
        location: str,
        model_id: str,
        *,
        aliases: Sequence[str] = (),
        labels: Mapping[str, str] | None = None,
        exportable: bool = True,
        caller: Caller,
    ) -> str:
        """Add a version to a new or existing model; its number, which the model never reuses.

        The API shows the version `version_latency` later, and only then its aliases leave others.
        https://cloud.google.com/bigquery/docs/managing-models-vertex
        """
        names.check_region(location)
        names.check_model_id(model_id)
        settings = self.env.settings
        if settings.bqml_aliases_follow_format:
            for alias in aliases:
                check_sql_alias(alias)
        with self.settled() as now:
            name = ModelName(self.projects.resolve(project), location, model_id)
            version = self._registrations.new_version(name, aliases, now)
            version.created_by, version.exportable = caller.principal, exportable
            version.labels = dict(labels or {}) if settings.labels_copied_to_registry else {}
            return str(version.number)

    def remove_bqml_version(
        self, project: str, location: str, model_id: str, version: str, *, replaced_by: str = ""
    ) -> None:
        """Drop a version as BigQuery does: refused while deployed, nothing if it is gone already."""
        with self.settled() as now:
            model, found = self._stored(project, location, model_id, version)
            if model is not None and found is not None:
                if endpoints := self.deployments.holding(model, [found], now):
                    raise failed_precondition(deployed_text(endpoints))
                # assumed: a model that has lost its last version is gone, its numbering with it.
                self.catalog.remove(model, found, now)
                alone = [str(left.number) for left in model.versions] == [replaced_by]
                if alone and not self.env.settings.registry_model_survives_replace:
                    model.begin_anew(now)

    def deployed(
        self, project: str, location: str, model_id: str, version: str
    ) -> DeployedVersion | None:
        """Why a version cannot go: it is deployed or being deployed. None if it can."""
        with self.settled() as now:
            model, found = self._stored(project, location, model_id, version)
            if model is None or found is None:
                return None
            endpoints = self.deployments.holding(model, [found], now)
            name = self.catalog.resource_name(model)
            told = deployed_text(endpoints), undeletable_text(endpoints, name)
            return DeployedVersion(*told) if endpoints else None

    def dump(self) -> dict[str, Any]:
        """Models, endpoints, operations and project numbers."""
        with self.settled():
            return {
                "project_numbers": self.projects.dump(),
                "models": self.catalog.dump(),
                "endpoints": self.endpoints.dump(),
                "operations": self.operations.dump(),
            }

    def load(self, state: dict[str, Any]) -> None:
        """Replace all (by none where the state has none); project numbers stay unless given."""
        if unknown := set(state) - {"project_numbers", "models", "endpoints", "operations"}:
            raise invalid(f"The state of vertex has no {sorted(unknown)}.")
        with self.env.lock:
            self._due.clear()
            self.projects.load(state.get("project_numbers", self.projects.dump()))
            now = self.env.clock.time()
            self.catalog.load(state.get("models", []), now)
            self.endpoints.load(state.get("endpoints", []), self.catalog, now)
            self.operations.load(state.get("operations", []), self.catalog)
            self._registrations.resume()
            self.deployments.resume()

    def reset(self) -> None:
        """Forget everything."""
        self.load({"project_numbers": {}})

    def pending(self) -> list[str]:
        """Versions that will appear, operations that will end, undeployments that will be noticed."""
        with self.settled():
            return self._due.labels()

    def _carry_out(self, operation: Operation, now: float) -> None:
        if operation.upload:
            upload_as_asked(self.catalog, operation, operation.upload, now)
        elif operation.change:
            self.changes.carry_out(operation, operation.change, now)
        else:
            self.deletion.carry_out(operation, now)

    def _stored(
        self, project: str, location: str, model_id: str, version: str
    ) -> tuple[RegisteredModel | None, Version | None]:
        model = self.catalog.stored(ModelName(project, location, model_id))
        return model, model.numbered(version) if model else None
