"""BigQuery as one service of the local cloud: its parts, and its state for the control API."""

from __future__ import annotations

from typing import Any

from emulator.audit.router import LogRouter
from emulator.bigquery.audit_trail import AuditTrail
from emulator.bigquery.datasets import Datasets
from emulator.bigquery.execution import Execution
from emulator.bigquery.expiry import SYSTEM
from emulator.bigquery.job_runs import JobRuns
from emulator.bigquery.jobs import Jobs
from emulator.bigquery.model_copies import ModelCopies
from emulator.bigquery.model_statements import ModelStatements
from emulator.bigquery.models import Models
from emulator.bigquery.registration import Registration, registered_id, registered_version
from emulator.bigquery.schema_statements import SchemaStatements
from emulator.bigquery.state import State
from emulator.cloud import Environment
from emulator.disabled_services import VERTEX, EnabledApi
from emulator.vertex.registry import Registry


class BigQuery:
    """Datasets, models and jobs over one state."""

    def __init__(self, env: Environment, registry: Registry, audit: LogRouter) -> None:
        self._env = env
        self._state = State()
        vertex_api = EnabledApi(VERTEX, lambda: env.settings, registry.project_names)
        self._registration = Registration(env, self._state, registry, vertex_api)
        trail = AuditTrail(env, audit)
        self.datasets = Datasets(env, self._state, self._registration, trail)
        self.models = Models(env, self._state, self._registration, trail)
        statements = ModelStatements(env, self._state, self.models, self._registration, trail)
        copies = ModelCopies(env, self._state, self.models, self._registration, trail)
        execution = Execution(statements, SchemaStatements(self._state, self.datasets))
        runs = JobRuns(env, self._state, execution, copies)
        self.jobs = Jobs(env, self._state, runs)

    def dump(self) -> dict[str, Any]:
        """Datasets, models and jobs as resources."""
        with self._env.lock:
            return self._state.dump()

    def load(self, state: dict[str, Any]) -> None:
        """Replace the stores that `state` names; what they leave under way goes on."""
        with self._env.lock:
            self._state.load(state, self._env.clock.now_ms())
            for model in self._state.all_models():
                self.models.expiry.schedule(model)
                if registered_id(model) and not registered_version(model):
                    self._registration.schedule(model, SYSTEM)
            self.jobs.resume()

    def reset(self) -> None:
        """Forget everything."""
        with self._env.lock:
            self._state.clear()

    def pending(self) -> list[str]:
        """Nothing of its own: running jobs and registrations under way are tasks of the clock."""
        return []
