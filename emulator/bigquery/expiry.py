"""Expiry of models: what is due in a month does not keep the local cloud from being idle."""

from __future__ import annotations

import logging

from emulator.bigquery.action import Action
from emulator.bigquery.audit_trail import AuditTrail
from emulator.bigquery.names import ModelName, model_name
from emulator.bigquery.registration import Registration
from emulator.bigquery.state import Resource, State
from emulator.calls import Caller
from emulator.cloud import Environment
from emulator.errors import ServiceError

log = logging.getLogger(__name__)

# assumed: the method name of a model's expiry is that of a table's.
METHOD = "InternalTableExpired"
SYSTEM = Caller(principal="bigquery-adminbot@system.gserviceaccount.com")
# assumed: a model that is deployed when it expires stays, and its expiry is tried again.
RETRY_SECONDS = 3600.0


class Expiry:
    """Deletes models when their time has come."""

    def __init__(
        self, env: Environment, state: State, registration: Registration, trail: AuditTrail
    ) -> None:
        self._env = env
        self._state = state
        self._registration = registration
        self._trail = trail

    def schedule(self, model: Resource) -> None:
        """Have a model expire at its expirationTime, if it has one."""
        if "expirationTime" in model:
            due = int(model["expirationTime"]) / 1000 - self._env.clock.time()
            self._later(max(due, 0.001), model_name(model))

    def _later(self, seconds: float, name: ModelName) -> None:
        def expire() -> None:
            with self._env.lock:
                self._expire(name)

        self._env.clock.call_later(seconds, expire, f"expiry of {name}", background=True)

    def _expire(self, name: ModelName) -> None:
        model = self._state.find_model(name)
        expires = int(model.get("expirationTime", 0)) if model else 0
        if not model or not expires or expires > self._env.clock.now_ms():
            return
        try:
            self._registration.remove(model)
        except ServiceError as error:
            log.warning("%s is expired and stays: %s", name, error.message)
            self._later(RETRY_SECONDS, name)
            return
        self._state.remove_model(name)
        self._trail.model_deleted(name, "EXPIRED", Action(SYSTEM, METHOD))


def default_expiration(dataset: Resource, now_ms: int) -> dict[str, str]:
    """The expirationTime that a new model takes from its dataset, if that sets one for its tables.

    https://cloud.google.com/bigquery/docs/reference/rest/v2/models: expirationTime.
    """
    lifetime = int(dataset.get("defaultTableExpirationMs", 0))
    return {"expirationTime": str(now_ms + lifetime)} if lifetime else {}
