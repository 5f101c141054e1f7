"""Deletion requests that the functions publish themselves: a clean-up goes on in the next delivery."""

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
    """The same intent for the next delivery, about the very model that was looked at.

    The generation names it from here on: an etag changes with every label that we write ourselves.
    `undeploying` are announced to leave, and not yet announced to be gone; `undeployed` have gone
    since the intent's own count.
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
    """Publish it; a copy of one that came to nothing may be asked for again, and is another one."""
    context.ports.publisher.publish(context.deletion_topic, [message])


def publish_once(intent: DeletionIntent, context: Context) -> None:
    """Publish it, unless this instance has just done so: what is due is due at every look."""
    message = request_message(intent)
    digest = hashlib.sha256(message.data).hexdigest()
    if context.recently_published.unpublished([digest]):
        publish_request(message, context)
        context.recently_published.note([digest])
