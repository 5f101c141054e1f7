"""Waits until Google's services show a change: a patch returns before that."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from bqml_registrar.delivery.backoff import Backoff
from bqml_registrar.errors import RetryableError, StaleError
from bqml_registrar.names import VertexName
from bqml_registrar.ports import Ports
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.models import BigQueryModel, ModelVersion

T = TypeVar("T")

# For all waits of one delivery. Together with the calls it is well under the longest ack deadline
# of a push subscription (600 s), after which Pub/Sub delivers again.
DEADLINE_SECONDS = 60.0
_FIRST_PAUSE = 0.1  # most changes are visible within a second


class VisibilityWait:
    """Waits in one delivery; all waits share one deadline."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._until: datetime | None = None

    def registered(self, model: BigQueryModel) -> BigQueryModel:
        """The model once BigQuery shows its version's number.

        Raises StaleError if the model is another one by then (or gone, or not registered after
        all), RetryableError if the time is up.
        """
        if model.vertex_version:
            return model
        return self._wait(lambda: self._numbered(model), f"the version number of {model.name}")

    def version(self, model: BigQueryModel, name: VertexName) -> ModelVersion:
        """The version once the registry shows it; raises like `registered`."""
        return self._wait(lambda: self._shown(model, name), str(name))

    def _numbered(self, model: BigQueryModel) -> BigQueryModel | None:
        seen = self._ports.catalog.get(model.name)
        if seen is None or seen.created != model.created or not seen.registered_as:
            raise StaleError
        return seen if seen.vertex_version else None

    def _shown(self, model: BigQueryModel, name: VertexName) -> ModelVersion | None:
        version = self._ports.registry.get(name)
        if version is None and self._ports.catalog.get(model.name) != model:
            raise StaleError  # replaced or dropped meanwhile: that version never becomes visible
        return version

    def _wait(self, read: Callable[[], T | None], what: str) -> T:
        clock = self._ports.clock
        self._until = self._until or clock.now() + timedelta(seconds=DEADLINE_SECONDS)
        backoff = Backoff(clock, self._until, _FIRST_PAUSE)
        while (found := read()) is None:
            if not backoff.wait():
                detail = f"{what} is not visible after {DEADLINE_SECONDS:.0f} s"
                raise RetryableError(Reason.REGISTRY_LAG, detail)
        return found
