"""BigQuery alone, or Firestore alone, on a port of its own, in this process.

tests/emulator/bigquery_server.py and firestore_server.py tell what that is.

Modules that need it filled otherwise have a `client` of their own.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from google.cloud import bigquery

from tests.emulator.bigquery_server import BigQueryServer, running_server
from tests.emulator.firestore_server import Served, serve


@pytest.fixture
def server() -> Iterator[BigQueryServer]:
    with running_server() as running:
        yield running


@pytest.fixture
def client(server: BigQueryServer) -> bigquery.Client:
    """The official client, with one dataset."""
    client = server.client()
    client.create_dataset("sales")
    return client


@pytest.fixture
def store() -> Iterator[Served]:
    """Firestore alone, with the empty database of firestore_server.py."""
    with serve() as served:
        yield served
