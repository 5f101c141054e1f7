"""Waiting until Google's services show what they were asked for: a patch returns before that."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from shared.errors import RetryableError, StaleError
from shared.facts import BigQueryModel, ModelVersion
from shared.names import VertexName
from shared.ports import Clock, ModelCatalog, ModelRegistry
from shared.reasons import Reason

T = TypeVar("T")

# Well under a push subscription's longest ack deadline (600 s); then Pub/Sub delivers again.
DEADLINE_SECONDS = 60.0
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 5.0


def registered_model(catalog: ModelCatalog, clock: Clock, model: BigQueryModel) -> BigQueryModel:
    """The model once BigQuery shows its version's number.

    Raises StaleError if the model is another one by then (or gone, or not registered after all),
    RetryableError when the time is up.
    """
    if model.vertex_version:
        return model

    def look() -> BigQueryModel | None:
        seen = catalog.get(model.name)
        if seen is None or seen.created != model.created or not seen.registered_as:
            raise StaleError
        return seen if seen.vertex_version else None

    return _wait(look, clock, f"the version number of {model.name}")


def visible_version(registry: ModelRegistry, clock: Clock, name: VertexName) -> ModelVersion:
    """The version once the registry shows it; RetryableError when the time is up."""
    return _wait(lambda: registry.get(name), clock, str(name))


def _wait(look: Callable[[], T | None], clock: Clock, what: str) -> T:
    pause, waited = _FIRST_PAUSE, 0.0
    while True:
        found = look()
        if found is not None:
            return found
        if waited >= DEADLINE_SECONDS:
            raise RetryableError(Reason.REGISTRY_LAG, f"{what} is not visible after {waited:.0f} s")
        clock.sleep(pause)
        waited += pause
        pause = min(pause * 1.5, _LONGEST_PAUSE)
