"""Google's official clients behind the ports, each made when first asked for.

No Google library is imported before that: an event that is ignored pays for no client.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from bqml_registrar.ports import Deletions, Endpoints, Lists, ModelCatalog, Publisher, Store
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
        from bqml_registrar.adapters.bigquery import BigQueryCatalog  # noqa: PLC0415

        return self._once("catalog", lambda: BigQueryCatalog(self._bigquery()))

    @property
    def registry(self) -> VertexRegistry:
        """Vertex AI."""
        from bqml_registrar.adapters.vertex import VertexRegistry  # noqa: PLC0415

        return self._once("registry", lambda: VertexRegistry(self._settings.vertex_emulator))

    @property
    def store(self) -> Store:
        """Firestore."""
        from bqml_registrar.adapters.store import FirestoreStore  # noqa: PLC0415

        settings = self._settings
        return self._once(
            "store", lambda: FirestoreStore(settings.project, settings.registry_database)
        )

    @property
    def publisher(self) -> Publisher:
        """Pub/Sub."""
        from bqml_registrar.adapters.pubsub import PubSubPublisher, connect  # noqa: PLC0415

        emulator = self._settings.pubsub_emulator
        return self._once("publisher", lambda: PubSubPublisher(connect(emulator)))

    @property
    def endpoints(self) -> Endpoints:
        """Vertex AI's endpoints."""
        from bqml_registrar.adapters.endpoints import VertexEndpoints  # noqa: PLC0415

        return self._once("endpoints", lambda: VertexEndpoints(self._settings.vertex_emulator))

    @property
    def deletions(self) -> Deletions:
        """BigQuery's deletions."""
        from bqml_registrar.adapters.deletions import BigQueryDeletions  # noqa: PLC0415

        return self._once("deletions", lambda: BigQueryDeletions(self._bigquery()))

    @property
    def lists(self) -> Lists:
        """Lists of BigQuery's and of the registry's."""
        from bqml_registrar.adapters.lists import GoogleLists  # noqa: PLC0415

        return self._once("lists", lambda: GoogleLists(self._bigquery(), self.registry))

    def _bigquery(self) -> Any:  # a client of Google's, which has no types
        from bqml_registrar.adapters.bigquery import connect  # noqa: PLC0415

        settings = self._settings
        emulator = bool(settings.bigquery_emulator)
        return self._once("bigquery", lambda: connect(settings.project, emulator=emulator))

    def _once(self, name: str, make: Callable[[], T]) -> T:
        with self._lock:
            if name not in self._made:
                self._made[name] = make()
            return self._made[name]  # type: ignore[return-value]
