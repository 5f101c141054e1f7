"""The clean-up rules of a policy; the defaults change nothing that nobody asked for."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from bqml_registrar.policy.conditions import Condition


class OnRefusedDelete(StrEnum):
    """What follows when BigQuery refuses to drop or replace a deployed model."""

    NOTIFY = "notify"
    UNDEPLOY = "undeploy"
    UNDEPLOY_AND_RETRY = "undeploy_and_retry"


class OnExpiration(StrEnum):
    """What follows when a deployed model is about to expire."""

    NOTIFY = "notify"
    UNDEPLOY = "undeploy"


class EmptiedEndpoints(StrEnum):
    """What becomes of an endpoint that serves nothing any more."""

    KEEP = "keep"
    DELETE = "delete"


class RestWithoutTraffic(StrEnum):
    """What to do where all other deployed models of an endpoint have no traffic."""

    STOP = "stop"
    EQUAL_SHARES = "equal_shares"


class Protections(Struct, frozen=True, kw_only=True):
    """What keeps a model from being undeployed, unless a request forces it.

    Any label condition that holds, any alias that fits a glob, a share of an endpoint's live traffic
    above `traffic_share` percent (None: any share may go).
    """

    labels: Mapping[str, Condition] = {}
    aliases: tuple[str, ...] = ()
    traffic_share: int | None = None


class Retirement(Struct, frozen=True, kw_only=True):
    """The label on a model that asks for its deletion, and the days until that is done."""

    label: str = "retire"
    grace_days: int = 14


class CleanupRules(Struct, frozen=True, kw_only=True):
    """The clean-up rules for a model; hours are how long an intent may be acted on."""

    on_refused_delete: OnRefusedDelete = OnRefusedDelete.NOTIFY
    on_expiration: OnExpiration = OnExpiration.NOTIFY
    expiration_horizon_hours: int = 48
    retirement: Retirement | None = None
    protect: Protections = Protections()
    max_undeployments: int = 20
    emptied_endpoints: EmptiedEndpoints = EmptiedEndpoints.KEEP
    rest_without_traffic: RestWithoutTraffic = RestWithoutTraffic.STOP
    max_intent_age_hours: int = 6
