"""Deletion intents: every source of one becomes this value, and one use case follows it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

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


class PlannedUndeployment(Struct, frozen=True, kw_only=True):
    """A deployed model whose undeployment is planned and announced."""

    endpoint: EndpointName
    deployed: DeployedModel
    share: int = 0


class DeletionIntent(Struct, frozen=True, kw_only=True):
    """Somebody's intent to delete a model.

    `key` distinguishes it from all other intents about the model, also in event ids. `meant_at` is
    when it arose, not when it was read. `deletes`: delete the model itself, do not only prepare
    that. `generation` and `etag`, if set, say which model is meant. A continuation has `hop` > 0;
    its `undeploying` are not yet announced as undeployed, and `undeployed` counts those that are.
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
        """Whether an earlier delivery accepted and planned it."""
        return self.hop > 0
