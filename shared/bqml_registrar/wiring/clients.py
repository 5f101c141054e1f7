"""Google's official clients behind the ports, each made when first asked for.

No Google library is imported before that: an event that is ignored pays for no client.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from bqml_registrar.ports import Deletions, Endpoints, Lists, ModelCatalog, ModelRegistry, Publisher
from bqml_registrar.wiring.settings import Settings

if TYPE_CHECKING:
    from bqml_registrar.adapters.vertex import VertexRegistry

T = TypeVar("T")


class SystemClock:
    """The port `Clock` on the machine's time."""

    def now(self) -> datetime:
        """The time in UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class GooglePorts:
    """The ports on Google's official clients, each made when first asked for, once an instance."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._made: dict[str, object] = {}
        self._lock = threading.RLock()
        self.clock = SystemClock()

    @property
    def catalog(self) -> ModelCatalog:
        """BigQuery."""
        return self._once("catalog", self._make_catalog)

    @property
    def registry(self) -> ModelRegistry:
        """Vertex AI."""
        return self._once("registry", self._make_registry)

    @property
    def publisher(self) -> Publisher:
        """Pub/Sub."""
        return self._once("publisher", self._make_publisher)

    @property
    def endpoints(self) -> Endpoints:
        """Vertex AI's endpoints."""
        return self._once("endpoints", self._make_endpoints)

    @property
    def deletions(self) -> Deletions:
        """BigQuery's deletions."""
        return self._once("deletions", self._make_deletions)

    @property
    def lists(self) -> Lists:
        """Lists of BigQuery's and of the registry's."""
        return self._once("lists", self._make_lists)

    def _once(self, name: str, make: Callable[[], T]) -> T:
        with self._lock:
            if name not in self._made:
                self._made[name] = make()
            return self._made[name]  # type: ignore[return-value]

    def _make_catalog(self) -> ModelCatalog:
        from bqml_registrar.adapters.bigquery import BigQueryCatalog  # noqa: PLC0415

        return BigQueryCatalog(self._bigquery())

    def _make_registry(self) -> ModelRegistry:
        return self._vertex()

    def _make_endpoints(self) -> Endpoints:
        from bqml_registrar.adapters.endpoints import VertexEndpoints  # noqa: PLC0415

        return VertexEndpoints(self._settings.vertex_emulator)

    def _make_deletions(self) -> Deletions:
        from bqml_registrar.adapters.deletions import BigQueryDeletions  # noqa: PLC0415

        return BigQueryDeletions(self._bigquery())

    def _make_lists(self) -> Lists:
        from bqml_registrar.adapters.lists import GoogleLists  # noqa: PLC0415

        return GoogleLists(self._bigquery(), self._vertex())

    def _vertex(self) -> VertexRegistry:
        from bqml_registrar.adapters.vertex import VertexRegistry  # noqa: PLC0415

        return self._once("vertex", lambda: VertexRegistry(self._settings.vertex_emulator))

    def _bigquery(self) -> Any:  # a client of Google's, which has no types
        from bqml_registrar.adapters.bigquery import connect  # noqa: PLC0415

        settings = self._settings
        emulator = bool(settings.bigquery_emulator)
        return self._once("bigquery", lambda: connect(settings.project, emulator=emulator))

    def _make_publisher(self) -> Publisher:
        from bqml_registrar.adapters.pubsub import PubSubPublisher, connect  # noqa: PLC0415

        return PubSubPublisher(connect(self._settings.pubsub_emulator))
