"""Reads and writes the messages of the deletion-request topic: JSON to intent, intent to JSON.

People and the functions themselves publish the same kind of message. The age of a request counts
from its first publication: a redrive does not make an old request new.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import msgspec
from msgspec.structs import asdict

from bqml_registrar.cleanup.intent.intents import DeletionIntent, PlannedUndeployment
from bqml_registrar.cleanup.intent.request_document import (
    CONTINUATION_KEYS,
    DeployedDocument,
    RequestDocument,
    UndeployingDocument,
)
from bqml_registrar.cleanup.intent.request_problems import (
    DESCRIPTIONS,
    explained,
    instant,
    malformed,
    shown,
)
from bqml_registrar.names import EndpointName, ModelName
from bqml_registrar.resources.endpoints import DeployedModel

# How far a publisher's clock may be ahead of Pub/Sub's.
_LEAD = timedelta(minutes=5)
_KEY_LENGTH = 16
# https://cloud.google.com/pubsub/quotas#resource_limits, less room for attributes.
_MESSAGE_BYTES = 9_900_000


def read_request(data: bytes, attributes: Mapping[str, str], publish_time: str) -> DeletionIntent:
    """The intent in a message; PermanentError, whose detail says where, if it is invalid."""
    document = _decoded(data)
    name = _model(document.model)
    meant_at = _meant_at(document, attributes.get("dl-publishtime") or publish_time)
    return DeletionIntent(
        name=name,
        kind=document.origin,
        key=document.key or _digest(document, meant_at),
        meant_at=meant_at,
        deletes=document.delete,
        force=document.force,
        etag=document.etag or "",
        generation=document.generation or "",
        reason=document.reason or "",
        undeploying=tuple(itertools.starmap(_planned, enumerate(document.undeploying))),
        undeployed=document.undeployed,
        hop=document.hop,
    )


def write_request(intent: DeletionIntent) -> bytes:
    """The message of an intent; PermanentError if it could not be published, or not be read.

    The check comes before anything is undeployed.
    """
    document = RequestDocument(
        model=str(intent.name),
        delete=intent.deletes,
        force=intent.force,
        etag=intent.etag or None,
        reason=intent.reason or None,
        requested_at=intent.meant_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        generation=intent.generation or None,
        origin=intent.kind,
        key=intent.key,
        hop=intent.hop,
        undeployed=intent.undeployed,
        undeploying=tuple(map(_undeploying, intent.undeploying)),
    )
    data = msgspec.json.encode(document)
    if len(data) > _MESSAGE_BYTES:
        raise malformed(
            f"`undeploying` makes a message of {len(data)} bytes, more than Pub/Sub takes; lower "
            "the rule's max_undeployments"
        )
    _decoded(data)
    return data


def _decoded(data: bytes) -> RequestDocument:
    try:
        document = msgspec.json.decode(data, type=RequestDocument)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise malformed(explained(error)) from error
    if document.hop:
        missing = [key for key in CONTINUATION_KEYS if not getattr(document, key)]
        if missing:
            raise malformed(f"`{missing[0]}` is missing, as `hop` is not 0. {DESCRIPTIONS['hop']}")
    elif document.undeploying or document.undeployed:
        what = "undeploying" if document.undeploying else "undeployed"
        raise malformed(f"`{what}` has no place where `hop` is 0. {DESCRIPTIONS['hop']}")
    return document


def _meant_at(document: RequestDocument, published: str) -> datetime:
    """The time of the request: as it states, but never later than its first publication."""
    first = instant(published, "the message's first publish time") if published else None
    if not document.requested_at:
        if first is None:
            raise malformed(
                "`requested_at` is missing, and the message has no publish time; write "
                "2026-12-01T09:00:00Z"
            )
        return first
    said = instant(document.requested_at, "`requested_at`")
    if first is None:
        return said
    if said > first + _LEAD:
        raise malformed(
            f"`requested_at` is {said.isoformat()}, after the message was published; write a time "
            "that has come, or none"
        )
    return min(said, first)


def _digest(document: RequestDocument, meant_at: datetime) -> str:
    """The key of a request without one: the same on redelivery and redrive, and unique."""
    fields = [
        document.model,
        document.delete,
        document.force,
        document.etag or "",
        document.generation or "",
        document.reason or "",
        document.origin,
        meant_at,
    ]
    return sha256(msgspec.json.encode(fields)).hexdigest()[:_KEY_LENGTH]


def _model(text: str) -> ModelName:
    try:
        return ModelName.parse(text)
    except ValueError as error:
        raise malformed(
            f"`model` is no model's name ({shown(text)!r}), write projects/P/datasets/D/models/M"
        ) from error


def _planned(number: int, document: UndeployingDocument) -> PlannedUndeployment:
    try:
        endpoint = EndpointName.parse(document.endpoint)
    except ValueError as error:
        raise malformed(
            f"`undeploying[{number}].endpoint` is no endpoint's name ({shown(document.endpoint)!r}), "
            "write projects/P/locations/L/endpoints/E"
        ) from error
    deployed = DeployedModel(**asdict(document.deployed))
    return PlannedUndeployment(endpoint=endpoint, deployed=deployed, share=document.share)


def _undeploying(planned: PlannedUndeployment) -> UndeployingDocument:
    deployed = DeployedDocument(**asdict(planned.deployed))
    endpoint = str(planned.endpoint)
    return UndeployingDocument(endpoint=endpoint, deployed=deployed, share=planned.share)
