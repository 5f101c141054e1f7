"""Plans what a clean-up will do, as data: a dry run publishes the object that a real run applies.

All or nothing: a blocked plan undeploys nothing, but still lists what it would undeploy. A plan
depends only on what was read: after all steps a new plan is empty, after some it has the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from bqml_registrar.cleanup.intent.intents import DeletionIntent, IntentKind, PlannedUndeployment
from bqml_registrar.cleanup.planning.endpoint_plan import (
    EndpointPlan,
    may_delete,
    own_deployed,
    plan_endpoint,
)
from bqml_registrar.cleanup.planning.protections import (
    Protection,
    protection_by_count,
    protections_of_endpoints,
    protections_of_model,
)
from bqml_registrar.names import EndpointName, ModelName
from bqml_registrar.policy.cleanup_rules import CleanupRules
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.endpoints import Endpoint
from bqml_registrar.resources.models import BigQueryModel, ModelVersion


class Observed(Struct, frozen=True, kw_only=True):
    """A model and its deployments, as read.

    `versions` are those made of this BigQuery model. `endpoints` are the ones that these name, and
    the ones in the intent's `undeploying`. `labels` has only the labels that a rule asks about.
    """

    model: BigQueryModel
    versions: tuple[ModelVersion, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    labels: Mapping[str, str] = {}


class CleanupPlan(Struct, frozen=True, kw_only=True):
    """The endpoints by name, the protections, and whether the BigQuery model is deleted at the end.

    `is_forced`: a request overrides the protections.
    """

    model: ModelName
    generation: str
    endpoints: tuple[EndpointPlan, ...] = ()
    protections: tuple[Protection, ...] = ()
    is_forced: bool = False
    deletes_model: bool = False

    @property
    def undeployments(self) -> tuple[PlannedUndeployment, ...]:
        """All undeployments in order; for a blocked plan, those that it would do."""
        return tuple(planned for endpoint in self.endpoints for planned in endpoint.leaving)

    @property
    def is_empty(self) -> bool:
        """Whether no endpoint changes: the model is not deployed anywhere (any more)."""
        return not self.endpoints

    @property
    def is_blocked(self) -> bool:
        """Whether a protection blocks the whole plan."""
        return self.blocked_by is not None

    @property
    def blocked_by(self) -> Reason | None:
        """The reason of the first protection that blocks the plan."""
        if self.is_forced or not self.protections:
            return None
        return Reason[self.protections[0].reason]


def plan_cleanup(observed: Observed, rules: CleanupRules, intent: DeletionIntent) -> CleanupPlan:
    """The plan to undeploy a model everywhere, as far as rules and intent allow."""
    is_forced = intent.force and intent.kind is IntentKind.REQUEST
    endpoints = tuple(_endpoints(observed, rules, intent, is_forced=is_forced))
    leaving = sum(len(plan.leaving) for plan in endpoints)
    gone = [item for item in intent.undeploying if not is_there(item, observed.endpoints)]
    found = (
        *protections_of_model(rules.protect, observed.labels, observed.versions),
        *protections_of_endpoints(endpoints, rules),
        *protection_by_count(leaving, intent.undeployed + len(gone), rules.max_undeployments),
    )
    return CleanupPlan(
        model=observed.model.name,
        generation=observed.model.generation,
        endpoints=endpoints,
        protections=found if leaving or intent.deletes else (),
        is_forced=is_forced,
        deletes_model=intent.deletes,
    )


def _endpoints(
    observed: Observed, rules: CleanupRules, intent: DeletionIntent, *, is_forced: bool
) -> Iterator[EndpointPlan]:
    # A remote model is never registered: the endpoint of an open model is BigQuery's own.
    if observed.model.is_remote:
        return
    emptied = {planned.endpoint for planned in intent.undeploying}
    for endpoint in sorted(observed.endpoints, key=lambda has: has.name):
        own = own_deployed(endpoint, observed.versions)
        was_emptied = not endpoint.deployed and endpoint.name in emptied
        if own or (was_emptied and may_delete(endpoint, rules)):
            yield plan_endpoint(endpoint, own, rules, forced=is_forced)


class Difference(Struct, frozen=True, kw_only=True):
    """The intent's planned undeployments compared with what is deployed now."""

    still: tuple[PlannedUndeployment, ...] = ()
    gone: tuple[PlannedUndeployment, ...] = ()
    new: tuple[PlannedUndeployment, ...] = ()


def difference(
    carried: Sequence[PlannedUndeployment], plan: CleanupPlan, endpoints: Sequence[Endpoint]
) -> Difference:
    """What was planned and is still deployed (as first planned), or is gone; and what is new."""
    return Difference(
        still=tuple(planned for planned in carried if is_there(planned, endpoints)),
        gone=tuple(planned for planned in carried if not is_there(planned, endpoints)),
        new=tuple(planned for planned in plan.undeployments if not is_among(planned, carried)),
    )


def is_there(planned: PlannedUndeployment, endpoints: Iterable[Endpoint]) -> bool:
    """Whether exactly the planned deployment still exists."""
    return _identity(planned) in {
        _identity(PlannedUndeployment(endpoint=endpoint.name, deployed=deployed))
        for endpoint in endpoints
        if endpoint.name == planned.endpoint
        for deployed in endpoint.deployed
    }


def is_among(planned: PlannedUndeployment, others: Iterable[PlannedUndeployment]) -> bool:
    """Whether exactly this deployment is one of the others."""
    return _identity(planned) in map(_identity, others)


def _identity(planned: PlannedUndeployment) -> tuple[EndpointName, str, str, str]:
    """A person can reuse an id: then the version or the creation time differs."""
    has = planned.deployed
    return planned.endpoint, has.id, has.version, has.created
