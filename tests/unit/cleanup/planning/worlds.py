"""Worlds for the clean-up's tests: deployed models of `churn` and of others, and what Vertex AI does.

`perform` does one step of a plan as the service would, and refuses what it would refuse.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from bqml_registrar.cleanup.intent.intents import IntentKind
from bqml_registrar.cleanup.planning.endpoint_plan import EndpointPlan
from bqml_registrar.cleanup.planning.plan import (
    CleanupPlan,
    Observed,
    plan_cleanup,
)
from bqml_registrar.names import EndpointName
from bqml_registrar.policy.cleanup_rules import (
    CleanupRules,
    EmptiedEndpoints,
    Protections,
    RestWithoutTraffic,
)
from bqml_registrar.policy.conditions import Condition
from bqml_registrar.resources.endpoints import DeployedModel, Endpoint
from tests.builders import a_model, a_version, an_intent

JOB = "projects/1/locations/us-central1/modelDeploymentMonitoringJobs/5"


def an_endpoint_name(number: str = "7") -> EndpointName:
    return EndpointName(project="1", region="us-central1", endpoint=number)


def deployed(id_: str, **changes: Any) -> DeployedModel:
    """Version 1 of `churn`, deployed."""
    values: dict[str, Any] = {
        "id": id_,
        "region": "us-central1",
        "model_id": "prod_sales-churn",
        "version": "1",
        "created": "2026-11-02T10:00:00Z",
        "configuration": f'{{"id": "{id_}"}}',
    }
    return DeployedModel(**{**values, **changes})


def another(id_: str, **changes: Any) -> DeployedModel:
    """A version of another model, deployed."""
    return deployed(id_, **{"model_id": "prod_sales-fraud", **changes})


def an_endpoint(*models: DeployedModel, number: str = "7", **changes: Any) -> Endpoint:
    return Endpoint(name=an_endpoint_name(number), etag="e7", deployed=models, **changes)


def observed(*endpoints: Endpoint, **changes: Any) -> Observed:
    """`churn` with one version, which may be deployed to these endpoints."""
    values: dict[str, Any] = {"model": a_model(), "versions": (a_version(),)}
    return Observed(endpoints=endpoints, **{**values, **changes})


class Step(Struct, frozen=True):
    """A split to write, a deployed model to undeploy, or (with neither) an endpoint to delete."""

    endpoint: EndpointName
    split: Mapping[str, int] | None = None
    undeploy: str = ""


def steps(plan: EndpointPlan) -> list[Step]:
    """What a plan does to its endpoint, in order."""
    name = plan.endpoint
    splits = [Step(name, split=plan.traffic)] if plan.traffic is not None else []
    undeploys = [Step(name, undeploy=planned.deployed.id) for planned in plan.leaving]
    return [*splits, *undeploys, *([Step(name)] if plan.deletes_endpoint else [])]


def all_steps(plan: CleanupPlan) -> list[Step]:
    return list(itertools.chain.from_iterable(map(steps, plan.endpoints)))


def applied(seen: Observed, todo: Sequence[Step]) -> Observed:
    """The world after some steps."""
    endpoints = {endpoint.name: endpoint for endpoint in seen.endpoints}
    for step in todo:
        after = perform(endpoints.pop(step.endpoint), step)
        endpoints |= {step.endpoint: after} if after else {}
    return replace(seen, endpoints=tuple(endpoints[name] for name in sorted(endpoints)))


def perform(endpoint: Endpoint, step: Step) -> Endpoint | None:
    """An endpoint after one step; None once it is deleted."""
    ids = {model.id for model in endpoint.deployed}
    if step.split is not None:
        assert not endpoint.is_private, "a private endpoint has no traffic split"
        assert set(step.split) <= ids, "The following DeployedModel ID(s) do not exist."
        assert sum(step.split.values()) == 100, "The sum of the traffic split must be 100."
        return replace(endpoint, traffic=step.split)
    if not step.undeploy:
        assert not ids, "Endpoint has deployed or being-deployed DeployedModel(s)"
        assert not endpoint.monitoring_job, "a running job must be paused before"
        return None
    is_last = ids == {step.undeploy}
    assert step.undeploy in ids, "it is not deployed"
    assert is_last or not endpoint.traffic.get(step.undeploy), "it has traffic"
    left = tuple(model for model in endpoint.deployed if model.id != step.undeploy)
    traffic = {id_: share for id_, share in endpoint.traffic.items() if id_ != step.undeploy}
    return replace(endpoint, deployed=left, traffic={} if is_last else traffic)


# What is deployed: `ours` tells in a world of this module whose it is, and nothing else reads it.
MODELS = {
    "ours": [{"version": "1"}, {"version": "3"}],
    "others": [
        {"version": "2"},
        {"region": "europe-west4"},
        {"model_id": "prod_sales-fraud"},
        {"model_id": "prod_sales-churn-2"},
    ],
}
GONE = "99"
NUMBERS = [str(number) for number in range(1, 13)]


@st.composite
def _deployed(draw: st.DrawFn, id_: str) -> DeployedModel:
    whose = draw(st.sampled_from(["others", "ours", "ours"]))
    return deployed(id_, display_name=whose, **draw(st.sampled_from(MODELS[whose])))


@st.composite
def _traffic(draw: st.DrawFn, ids: list[str]) -> dict[str, int]:
    """Nothing, or 100 over some of the ids, zeros among them, and perhaps one that is gone."""
    served = draw(st.lists(st.sampled_from([*ids, GONE]), unique=True))
    cuts = draw(st.lists(st.integers(0, 100), min_size=len(served), max_size=len(served)))
    edges = [0, *sorted(cuts)[1:], 100]
    return {
        id_: after - before
        for id_, (before, after) in zip(served, itertools.pairwise(edges), strict=False)
    }


@st.composite
def _endpoint(draw: st.DrawFn, number: str) -> Endpoint:
    is_private = draw(st.integers(0, 4)) == 0
    ids = draw(st.lists(st.sampled_from(NUMBERS), unique=True, max_size=1 if is_private else 6))
    return an_endpoint(
        *[draw(_deployed(id_)) for id_ in ids],
        number=number,
        traffic={} if is_private else draw(_traffic(ids)),
        is_private=is_private,
        monitoring_job=draw(st.sampled_from(["", "", JOB])),
    )


@st.composite
def worlds(draw: st.DrawFn) -> Observed:
    """`churn` with versions 1 and 3, and up to five endpoints that serve anything."""
    numbers = draw(st.lists(st.sampled_from(NUMBERS), unique=True, max_size=5))
    aliases = st.lists(st.sampled_from(["default", "prod", "champion"]), unique=True).map(tuple)
    return observed(
        *[draw(_endpoint(number)) for number in numbers],
        versions=(a_version("1", aliases=draw(aliases)), a_version("3", aliases=draw(aliases))),
        labels=draw(st.dictionaries(st.just("stage"), st.sampled_from(["prod", "dev"]))),
    )


PROTECTIONS = st.builds(
    Protections,
    labels=st.sampled_from([{}, {}, {"stage": Condition(("prod",))}]),
    aliases=st.sampled_from([(), (), ("champ*",)]),
    traffic_share=st.none() | st.integers(0, 100),
)
RULES = st.builds(
    CleanupRules,
    protect=PROTECTIONS,
    max_undeployments=st.sampled_from([0, 2, 5, 20]),
    emptied_endpoints=st.sampled_from(EmptiedEndpoints),
    rest_without_traffic=st.sampled_from(RestWithoutTraffic),
)
INTENTS = st.builds(
    an_intent,
    kind=st.sampled_from([IntentKind.REQUEST, *IntentKind]),
    force=st.booleans(),
    deletes=st.booleans(),
)


DELETES_EMPTIED = CleanupRules(emptied_endpoints=EmptiedEndpoints.DELETE)


def plan_of(*endpoints: Endpoint, rules: CleanupRules | None = None) -> CleanupPlan:
    seen = observed(*endpoints, versions=(a_version("1"), a_version("3")))
    return plan_cleanup(seen, rules or CleanupRules(), an_intent())


def leaving(plan: CleanupPlan) -> list[str]:
    return [planned.deployed.id for planned in plan.undeployments]
