"""Intents to delete a model: whatever told of one, it becomes this value, and one use case."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from bqml_registrar.audit.statements import RefusedStatement
from bqml_registrar.names import EndpointName, ModelName
from bqml_registrar.resources.endpoints import DeployedModel


class IntentKind(StrEnum):
    """What told of the intent."""

    REQUEST = "request"
    RETIREMENT = "retirement"
    EXPIRATION = "expiration"
    REFUSED_DROP = "refused_drop"
    REFUSED_REPLACE = "refused_replace"
    REFUSED_DATASET = "refused_dataset"


REFUSED_INTENTS = {
    RefusedStatement.DROP_MODEL: IntentKind.REFUSED_DROP,
    RefusedStatement.REPLACE_MODEL: IntentKind.REFUSED_REPLACE,
    RefusedStatement.DROP_SCHEMA: IntentKind.REFUSED_DATASET,
}


class PlannedUndeployment(Struct, frozen=True, kw_only=True):
    """A deployed model that was planned and announced to leave its endpoint."""

    endpoint: EndpointName
    deployed: DeployedModel
    share: int = 0


class DeletionIntent(Struct, frozen=True, kw_only=True):
    """That somebody means to delete a model.

    `key` tells this intent from every other about the model; events are named by it. `meant_at` is
    when it arose, whenever it is heard of. `deletes`: the model itself shall go, else it is only made
    ready to. `generation` and `etag`, where given, say which model was meant. A continuation has
    `hop` > 0, and in `undeploying` what was planned and is not yet told to be undeployed;
    `undeployed` is how many were.
    """

    name: ModelName
    kind: IntentKind
    key: str
    meant_at: datetime
    deletes: bool
    force: bool = False
    etag: str = ""
    generation: str = ""
    reason: str = ""
    undeploying: tuple[PlannedUndeployment, ...] = ()
    undeployed: int = 0
    hop: int = 0

    @property
    def is_continuation(self) -> bool:
        """Whether it was accepted and planned before."""
        return self.hop > 0
