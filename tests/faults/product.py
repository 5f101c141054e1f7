"""The product as one process has it: the only module here that knows how it is put together."""

from __future__ import annotations

import base64
import contextlib
import io
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import requests
from msgspec import Struct
from requests.adapters import HTTPAdapter

from bqml_registrar.cleanup.use_case import cleaner
from bqml_registrar.delivery.cloud_events import Announcer
from bqml_registrar.delivery.context import Context
from bqml_registrar.delivery.entrypoint import Entrypoint, UseCase
from bqml_registrar.policy.document.policy_file import load_policy
from bqml_registrar.policy.rules import LabelPolicy
from bqml_registrar.registration.use_case import registrar
from bqml_registrar.sweep.settings import SweepSettings
from bqml_registrar.sweep.use_case import sweeper
from bqml_registrar.wiring.clients import GooglePorts
from bqml_registrar.wiring.settings import Settings
from tests.faults.clock import ManualClock, ProductClock
from tests.faults.topic_names import (
    AUDIT,
    DEAD_LETTERS,
    EVENTS,
    PROJECT,
    REFUSALS,
    REQUESTS,
    SWEEPS,
)

POLICY = Path(__file__).parent / "policy.yaml"


class Message(Struct, frozen=True, kw_only=True):
    """What Pub/Sub hands out, and of which topic."""

    id: str
    data: bytes
    attributes: Mapping[str, str]
    topic: str
    published: datetime


class Product:
    """What all instances share: the policy and the official clients, which keep no state."""

    def __init__(self, addresses: Mapping[str, Any], clock: ManualClock) -> None:
        self.policy: LabelPolicy = load_policy(POLICY)
        self.ports = GooglePorts(
            Settings(
                project=PROJECT,
                events_topic=EVENTS,
                dead_letter_topic=DEAD_LETTERS,
                policy_file=POLICY,
                bigquery_emulator=addresses["bigquery"],
                pubsub_emulator=addresses["pubsub"],
                vertex_emulator=addresses["vertex_grpc"],
            )
        )
        self.ports.clock = ProductClock(clock)  # type: ignore[assignment]
        session = self.ports.catalog._client._http  # type: ignore[attr-defined]
        session.mount("http://", _ImpatientAdapter())
        # Of the message that an instance is about to answer; whoever asks who makes a call reads it.
        self.topic = ""

    @contextlib.contextmanager
    def answering(self, topic: str) -> Iterator[None]:
        """While an instance answers a message of the topic."""
        before, self.topic = self.topic, topic
        try:
            yield
        finally:
            self.topic = before


class Instance:
    """One instance of each function, from its start to its end."""

    def __init__(self, product: Product) -> None:
        self.log = io.StringIO()
        self._product = product
        sweeps = SweepSettings(projects=(PROJECT,), topic=SWEEPS)
        cleanup = _entrypoint(cleaner(_context(product)), product)
        self._entrypoints = {
            AUDIT: _entrypoint(registrar(_context(product)), product),
            REFUSALS: cleanup,
            REQUESTS: cleanup,
            SWEEPS: _entrypoint(sweeper(_context(product), sweeps), product),
        }

    def answer(self, message: Message, attempt: int) -> int:
        """The HTTP status with which a push of the message is answered."""
        headers, entrypoint = {"content-type": "application/json"}, self._entrypoints[message.topic]
        try:
            with contextlib.redirect_stdout(self.log), self._product.answering(message.topic):
                return entrypoint.answer(_push(message, attempt), headers)[1]
        except Exception as error:  # noqa: BLE001 - as functions-framework does
            self.log.write(f"500: {error!r}\n")
            return 500


def _context(product: Product) -> Context:
    return Context(
        policy=product.policy,
        ports=product.ports,
        announcer=Announcer(prefix="bqml.registrar", source="//bqml.registrar/faults"),
        events_topic=EVENTS,
        deletion_topic=REQUESTS,
        workers=1,  # so that calls come in one order
    )


def _entrypoint(use_case: UseCase, product: Product) -> Entrypoint:
    return Entrypoint(
        use_case=use_case,
        publisher=lambda: product.ports.publisher,
        dead_letter_topic=DEAD_LETTERS,
        project=PROJECT,
    )


def _push(message: Message, attempt: int) -> bytes:
    body = {
        "data": base64.b64encode(message.data).decode(),
        "attributes": dict(message.attributes),
        "messageId": message.id,
        "publishTime": message.published.isoformat().replace("+00:00", "Z"),
    }
    subscription = message.topic.replace("/topics/", "/subscriptions/")
    push = {"message": body, "subscription": subscription, "deliveryAttempt": attempt}
    return json.dumps(push).encode()


class _ImpatientAdapter(HTTPAdapter):
    """Sees a 504 as a client does that waits no longer: no answer at all."""

    def send(self, *args: Any, **options: Any) -> requests.Response:
        response = super().send(*args, **options)
        if response.status_code == 504:
            raise requests.exceptions.ReadTimeout("no answer in time")
        return response
