"""The Model Registry: its whole state, and what BigQuery does to it from inside Google."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from emulator.calls import Caller
from emulator.cloud import Environment
from emulator.errors import invalid
from emulator.vertex import names
from emulator.vertex.aliases import check_alias
from emulator.vertex.catalog import Catalog
from emulator.vertex.deletion import delete_as_asked, endpoints_of, refuse_deployed
from emulator.vertex.due import Due
from emulator.vertex.names import ModelName
from emulator.vertex.operations import Operation, Operations
from emulator.vertex.projects import Projects
from emulator.vertex.registration import Registrations
from emulator.vertex.state import RegisteredModel, Version
from emulator.vertex.uploads import upload_as_asked


class Registry:
    """Models, their versions and the operations on them."""

    def __init__(self, env: Environment) -> None:
        self.env = env
        self.projects = Projects(env)
        self.catalog = Catalog(self.projects)
        self._due = Due()
        self._registrations = Registrations(env, self._due, self.catalog)
        self.operations = Operations(env, self._due, self.projects, self._carry_out)

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
                check_alias(alias)
        with self.settled() as now:
            name = ModelName(self.projects.resolve(project), location, model_id)
            version = self._registrations.new_version(name, aliases, now)
            version.created_by = caller.principal
            version.labels = dict(labels or {}) if settings.labels_copied_to_registry else {}
            return str(version.number)

    def remove_bqml_version(
        self, project: str, location: str, model_id: str, version: str, *, replaced_by: str = ""
    ) -> None:
        """Drop a version as BigQuery does: refused while deployed, nothing if it is gone already."""
        with self.settled() as now:
            model, found = self._stored(project, location, model_id, version)
            if model is not None and found is not None:
                refuse_deployed([found])
                # assumed: a model that has lost its last version is gone, its numbering with it.
                self.catalog.remove(model, found, now)
                alone = [str(left.number) for left in model.versions] == [replaced_by]
                if alone and not self.env.settings.registry_model_survives_replace:
                    model.begin_anew(now)

    def deployed_endpoints(
        self, project: str, location: str, model_id: str, version: str
    ) -> list[str]:
        """The endpoints that a version is deployed to."""
        with self.settled():
            _, found = self._stored(project, location, model_id, version)
            return endpoints_of([found] if found else [])

    def dump(self) -> dict[str, Any]:
        """Models, operations and project numbers."""
        with self.settled():
            return {
                "project_numbers": self.projects.dump(),
                "models": self.catalog.dump(),
                "operations": self.operations.dump(),
            }

    def load(self, state: dict[str, Any]) -> None:
        """Replace models and operations (none where the state has none); numbers stay unless given."""
        if unknown := set(state) - {"project_numbers", "models", "operations"}:
            raise invalid(f"The state of vertex has no {sorted(unknown)}.")
        with self.env.lock:
            self._due.clear()
            self.projects.load(state.get("project_numbers", self.projects.dump()))
            self.catalog.load(state.get("models", []), self.env.clock.time())
            self.operations.load(state.get("operations", []))
            self._registrations.resume()

    def reset(self) -> None:
        """Forget everything."""
        self.load({"project_numbers": {}})

    def pending(self) -> list[str]:
        """Versions that will appear and operations that will end."""
        with self.settled():
            return self._due.labels()

    def _carry_out(self, operation: Operation, now: float) -> None:
        if operation.upload:
            upload_as_asked(self.catalog, operation, operation.upload, now)
        else:
            delete_as_asked(self.catalog, operation, self.env.settings, now)

    def _stored(
        self, project: str, location: str, model_id: str, version: str
    ) -> tuple[RegisteredModel | None, Version | None]:
        model = self.catalog.stored(ModelName(project, location, model_id))
        return model, model.numbered(version) if model else None
