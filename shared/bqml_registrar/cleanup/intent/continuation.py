"""Deletion requests that the functions publish themselves, to continue in the next delivery."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from msgspec.structs import replace

from bqml_registrar.cleanup.intent.intents import DeletionIntent, PlannedUndeployment
from bqml_registrar.cleanup.intent.requests import write_request
from bqml_registrar.delivery.context import Context
from bqml_registrar.messages.outgoing import OutgoingMessage
from bqml_registrar.resources.models import BigQueryModel


def continued(
    intent: DeletionIntent,
    model: BigQueryModel,
    undeploying: Sequence[PlannedUndeployment],
    undeployed: int = 0,
) -> DeletionIntent:
    """The same intent for the next delivery, about exactly the model that was read.

    From here on the generation identifies it: each label that the registrar writes changes the
    etag. `undeploying` are announced as planned, but not yet as undeployed; `undeployed` counts
    those that were undeployed since the intent's own count.
    """
    return replace(
        intent,
        generation=model.generation,
        etag="",
        undeploying=tuple(undeploying),
        undeployed=intent.undeployed + undeployed,
        hop=intent.hop + 1,
    )


def request_message(intent: DeletionIntent) -> OutgoingMessage:
    """The message of an intent; PermanentError if it would be too large."""
    return OutgoingMessage(write_request(intent), {})


def publish_request(message: OutgoingMessage, context: Context) -> None:
    """Publish it without a check for duplicates: a repeat of a failed request is a new request."""
    context.ports.publisher.publish(context.deletion_topic, [message])


def publish_once(intent: DeletionIntent, context: Context) -> None:
    """Publish it, unless this instance just did: every assessment finds a due deletion due."""
    message = request_message(intent)
    digest = hashlib.sha256(message.data).hexdigest()
    if context.recently_published.unpublished([digest]):
        publish_request(message, context)
        context.recently_published.note([digest])
