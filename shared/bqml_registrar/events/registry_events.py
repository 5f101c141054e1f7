"""Registry events: the one source of their types, attribute names, ids and examples.

CloudEvents 1.0 in binary mode on Pub/Sub. An event's id names what changed, never what told us:
the same change has the same id on retry, replay and redrive, and two changes never share one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from enum import StrEnum

import msgspec
from msgspec import Struct

from bqml_registrar.events.payloads import Model, Payload
from bqml_registrar.names import DatasetName, JobName, ModelName, VertexName
from bqml_registrar.reasons import Reason

DEFAULT_PREFIX = "bqml.registrar"


class EventType(StrEnum):
    """The catalogue; on the wire each is prefixed, `bqml.registrar.model.v1.registered`."""

    MODEL_REGISTERED = "model.v1.registered"
    MODEL_REJECTED = "model.v1.rejected"
    MODEL_FAILED = "model.v1.failed"
    MODEL_REPLACED = "model.v1.replaced"
    MODEL_DELETED = "model.v1.deleted"
    ALIAS_ASSIGNED = "alias.v1.assigned"
    ALIAS_REMOVED = "alias.v1.removed"
    ALIAS_CARRIEDOVER = "alias.v1.carriedover"
    ALIAS_REJECTED = "alias.v1.rejected"
    DEPLOYMENT_UNDEPLOYPLANNED = "deployment.v1.undeployplanned"
    DEPLOYMENT_UNDEPLOYED = "deployment.v1.undeployed"
    DEPLOYMENT_UNDEPLOYFAILED = "deployment.v1.undeployfailed"
    DELETION_REQUESTED = "deletion.v1.requested"
    DELETION_BLOCKED = "deletion.v1.blocked"
    DELETION_READY = "deletion.v1.ready"
    DELETION_COMPLETED = "deletion.v1.completed"
    DELETION_CANCELLED = "deletion.v1.cancelled"
    RECONCILE_COMPLETED = "reconcile.v1.completed"
    RECONCILE_DRIFTDETECTED = "reconcile.v1.driftdetected"


MEANINGS = {
    EventType.MODEL_REGISTERED: "A BigQuery model has a version in the registry, as the rule says.",
    EventType.MODEL_REJECTED: "A rule asked for a registration that cannot be, or no rule names a "
    "registered model any more; the reason says which.",
    EventType.MODEL_FAILED: "A model could not be registered, or cleaned up, and a person has to mend "
    "something.",
    EventType.MODEL_REPLACED: "The version took the place of one that BigQuery deleted: "
    "`CREATE OR REPLACE MODEL`.",
    EventType.MODEL_DELETED: "A registered BigQuery model was dropped or expired, and with it its "
    "version.",
    EventType.ALIAS_ASSIGNED: "A version got an alias that the rule gives.",
    EventType.ALIAS_REMOVED: "An alias was taken away: the rule no longer gives it, or the version "
    "that had it is gone and nothing remembers it.",
    EventType.ALIAS_CARRIEDOVER: "A version got an alias that the version which it replaces had.",
    EventType.ALIAS_REJECTED: "A remembered alias was not carried over: it is on another version by "
    "now, or the registry's API refuses its form; the reason says which.",
    EventType.DEPLOYMENT_UNDEPLOYPLANNED: "A deployed model will leave its endpoint, as the model is "
    "to be deleted.",
    EventType.DEPLOYMENT_UNDEPLOYED: "A deployed model that was planned to leave its endpoint has left.",
    EventType.DEPLOYMENT_UNDEPLOYFAILED: "A deployed model could not leave its endpoint and a person "
    "has to mend something; other endpoints go on.",
    EventType.DELETION_REQUESTED: "An intent to delete a model was heard: it is planned, or the model "
    "is to be deleted on a date; the reason says which.",
    EventType.DELETION_BLOCKED: "An intent to delete a model goes no further; `how_to_go_on` says "
    "what a person can do.",
    EventType.DELETION_READY: "No version of a model is deployed any more: it can be dropped or replaced.",
    EventType.DELETION_COMPLETED: "A model was undeployed everywhere, and deleted.",
    EventType.DELETION_CANCELLED: "An intent to delete a model is not followed (any more); the reason "
    "says why.",
    EventType.RECONCILE_COMPLETED: "All models of a dataset were compared with policy and registry.",
    EventType.RECONCILE_DRIFTDETECTED: "The sweep found what no event had settled, or a version whose "
    "BigQuery model is gone.",
}


class RegistryEvent(Struct, frozen=True, kw_only=True):
    """One change to be announced. `target` tells it from every other of its type and generation.

    For a change of a model it is the id of the transition that the store holds. `name` is of the
    BigQuery resource that it is about: mostly a model.
    """

    type: EventType
    name: ModelName | DatasetName | JobName
    payload: Payload
    vertex: VertexName | None = None
    target: str = ""

    @property
    def reason(self) -> Reason:
        """Why it happened: its verdict's."""
        return Reason[self.payload.verdict.reason]

    @property
    def id(self) -> str:
        """A digest of what changed."""
        verdict = self.payload.verdict
        changed = [
            self.type.value,
            str(self.name),
            self._generation,
            self.target,
            verdict.dry_run,
        ]
        return hashlib.sha256(msgspec.json.encode(changed)).hexdigest()[:32]

    @property
    def _generation(self) -> str:
        """Empty for an intent: its key tells which model was meant, whichever is found when it is told."""
        model = self.payload.model
        if self.type in _OF_INTENTS or not isinstance(model, Model):
            return ""
        return model.generation


_OF_INTENTS = {kind for kind in EventType if kind.startswith("deletion.")}


class Cause(Struct, frozen=True, kw_only=True):
    """What led to an event: the log entry, the message that brought it, and the delivery's trace."""

    id: str
    traceparent: str = ""
    message_id: str = ""


# Names that subscriptions filter on; filters cannot be changed, so neither can these.
EXTENSIONS: dict[str, Callable[[RegistryEvent, Cause], str]] = {
    "project": lambda event, _: event.name.project,
    "dataset": lambda event, _: "" if isinstance(event.name, JobName) else event.name.dataset,
    "model": lambda event, _: event.name.model if isinstance(event.name, ModelName) else "",
    "vertexmodel": lambda event, _: event.vertex.model_id if event.vertex else "",
    "vertexversion": lambda event, _: event.vertex.version if event.vertex else "",
    "region": lambda event, _: event.vertex.region if event.vertex else "",
    "rule": lambda event, _: event.payload.verdict.rule,
    "reason": lambda event, _: event.reason.name,
    "dryrun": lambda event, _: str(event.payload.verdict.dry_run).lower(),
    "causeid": lambda _, cause: cause.id,
    "traceparent": lambda _, cause: cause.traceparent,
}
