"""One REST call: behind the gate, under its full method name, with its caller."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emulator.bigquery.action import Action, full_method
from emulator.cloud import Environment
from emulator.http_wire import caller


class RestCall:
    """Runs the effects of routes."""

    def __init__(self, env: Environment) -> None:
        self._env = env

    def __call__(self, method: str, resource: str, effect: Callable[[Action], Any]) -> Any:
        """One call of `Service.Method` on a resource."""
        action = Action(caller(self._env.settings.default_principal), full_method(method))
        return self._env.gate.run(action.method, resource, action.caller, lambda: effect(action))
