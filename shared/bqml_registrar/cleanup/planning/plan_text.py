"""Describes a clean-up plan in words, one line for each fact that a person needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bqml_registrar.cleanup.planning.endpoint_plan import EndpointPlan
from bqml_registrar.cleanup.planning.plan import CleanupPlan
from bqml_registrar.cleanup.planning.protections import Protection

# A log entry has 256 KB, https://cloud.google.com/logging/quotas; people read far less.
_CHARACTERS = 10_000


def plan_lines(plan: CleanupPlan) -> tuple[str, ...]:
    """The protections, the endpoints by name, and what happens to the model."""
    return tuple(_lines(plan))


def plan_text(plan: CleanupPlan) -> str:
    """The lines as one text, for logs and events; too many are cut, with a count of the rest."""
    text, lines = "", plan_lines(plan)
    for number, line in enumerate(lines):
        if len(text) + len(line) > _CHARACTERS:
            return f"{text}; and {len(lines) - number} more"
        text = f"{text}; {line}" if text else line
    return text


def _lines(plan: CleanupPlan) -> Iterator[str]:
    for found in plan.protections:
        yield _protection(found, is_forced=plan.is_forced)
    if plan.is_blocked:
        yield "nothing is done, the plan would be"
    for endpoint in plan.endpoints:
        yield f"endpoint {endpoint.endpoint}: {'; '.join(_clauses(endpoint))}"
    if plan.is_empty:
        yield "the model is deployed nowhere"
    if plan.deletes_model:
        yield f"model {plan.model} is deleted then"


def _protection(found: Protection, *, is_forced: bool) -> str:
    if is_forced:
        return f"overridden by force: {found.detail}"
    return f"blocked: {found.detail}"


def _clauses(plan: EndpointPlan) -> Iterator[str]:
    leaving, of_all = len(plan.leaving), len(plan.leaving) + len(plan.staying)
    if leaving:
        models = "deployed model" if of_all == 1 else "deployed models"
        yield f"{leaving} of {of_all} {models} {'leaves' if leaving == 1 else 'leave'}"
    if plan.traffic:
        when = "then" if plan.staying else "first"
        how = " in equal shares" if plan.rest_without_traffic else ""
        yield f"traffic {when}{how} {split_text(plan.traffic)}"
    if not plan.staying:
        yield f"empty then, and {'deleted' if plan.deletes_endpoint else 'kept'}"
    if plan.monitoring_job:
        yield f"watched by {plan.monitoring_job}"


def split_text(traffic: Mapping[str, int]) -> str:
    """A split with the largest shares first: `99=60, 12=40`."""
    by_share = sorted(traffic.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{id_}={share}" for id_, share in by_share)
