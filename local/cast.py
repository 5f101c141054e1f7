"""Who takes a step: the analyst, a colleague who works in Vertex AI, whoever runs the functions."""

from __future__ import annotations

from collections.abc import Callable

from google.api_core.exceptions import GoogleAPICallError

from local.analyst import Analyst, RefusedError
from local.control import Control
from local.registry import Registry
from local.steps import Alias, Assume, DryRun, Step


class Cast:
    """Everybody who acts in the course of a day; `deploy` starts a dry run with a policy."""

    def __init__(
        self, control: Control, registry: Registry, deploy: Callable[[str], object]
    ) -> None:
        self._analyst = Analyst()
        self._control = control
        self._registry = registry
        self._deploy = deploy

    def take(self, step: Step) -> None:
        """Take a step to its end; RefusedError if BigQuery or Vertex AI refuses it."""
        match step:
            case Alias(version, alias):
                name_version(self._registry, version, alias)
            case Assume(settings):
                self._control.settings(**settings)
            case DryRun(policy):
                self._deploy(policy)
            case _:
                self._analyst.take(step)


def name_version(registry: Registry, version: str, alias: str) -> None:
    """Give a version an alias; RefusedError if Vertex AI refuses it."""
    try:
        registry.give_alias(version, alias)
    except GoogleAPICallError as error:
        raise RefusedError(error) from error
