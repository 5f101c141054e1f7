"""The generated clients of `aiplatform_v1`, one for each region, made when first needed.

The package takes half a second to import. It is imported when a rule has matched, on a thread of its
own, and never for an event that is ignored or skipped (docs/adr/0003).
"""

from __future__ import annotations

import contextlib
import threading
from typing import Any

from google.api_core.gapic_v1.client_info import ClientInfo

from bqml_registrar import AGENT, VERSION


class Regional:
    """The clients of one service; `emulator` is host:port of a plaintext gRPC server, or empty."""

    def __init__(self, client_name: str, emulator: str = "") -> None:
        self._client_name = client_name
        self._emulator = emulator
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()

    def prepare(self, region: str) -> None:
        """Import and connect on another thread; a call that comes earlier waits for it."""
        if region not in self._clients:
            threading.Thread(target=self._load, args=(region,), daemon=True).start()

    def client(self, region: str) -> Any:
        """The official client of one region, made once."""
        with self._lock:
            if region not in self._clients:
                self._clients[region] = self._connect(region)
            return self._clients[region]

    def _load(self, region: str) -> None:
        # An error here happens again in the call that needs the client, and is reported there.
        with contextlib.suppress(Exception):
            self.client(region)

    def _connect(self, region: str) -> Any:
        from google.cloud import aiplatform_v1  # noqa: PLC0415 - see the module's docstring

        made = getattr(aiplatform_v1, self._client_name)
        info = ClientInfo(user_agent=f"{AGENT}/{VERSION}")
        if not self._emulator:
            endpoint = f"{region}-aiplatform.googleapis.com"
            return made(client_options={"api_endpoint": endpoint}, client_info=info)
        import grpc  # noqa: PLC0415

        transport = made.get_transport_class("grpc")
        return made(
            transport=transport(channel=grpc.insecure_channel(self._emulator)), client_info=info
        )
