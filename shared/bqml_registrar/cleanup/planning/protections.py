"""Finds what protects a model from being undeployed and deleted, before anything changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from msgspec import Struct

from bqml_registrar.cleanup.planning.endpoint_plan import EndpointPlan
from bqml_registrar.policy.cleanup_rules import CleanupRules, Protections, RestWithoutTraffic
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.models import ModelVersion


class Protection(Struct, frozen=True, kw_only=True):
    """One protection: a reason's name, and which label, alias or endpoint it is about."""

    reason: str
    detail: str


def protections_of_model(
    protect: Protections, labels: Mapping[str, str], versions: Sequence[ModelVersion]
) -> Iterator[Protection]:
    """Protections by the model's labels, and by the aliases of any of its versions."""
    for key, condition in sorted(protect.labels.items()):
        if condition.holds(value := labels.get(key)):
            text = f"no label {key}" if value is None else f"label {key}={value}"
            yield _protection(Reason.PROTECTED_BY_LABEL, text)
    for version in versions:
        for alias in sorted(version.aliases):
            if any(fnmatchcase(alias, glob) for glob in protect.aliases):
                text = f"alias {alias} on {version.name}"
                yield _protection(Reason.PROTECTED_BY_ALIAS, text)


def protections_of_endpoints(
    endpoints: Sequence[EndpointPlan], rules: CleanupRules
) -> Iterator[Protection]:
    """Protections by the live traffic that would move, or that no other model could take."""
    limit = rules.protect.traffic_share
    for plan in endpoints:
        if limit is not None and plan.share > limit:
            text = f"endpoint {plan.endpoint}: {plan.share} % of its live traffic, {limit} % may go"
            yield _protection(Reason.PROTECTED_BY_TRAFFIC, text)
    for plan in endpoints:
        if plan.rest_without_traffic and rules.rest_without_traffic is RestWithoutTraffic.STOP:
            text = f"endpoint {plan.endpoint}: no traffic on {', '.join(plan.staying)}"
            yield _protection(Reason.REST_WITHOUT_TRAFFIC, text)


def protection_by_count(planned: int, done: int, limit: int) -> Iterator[Protection]:
    """The protection by the number of undeployments, with those that the request did before."""
    if planned and done + planned > limit:
        before = f" and {done} done before" if done else ""
        text = f"{planned} undeployments{before}, {limit} may be"
        yield _protection(Reason.TOO_MANY_UNDEPLOYMENTS, text)


def _protection(reason: Reason, detail: str) -> Protection:
    return Protection(reason=reason.name, detail=detail)
