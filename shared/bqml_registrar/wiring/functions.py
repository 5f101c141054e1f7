"""The composition root: the only place that chooses real objects.

Nothing of Google's is imported before a port is first asked for: an event that is ignored pays for
no client.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from bqml_registrar.delivery import log
from bqml_registrar.delivery.context import Context
from bqml_registrar.delivery.entrypoint import Entrypoint, UseCase
from bqml_registrar.events.cloud_events import Announcer
from bqml_registrar.policy.document.policy_file import PolicyError, load_policy
from bqml_registrar.wiring.settings import Settings, SettingsError

if TYPE_CHECKING:
    from google.cloud import bigquery

    from bqml_registrar.adapters.vertex import VertexRegistry
    from bqml_registrar.cleanup.ports import Deletions, Endpoints
    from bqml_registrar.ports import ModelCatalog, ModelRegistry, Publisher
    from bqml_registrar.sweep.ports import Lists

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

    def _bigquery(self) -> bigquery.Client:
        from bqml_registrar.adapters.bigquery import connect  # noqa: PLC0415

        settings = self._settings
        emulator = bool(settings.bigquery_emulator)
        return self._once("bigquery", lambda: connect(settings.project, emulator=emulator))

    def _make_publisher(self) -> Publisher:
        from bqml_registrar.adapters.pubsub import PubSubPublisher, connect  # noqa: PLC0415

        return PubSubPublisher(connect(self._settings.pubsub_emulator))


def context_for(main_file: str) -> tuple[Settings, Context]:
    """Settings and policy of the function whose main file this is; ends the process if they are wrong."""
    try:
        settings = Settings.read(os.environ, Path(main_file))
        policy = load_policy(settings.policy_file)
    except (SettingsError, PolicyError) as error:
        for line in str(error).splitlines():
            log.write("CRITICAL", line)
        sys.exit(1)
    source = f"//{settings.event_prefix}/projects/{settings.project}"
    context = Context(
        policy=policy,
        ports=GooglePorts(settings),
        announcer=Announcer(prefix=settings.event_prefix, source=source),
        events_topic=settings.events_topic,
        deletion_topic=settings.deletion_topic,
        dry_run=settings.dry_run,
        ignore_echo=settings.ignore_echo,
        delivery_seconds=settings.delivery_seconds,
    )
    return settings, context


def entrypoint_for(main_file: str, use_case: Callable[[Context, Settings], UseCase]) -> Entrypoint:
    """The entry point of the function whose main file this is; ends the process as `context_for`."""
    settings, context = context_for(main_file)
    return Entrypoint(
        use_case=use_case(context, settings),
        publisher=lambda: context.ports.publisher,
        dead_letter_topic=settings.dead_letter_topic,
        project=settings.project,
        dry_run=settings.dry_run,
    )
