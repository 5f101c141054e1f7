"""Fixtures of the Pub/Sub tests: a broker behind its real wire, and an HTTP endpoint for push."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import grpc
import pytest
from google.cloud.pubsub_v1 import SchemaServiceClient

from emulator.cloud import Environment
from emulator.grpc_wire import start_server
from emulator.pubsub.broker import Broker
from emulator.pubsub.schema_wire import schema_service
from emulator.pubsub.wire import publisher_service, subscriber_service
from tests.emulator.pubsub_server import Endpoint, PubSub, Received


@pytest.fixture
def pubsub(monkeypatch: pytest.MonkeyPatch) -> Iterator[PubSub]:
    env = Environment()
    broker = Broker(env)
    env.clock.start()
    broker.start()
    server, port = start_server(
        "127.0.0.1:0",
        publisher_service(env, broker),
        subscriber_service(env, broker),
        schema_service(env, broker),
    )
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", f"127.0.0.1:{port}")
    yield PubSub(env, broker)
    broker.stop()
    server.stop(grace=0.2).wait(timeout=2)
    env.clock.stop()


@pytest.fixture
def schemas(pubsub: PubSub) -> Iterator[SchemaServiceClient]:
    """The official client of schemas; as it does not read PUBSUB_EMULATOR_HOST, it gets a channel."""
    transport = SchemaServiceClient.get_transport_class("grpc")
    with grpc.insecure_channel(os.environ["PUBSUB_EMULATOR_HOST"]) as channel:
        yield SchemaServiceClient(transport=transport(channel=channel))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def _handler(endpoint: Endpoint) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {key.lower(): value for key, value in self.headers.items()}
            self.send_response(endpoint.answer(Received(self.path, headers, body)))
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    return Handler


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    endpoint = Endpoint()
    endpoint.gate.set()

    server = _Server(("127.0.0.1", 0), _handler(endpoint))
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    endpoint.url = f"http://127.0.0.1:{server.server_port}/push"
    yield endpoint
    endpoint.gate.set()
    server.shutdown()
    server.server_close()
