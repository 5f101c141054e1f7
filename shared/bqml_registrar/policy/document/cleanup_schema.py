"""Clean-up rules as a policy document writes them; what is not written is not set."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from bqml_registrar.policy.cleanup_rules import (
    CleanupRules,
    EmptiedEndpoints,
    OnExpiration,
    OnRefusedDelete,
    RestWithoutTraffic,
    Retirement,
)
from bqml_registrar.policy.document.condition_schema import LabelConditions
from bqml_registrar.policy.document.values import Globs, OnlyFalse, RetireKey

_RULES = CleanupRules()
_RETIREMENT = Retirement()

RefusedDelete = Annotated[
    OnRefusedDelete,
    Meta(
        description="notify, undeploy or undeploy_and_retry. What follows when BigQuery refuses to "
        f"drop or replace a deployed model; {_RULES.on_refused_delete} if not given."
    ),
]
Expiration = Annotated[
    OnExpiration,
    Meta(
        description="notify or undeploy. What follows when a deployed model is about to expire; "
        f"{_RULES.on_expiration} if not given."
    ),
]
HorizonHours = Annotated[
    int,
    Meta(
        ge=1,
        le=720,
        description="A whole number of hours from 1 to 720. How long before a model expires on_expiration "
        f"follows; {_RULES.expiration_horizon_hours} if not given.",
    ),
]
GraceDays = Annotated[
    int,
    Meta(
        ge=0,
        le=365,
        description="A whole number of days from 0 to 365. How long after the label came the model is "
        "deleted, where the label's value is true.",
    ),
]
TrafficShare = Annotated[
    int,
    Meta(
        ge=0,
        le=100,
        description="A whole number from 0 to 100, in percent. More of an endpoint's live traffic than "
        "this protects the model.",
    ),
]
Undeployments = Annotated[
    int,
    Meta(
        ge=1,
        le=1000,
        description="A whole number of deployed models from 1 to 1000. No request undeploys more; "
        f"{_RULES.max_undeployments} if not given.",
    ),
]
Emptied = Annotated[
    EmptiedEndpoints,
    Meta(
        description="keep or delete. What becomes of an endpoint that serves nothing any more; "
        f"{_RULES.emptied_endpoints} if not given."
    ),
]
RestIdle = Annotated[
    RestWithoutTraffic,
    Meta(
        description="stop or equal_shares. What to do where all other deployed models of an "
        f"endpoint have no traffic; {_RULES.rest_without_traffic} if not given."
    ),
]
IntentHours = Annotated[
    int,
    Meta(
        ge=1,
        le=168,
        description="A whole number of hours from 1 to 168. An older intent to delete is not acted on; "
        f"{_RULES.max_intent_age_hours} if not given.",
    ),
]


class RetireDocument(Struct, frozen=True, forbid_unknown_fields=True):
    """A mapping with label and grace_days; {} takes the defaults."""

    label: RetireKey = _RETIREMENT.label
    grace_days: GraceDays = _RETIREMENT.grace_days


ProtectingLabels = Annotated[
    LabelConditions,
    Meta(min_length=1, description="A mapping of label keys to conditions. Any of them protects."),
]
ProtectingAliases = Annotated[
    Globs, Meta(description="A glob for aliases of versions, or a list of globs. Any protects.")
]


class ProtectDocument(Struct, frozen=True, forbid_unknown_fields=True):
    """A mapping with labels, aliases or traffic_share, each of which protects by itself."""

    labels: ProtectingLabels | UnsetType = UNSET
    aliases: ProtectingAliases | UnsetType = UNSET
    traffic_share: TrafficShare | UnsetType = UNSET


Retire = Annotated[
    OnlyFalse | RetireDocument,
    Meta(
        description="A mapping with label and grace_days, or false to follow no retire label. {} "
        "takes the label retire and 14 days; if nothing is given, no label is followed."
    ),
]
Protect = Annotated[
    OnlyFalse | ProtectDocument,
    Meta(
        description="A mapping with labels, aliases or traffic_share, or false for no protection. "
        "What keeps a model from being undeployed, unless a request forces it."
    ),
]


class CleanupDocument(Struct, frozen=True, forbid_unknown_fields=True):
    """A mapping of clean-up rules, such as {on_refused_delete: undeploy}."""

    on_refused_delete: RefusedDelete | UnsetType = UNSET
    on_expiration: Expiration | UnsetType = UNSET
    expiration_horizon_hours: HorizonHours | UnsetType = UNSET
    retire: Retire | UnsetType = UNSET
    protect: Protect | UnsetType = UNSET
    max_undeployments: Undeployments | UnsetType = UNSET
    emptied_endpoints: Emptied | UnsetType = UNSET
    rest_without_traffic: RestIdle | UnsetType = UNSET
    max_intent_age_hours: IntentHours | UnsetType = UNSET
