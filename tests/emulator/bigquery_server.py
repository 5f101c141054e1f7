"""BigQuery of the local cloud on a port of its own, for the official client.

Real: the wire, BigQuery, the Vertex AI registry, the audit entries. Nothing is exported: what the
Log Router holds is what a test observes. Deployments are put into the registry's state, but for
those of test_bigquery_deployed.py.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from google.cloud import bigquery
from google.oauth2.credentials import Credentials

from emulator.audit.router import LogRouter
from emulator.bigquery.rest import bigquery_app
from emulator.bigquery.service import BigQuery
from emulator.cloud import Environment
from emulator.http_wire import HttpServer
from emulator.vertex.registry import Registry

PROJECT = "shop"
NUMBER = "123456789012"
ENDPOINT = f"projects/{NUMBER}/locations/us-central1/endpoints/42"
LINEAR = "OPTIONS(model_type='linear_reg') AS SELECT 1 AS label"
REGISTERED = "OPTIONS(model_type='linear_reg', model_registry='VERTEX_AI') AS SELECT 1 AS label"


class BigQueryServer:
    """One BigQuery with its neighbours, and what tests ask of it."""

    def __init__(self) -> None:
        self.env = Environment()
        self.env.set({"job_latency": 0.0, "registration_latency": 0.0, "version_latency": 0.0})
        self.registry = Registry(self.env)
        self.router = LogRouter(self.env, publish=lambda *_: None)
        self.bigquery = BigQuery(self.env, registry=self.registry, audit=self.router)
        self.env.clock.start()
        self.http = HttpServer(bigquery_app(self.env, self.bigquery), "127.0.0.1", 0)

    def client(
        self, principal: str = "ana@example.com", location: str | None = None
    ) -> bigquery.Client:
        """The official client of a person."""
        return bigquery.Client(
            project=PROJECT,
            credentials=Credentials(token=principal),
            client_options={"api_endpoint": f"http://127.0.0.1:{self.http.port}"},
            location=location,
        )

    def stop(self) -> None:
        """End what was started."""
        self.http.stop()
        self.env.clock.stop()

    def set(self, **changes: Any) -> None:
        """Change settings."""
        self.env.set(changes)

    def deploy(self, model_id: str, version: int = 1, *, undeploy: bool = False) -> None:
        """Deploy a version to ENDPOINT, or undeploy it."""
        state = self.registry.dump()
        model = next(item for item in state["models"] if item["model_id"] == model_id)
        found = next(item for item in model["versions"] if item["number"] == version)
        found["deployed_models"] = [] if undeploy else [{"endpoint": ENDPOINT, "id": "7"}]
        self.registry.load(state)

    def versions(self, model_id: str) -> list[int]:
        """The numbers of the versions under an id."""
        models = self.registry.dump()["models"]
        found = [model["versions"] for model in models if model["model_id"] == model_id]
        return [version["number"] for versions in found for version in versions]

    def entries(self, *, legacy: bool = False) -> list[dict[str, Any]]:
        """The audit entries so far, of the new format unless asked for the old one."""
        entries = self.router.dump()["entries"]
        return [entry for entry in entries if ("metadata" in entry["protoPayload"]) != legacy]

    def events(self) -> list[str]:
        """Which events the entries so far are about."""
        return [event_of(entry) for entry in self.entries()]

    def clear_entries(self) -> None:
        """Look only at what comes from now on."""
        self.router.load({"entries": []})

    def await_that(self, condition: Callable[[], bool], seconds: float = 5.0) -> None:
        """Wait until something is true."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "it did not become true in time"
            self.env.clock.advance(0)
            time.sleep(0.005)


def event_of(entry: dict[str, Any]) -> str:
    """The event's key in an entry's metadata."""
    keys = [key for key in entry["protoPayload"]["metadata"] if key != "@type"]
    return keys[0] if keys else "refused"


@contextmanager
def running_server() -> Iterator[BigQueryServer]:
    """A server for the length of a test."""
    os.environ.pop("BIGQUERY_EMULATOR_HOST", None)
    server = BigQueryServer()
    try:
        yield server
    finally:
        server.stop()


def run(client: bigquery.Client, sql: str) -> bigquery.QueryJob:
    """A statement, to its end."""
    job = client.query(sql)
    job.result()
    return job
