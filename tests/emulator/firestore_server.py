"""Firestore behind a real gRPC port, and the official clients that talk to it.

Real: the server, the clients. The clock stands still but for `advance`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import grpc
import pytest
from google.cloud import firestore, firestore_admin_v1
from google.cloud.firestore_admin_v1.services.firestore_admin.transports import (
    FirestoreAdminGrpcTransport,
)
from google.cloud.firestore_v1.base_query import FieldFilter

from emulator.cloud import Environment, LocalCloud
from emulator.firestore.service import Firestore
from emulator.firestore.wire import firestore_services
from emulator.grpc_wire import start_server
from tests.faults.clock import ManualClock

PROJECT = "shop"
DATABASE = "registry"
NAME = f"projects/{PROJECT}/databases/{DATABASE}"
ROOT = f"{NAME}/documents"
# By model ascending, then the latest first.
LATEST = {
    "collectionGroup": "models",
    "fields": [
        {"fieldPath": "state", "order": "ASCENDING"},
        {"fieldPath": "seen", "order": "DESCENDING"},
    ],
}


class Served:
    """One database, its official clients, and what tests do to the local cloud."""

    def __init__(self, env: Environment, service: Firestore, address: str) -> None:
        self.env = env
        self.service = service
        self.cloud = LocalCloud(env, {"firestore": service})
        self.address = address
        self._clients: list[firestore.Client] = []
        self.client = self.another()
        self._channel = grpc.insecure_channel(address)
        self.admin = firestore_admin_v1.FirestoreAdminClient(
            transport=FirestoreAdminGrpcTransport(channel=self._channel)
        )

    def another(self, database: str = DATABASE) -> firestore.Client:
        """One more client, which finds its way by FIRESTORE_EMULATOR_HOST."""
        self._clients.append(firestore.Client(project=PROJECT, database=database))
        return self._clients[-1]

    def close(self) -> None:
        """No client talks any more."""
        self._channel.close()
        for client in self._clients:
            client.close()

    def model(self, name: str = "churn") -> Any:
        """A document that need not be there."""
        return self.client.collection("models").document(name)

    def advance(self, seconds: float) -> None:
        self.env.clock.advance(seconds)

    def fault(self, method: str, kind: str, **order: Any) -> None:
        self.env.gate.faults.add({"method": method, "kind": kind, **order})

    def declare(self, **parts: Any) -> None:
        """The same database with indexes, fields or documents in place of those it had."""
        (database,) = self.service.dump()["databases"]
        self.cloud.load({"firestore": {"databases": [{**database, **parts}]}})

    def calls(self) -> list[str]:
        return [call["method"].rpartition(".")[2] for call in self.env.gate.calls.dump()]


@contextmanager
def serve() -> Iterator[Served]:
    """An empty database `registry`."""
    env = Environment(ManualClock())
    service = Firestore(env)
    service.add_database({"name": NAME, "locationId": "eur3"})
    server, port = start_server("127.0.0.1:0", *firestore_services(env, service))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FIRESTORE_EMULATOR_HOST", f"127.0.0.1:{port}")
        served = Served(env, service, f"127.0.0.1:{port}")
        yield served
        served.close()
    server.stop(grace=0).wait(timeout=2)


def where(field: str, operator: str, value: Any) -> FieldFilter:
    """A condition of a query."""
    return FieldFilter(field, operator, value)


def ids(results: Any) -> list[str]:
    """The IDs of documents, in the order in which they came."""
    return [snapshot.id for snapshot in results]
