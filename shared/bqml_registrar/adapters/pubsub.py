"""Pub/Sub as the publisher, through the generated client of google-cloud-pubsub.

The hand-written client batches on background threads and resolves futures. This one publishes
messages together in one call, or as few as Pub/Sub allows, and returns when they are confirmed. It
is also cheaper to import.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from google.api_core.exceptions import NotFound
from google.api_core.gapic_v1.client_info import ClientInfo
from google.pubsub_v1 import PublisherClient, PubsubMessage

from bqml_registrar import AGENT, VERSION
from bqml_registrar.adapters.faults import translated
from bqml_registrar.errors import DeliveryError, PermanentError, RetryableError, StaleError
from bqml_registrar.messages.outgoing import OutgoingMessage
from bqml_registrar.reasons import Reason

_CALL: dict[str, Any] = {"retry": None, "timeout": 30.0}
# Of one request: https://cloud.google.com/pubsub/quotas#resource_limits, less room for the topic's name
# and the lengths.
_MESSAGES = 1_000
_BYTES = 9_900_000


def connect(emulator: str = "") -> PublisherClient:
    """The official generated client; `emulator` is host:port of a plaintext server, or empty."""
    info = ClientInfo(user_agent=f"{AGENT}/{VERSION}")
    if not emulator:
        return PublisherClient(client_info=info)
    import grpc  # noqa: PLC0415 - loaded by the client anyway, and needed here only for an emulator

    transport = PublisherClient.get_transport_class("grpc")
    return PublisherClient(
        transport=transport(channel=grpc.insecure_channel(emulator)), client_info=info
    )


class PubSubPublisher:
    """The port `Publisher`."""

    def __init__(self, client: PublisherClient) -> None:
        self._client = client

    def publish(self, topic: str, messages: Sequence[OutgoingMessage]) -> None:
        """Publish in order; all are confirmed when this returns."""
        wanted = [
            PubsubMessage(
                data=message.data, attributes=message.attributes, ordering_key=message.ordering_key
            )
            for message in messages
        ]
        try:
            with translated():
                for batch in _batches(wanted):
                    self._client.publish(topic=topic, messages=batch, **_CALL)
        except StaleError as error:  # nothing was read that could be read again
            raise _refusal(topic, error) from error


def _batches(messages: Sequence[PubsubMessage]) -> Iterator[list[PubsubMessage]]:
    """As few batches as possible, in order; Pub/Sub itself refuses a message that is too large."""
    batch: list[PubsubMessage] = []
    size = 0
    for message in messages:
        own = PubsubMessage.pb(message).ByteSize() + 5  # the field's number and length
        if batch and (len(batch) == _MESSAGES or size + own > _BYTES):
            yield batch
            batch, size = [], 0
        batch.append(message)
        size += own
    if batch:
        yield batch


def _refusal(topic: str, error: StaleError) -> DeliveryError:
    detail = f"{topic}: {error}"
    if isinstance(error.__cause__, NotFound):
        return PermanentError(Reason.REFUSED_BY_SERVICE, detail)
    return RetryableError(Reason.SERVICE_UNAVAILABLE, detail)
