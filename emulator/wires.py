"""The wires of the local cloud: which server listens where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import grpc

from emulator.assembly import Services
from emulator.bigquery.rest import bigquery_app
from emulator.control import control_app
from emulator.firestore.wire import firestore_services
from emulator.grpc_wire import start_server
from emulator.http_wire import HttpServer
from emulator.pubsub.schema_wire import schema_service
from emulator.pubsub.wire import publisher_service, subscriber_service
from emulator.vertex.rest import vertex_rest_app
from emulator.vertex.wire import vertex_services


@dataclass(frozen=True, kw_only=True)
class Ports:
    """Wanted ports; 0 = any free one."""

    bigquery: int = 0
    vertex_grpc: int = 0
    vertex_rest: int = 0
    pubsub: int = 0
    firestore: int = 0
    control: int = 0


class Wires:
    """All servers of one local cloud."""

    def __init__(self, services: Services, host: str, ports: Ports) -> None:
        self._services = services
        self._host = host
        self._wanted = ports
        self._http: dict[str, HttpServer] = {}
        self._grpc: dict[str, tuple[grpc.Server, int]] = {}

    def start(self) -> None:
        """Listen everywhere; OSError or RuntimeError if a wanted port is not free."""
        services, env, wanted = self._services, self._services.environment, self._wanted
        self._serve_http("bigquery", bigquery_app(env, services.bigquery), wanted.bigquery)
        self._serve_http("vertex_rest", vertex_rest_app(env, services.vertex), wanted.vertex_rest)
        self._serve_http("control", control_app(services.cloud, services.logging), wanted.control)
        self._grpc["vertex_grpc"] = start_server(
            f"{self._host}:{wanted.vertex_grpc}", *vertex_services(env, services.vertex)
        )
        self._grpc["pubsub"] = start_server(
            f"{self._host}:{wanted.pubsub}",
            publisher_service(env, services.pubsub),
            subscriber_service(env, services.pubsub),
            schema_service(env, services.pubsub),
        )
        self._grpc["firestore"] = start_server(
            f"{self._host}:{wanted.firestore}", *firestore_services(env, services.firestore)
        )
        env.clock.start()
        services.pubsub.start()

    def stop(self) -> None:
        """End what was started."""
        self._services.pubsub.stop()
        stopping = [server.stop(grace=0.2) for server, _ in self._grpc.values()]
        for http in self._http.values():
            http.stop()
        for stopped in stopping:
            stopped.wait(timeout=2)
        self._services.environment.clock.stop()

    def _serve_http(self, name: str, app: Any, port: int) -> None:
        self._http[name] = HttpServer(app, self._host, port)

    def addresses(self) -> dict[str, Any]:
        """Where everything listens, and the environment that points our clients there."""
        http = {name: f"http://{self._host}:{server.port}" for name, server in self._http.items()}
        grpc_ports = {name: f"{self._host}:{port}" for name, (_, port) in self._grpc.items()}
        env = {
            "BIGQUERY_EMULATOR_HOST": http["bigquery"],
            "FIRESTORE_EMULATOR_HOST": grpc_ports["firestore"],
            "PUBSUB_EMULATOR_HOST": grpc_ports["pubsub"],
            "VERTEX_EMULATOR_HOST": grpc_ports["vertex_grpc"],
        }
        return {**http, **grpc_ports, "env": env}
