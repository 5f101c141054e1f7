"""What a clean-up will do to one endpoint: move traffic, undeploy in order, perhaps delete it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from bqml_registrar.cleanup.intent.intents import PlannedUndeployment
from bqml_registrar.cleanup.planning.traffic import NoSplit, equal_shares, redistributed, shares_by
from bqml_registrar.names import EndpointName
from bqml_registrar.policy.cleanup_rules import CleanupRules, EmptiedEndpoints, RestWithoutTraffic
from bqml_registrar.resources.endpoints import DeployedModel, Endpoint
from bqml_registrar.resources.models import ModelVersion


class EndpointPlan(Struct, frozen=True, kw_only=True):
    """Steps in order: write `traffic` (None: write no split), undeploy `leaving`, delete it.

    `etag` is the endpoint's as read: the split is right only for that state. `staying` are the ids
    of the other models. `rest_without_traffic`: these have no traffic, so no shares say how to
    divide what is moved. A `monitoring_job` is reported, and keeps an emptied endpoint.
    """

    endpoint: EndpointName
    etag: str = ""
    traffic_before: Mapping[str, int] = {}
    traffic: Mapping[str, int] | None = None
    rest_without_traffic: bool = False
    leaving: tuple[PlannedUndeployment, ...] = ()
    staying: tuple[str, ...] = ()
    deletes_endpoint: bool = False
    monitoring_job: str = ""

    @property
    def share(self) -> int:
        """The percentage of the endpoint's live traffic that all leaving models have together."""
        return sum(planned.share for planned in self.leaving)


def plan_endpoint(
    endpoint: Endpoint, own: Sequence[DeployedModel], rules: CleanupRules, *, forced: bool
) -> EndpointPlan:
    """The plan to undeploy a model's own deployed models, and no others, from an endpoint."""
    leaving = _in_order(endpoint, own)
    ids = [planned.deployed.id for planned in leaving]
    staying = tuple(sorted(has.id for has in endpoint.deployed if has.id not in ids))
    split = _new_split(endpoint, ids, staying)
    by_equal_shares = forced or rules.rest_without_traffic is RestWithoutTraffic.EQUAL_SHARES
    return EndpointPlan(
        endpoint=endpoint.name,
        etag=endpoint.etag,
        traffic_before=endpoint.traffic,
        traffic=_written(split, staying, by_equal_shares=by_equal_shares),
        rest_without_traffic=split is NoSplit.REST_WITHOUT_TRAFFIC,
        leaving=leaving,
        staying=staying,
        deletes_endpoint=not staying and may_delete(endpoint, rules),
        monitoring_job=endpoint.monitoring_job,
    )


def own_deployed(endpoint: Endpoint, versions: Iterable[ModelVersion]) -> list[DeployedModel]:
    """The deployed models of an endpoint that belong to these versions."""
    ours = {(has.name.region, has.name.model_id, has.name.version) for has in versions}
    return [has for has in endpoint.deployed if (has.region, has.model_id, has.version) in ours]


def _in_order(endpoint: Endpoint, own: Sequence[DeployedModel]) -> tuple[PlannedUndeployment, ...]:
    """Order by ascending share, absent ids first, as the official SDK's `undeploy_all` does."""
    shares = live_shares(endpoint)
    order = sorted(own, key=lambda has: (shares.get(has.id, 0), has.id in endpoint.traffic, has.id))
    return tuple(
        PlannedUndeployment(endpoint=endpoint.name, deployed=has, share=shares.get(has.id, 0))
        for has in order
    )


def live_shares(endpoint: Endpoint) -> dict[str, int]:
    """The percentage that each deployed model serves now, without zeros.

    A private endpoint has one model, which serves everything, and no split.
    """
    ids = [has.id for has in endpoint.deployed]
    if endpoint.is_private:
        return equal_shares(ids)
    return shares_by({id_: endpoint.traffic.get(id_, 0) for id_ in ids})


def may_delete(endpoint: Endpoint, rules: CleanupRules) -> bool:
    """Whether to delete the endpoint once it is empty: a rule says so, and no job monitors it."""
    return rules.emptied_endpoints is EmptiedEndpoints.DELETE and not endpoint.monitoring_job


def _new_split(
    endpoint: Endpoint, leaving: Sequence[str], staying: Sequence[str]
) -> dict[str, int] | NoSplit:
    # https://cloud.google.com/vertex-ai/docs/predictions/using-private-endpoints: one model, no split.
    if endpoint.is_private:
        return NoSplit.NOT_NEEDED
    return redistributed(endpoint.traffic, leaving, staying)


def _written(
    split: dict[str, int] | NoSplit, staying: Sequence[str], *, by_equal_shares: bool
) -> dict[str, int] | None:
    if isinstance(split, dict):
        return split
    stranded = split is NoSplit.REST_WITHOUT_TRAFFIC
    return equal_shares(staying) if stranded and by_equal_shares else None
