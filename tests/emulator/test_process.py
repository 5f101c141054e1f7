"""`python -m emulator` as a process: what it prints, where it listens, how it ends."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
import requests
from google.api_core import exceptions
from google.cloud import aiplatform_v1

from local.cloud.servers import Addresses, clean_environment
from tests.emulator.cloud_clients import REGION, SUBSCRIPTION, TOPIC, Clients

REPOSITORY = Path(__file__).parents[2]
KEYS = {"bigquery", "vertex_grpc", "vertex_rest", "pubsub", "firestore", "control", "env"}
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts local clouds; what a test leaves running is killed."""
    started: list[subprocess.Popen[str]] = []

    def begin(*options: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "emulator", *options],
            cwd=REPOSITORY,
            env=clean_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def addresses_of(process: subprocess.Popen[str]) -> Addresses:
    assert process.stdout
    return Addresses(**json.loads(process.stdout.readline()))


def end(process: subprocess.Popen[str], number: int = signal.SIGTERM) -> tuple[str, str, float]:
    """What else it wrote to either stream, and the seconds that it took to end."""
    begun = time.monotonic()
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    return out, err, time.monotonic() - begun


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["sigterm", "sigint"])
def test_it_prints_one_line_of_addresses_and_ends_when_told(start: Start, number: int) -> None:
    process = start()
    assert process.stdout
    printed = json.loads(process.stdout.readline())
    out, err, seconds = end(process, number)

    assert set(printed) == KEYS
    assert printed["env"] == {
        "BIGQUERY_EMULATOR_HOST": printed["bigquery"],
        "FIRESTORE_EMULATOR_HOST": printed["firestore"],
        "PUBSUB_EMULATOR_HOST": printed["pubsub"],
        "VERTEX_EMULATOR_HOST": printed["vertex_grpc"],
    }
    assert (out, err, process.returncode) == ("", "", 0)
    assert seconds < 3


def in_background(*calls: Callable[[], Any]) -> None:
    def quietly(call: Callable[[], Any]) -> None:
        # The server goes away under it.
        with contextlib.suppress(exceptions.GoogleAPICallError, requests.RequestException):
            call()

    for call in calls:
        threading.Thread(target=quietly, args=[call], daemon=True).start()


def await_that(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not become true in time"
        time.sleep(0.01)


def test_calls_under_way_do_not_keep_it(start: Start) -> None:
    process = start()
    addresses = addresses_of(process)
    clients = Clients(addresses)
    clients.create_topic()
    for method in ("GetDataset", "GetTopic"):
        order = {"method": method, "kind": "latency", "seconds": 60}
        requests.post(f"{addresses.control}/faults", json=order, timeout=5).raise_for_status()
    stream = clients.subscriber.subscribe(SUBSCRIPTION, lambda message: message.nack())
    clients.publisher.publish(TOPIC, b"again and again").result(timeout=5)
    in_background(
        lambda: clients.bigquery.get_dataset("sales", retry=None),
        lambda: clients.publisher.get_topic(topic=TOPIC, retry=None),
        lambda: requests.get(f"{addresses.control}/idle?timeout=60", timeout=70),
        lambda: clients.subscriber.pull(subscription=SUBSCRIPTION, max_messages=1, retry=None),
    )
    await_that(lambda: not requests.get(f"{addresses.control}/faults", timeout=5).json()["open"])
    _, err, seconds = end(process)
    stream.cancel()

    assert process.returncode == 0
    assert "Traceback" not in err
    assert seconds < 3


def test_fixed_ports_are_honoured(start: Start) -> None:
    names = ("bigquery", "vertex-grpc", "vertex-rest", "pubsub", "firestore", "control")
    wanted = {name: free_port() for name in names}
    process = start(*(f"--{name}-port={port}" for name, port in wanted.items()))
    addresses = addresses_of(process)
    given = {name: getattr(addresses, name.replace("-", "_")) for name in names}

    assert {name: int(text.rpartition(":")[2]) for name, text in given.items()} == wanted


@pytest.mark.parametrize("name", ["bigquery", "pubsub", "firestore"])
def test_a_port_that_is_taken_is_told_without_a_traceback(start: Start, name: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = start(f"--{name}-port={taken.getsockname()[1]}")
        out, err = process.communicate(timeout=30)

    assert (out, process.returncode) == ("", 1)
    assert "The local cloud cannot listen: " in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("server", "method", "path"),
    [
        ("bigquery", "GET", "/bigquery/v2/projects/shop/datasets/sales/tables"),
        ("bigquery", "POST", "/bigquery/v2/projects/shop/datasets/sales/models"),
        ("bigquery", "POST", "/upload/bigquery/v2/projects/shop/jobs"),
        ("vertex_rest", "GET", "/v1/projects/shop/locations/us-central1/datasets/d"),
        ("vertex_rest", "POST", "/v1/projects/shop/locations/us-central1/endpoints/1:rawPredict"),
    ],
    ids=["tables", "no-insert-of-models", "upload", "vertex-get", "vertex-custom-verb"],
)  # fmt: skip
def test_an_unknown_rest_method_answers_501_with_its_name(
    local_cloud: Addresses, server: str, method: str, path: str
) -> None:
    answer = requests.request(method, getattr(local_cloud, server) + path, json={}, timeout=5)
    error = answer.json()["error"]

    assert (answer.status_code, error["status"]) == (501, "UNIMPLEMENTED")
    assert error["message"] == f"The local cloud does not implement {method} {path}."


def test_vertex_ai_over_rest_names_a_missing_method_to_the_official_client_too(
    local_cloud: Addresses,
) -> None:
    client = aiplatform_v1.ModelServiceClient(
        transport="rest",
        credentials=Clients(local_cloud).bigquery._credentials,
        client_options={"api_endpoint": local_cloud.vertex_rest},
    )

    with pytest.raises(exceptions.MethodNotImplemented, match=r"v1\.ModelService\.CopyModel"):
        client.copy_model(parent=REGION, source_model=f"{REGION}/models/m", retry=None)


@pytest.mark.parametrize(
    ("server", "method"),
    [
        ("vertex_grpc", "google.cloud.aiplatform.v1.EndpointService/MutateDeployedModel"),
        ("vertex_grpc", "google.cloud.aiplatform.v1.ModelService/CopyModel"),
        ("pubsub", "google.pubsub.v1.Subscriber/CreateSnapshot"),
        ("pubsub", "google.iam.v1.IAMPolicy/SetIamPolicy"),
        ("firestore", "google.firestore.v1.Firestore/PartitionQuery"),
        ("firestore", "google.firestore.admin.v1.FirestoreAdmin/UpdateDatabase"),
    ],
)
def test_an_unknown_grpc_method_is_unimplemented_with_its_name(
    local_cloud: Addresses, server: str, method: str
) -> None:
    with grpc.insecure_channel(getattr(local_cloud, server)) as channel:
        with pytest.raises(grpc.RpcError) as refused:
            channel.unary_unary(f"/{method}")(b"", timeout=5)
        error: Any = refused.value

    assert error.code() is grpc.StatusCode.UNIMPLEMENTED
    assert error.details() == f"The local cloud does not implement {method.replace('/', '.')}."
