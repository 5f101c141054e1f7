"""What a clean-up will do: to any world, and never to a model of somebody else."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bqml_registrar.cleanup.intent.intents import DeletionIntent, IntentKind, PlannedUndeployment
from bqml_registrar.cleanup.planning.plan import (
    CleanupPlan,
    Difference,
    Observed,
    difference,
    plan_cleanup,
)
from bqml_registrar.names import EndpointName
from bqml_registrar.policy.cleanup_rules import CleanupRules
from bqml_registrar.resources.endpoints import DeployedModel
from tests.builders import CHURN, a_model, an_intent
from tests.unit.cleanup.planning.worlds import (
    DELETES_EMPTIED,
    INTENTS,
    RULES,
    Step,
    all_steps,
    an_endpoint,
    applied,
    deployed,
    leaving,
    observed,
    plan_of,
    steps,
    worlds,
)


def test_endpoints_are_in_the_order_of_their_names_however_they_were_read() -> None:
    first, second = an_endpoint(deployed("1")), an_endpoint(deployed("2"), number="8")

    assert plan_of(second, first) == plan_of(first, second)
    assert leaving(plan_of(second, first)) == ["1", "2"]


def test_endpoints_of_a_remote_model_are_bigquerys_own() -> None:
    remote = observed(an_endpoint(deployed("1")), model=a_model(is_remote=True))

    plan = plan_cleanup(remote, CleanupRules(), an_intent())

    assert plan == CleanupPlan(model=CHURN, generation=a_model().generation, deletes_model=True)


def test_an_endpoint_that_a_delivery_before_emptied_is_still_deleted() -> None:
    before = observed(an_endpoint(deployed("1")), an_endpoint(number="8"))
    planned = plan_cleanup(before, DELETES_EMPTIED, an_intent()).undeployments
    undeployed = replace(before, endpoints=(an_endpoint(), an_endpoint(number="8")))

    plan = plan_cleanup(undeployed, DELETES_EMPTIED, an_intent(undeploying=planned, hop=1))

    (emptied,) = plan.endpoints
    assert (emptied.endpoint, emptied.deletes_endpoint) == (an_endpoint().name, True)
    assert plan.undeployments == ()


@given(seen=worlds(), rules=RULES, intent=INTENTS)
def test_all_of_the_models_own_leave_once_and_nobody_elses_ever(
    seen: Observed, rules: CleanupRules, intent: DeletionIntent
) -> None:
    plan = plan_cleanup(seen, rules, intent)

    ours = [(name, model.id) for name, model in served(seen) if model.display_name == "ours"]
    left = [(planned.endpoint, planned.deployed.id) for planned in plan.undeployments]
    assert sorted(left) == sorted(ours)


@given(seen=worlds(), rules=RULES, intent=INTENTS)
def test_a_split_sums_to_100_without_those_that_leave_and_takes_nothing_from_others(
    seen: Observed, rules: CleanupRules, intent: DeletionIntent
) -> None:
    plan = plan_cleanup(seen, rules, intent)

    for each in plan.endpoints:
        after = each.traffic_before if each.traffic is None else each.traffic
        last = [planned.deployed.id for planned in each.leaving[-1:]]
        assert each.traffic is None or sum(each.traffic.values()) == 100
        assert each.traffic is None or set(each.traffic) <= set(each.staying or last)
        assert all(after.get(id_, 0) >= each.traffic_before.get(id_, 0) for id_ in each.staying)


@given(seen=worlds(), rules=RULES, intent=INTENTS)
def test_who_leaves_goes_in_ascending_order_of_its_traffic(
    seen: Observed, rules: CleanupRules, intent: DeletionIntent
) -> None:
    plan = plan_cleanup(seen, rules, intent)

    for each in plan.endpoints:
        order = [
            (planned.share, planned.deployed.id in each.traffic_before, planned.deployed.id)
            for planned in each.leaving
        ]
        assert order == sorted(order)


def unblocked(seen: Observed, rules: CleanupRules, intent: DeletionIntent) -> DeletionIntent:
    """The intent; where something protects, one that forces it."""
    is_blocked = plan_cleanup(seen, rules, intent).is_blocked
    return replace(intent, kind=IntentKind.REQUEST, force=True) if is_blocked else intent


@given(seen=worlds(), rules=RULES, intent=INTENTS)
def test_planning_after_applying_gives_an_empty_plan(
    seen: Observed, rules: CleanupRules, intent: DeletionIntent
) -> None:
    plan = plan_cleanup(seen, rules, unblocked(seen, rules, intent))
    after = applied(seen, all_steps(plan))
    done = replace(intent, undeploying=plan.undeployments, undeployed=len(plan.undeployments))

    again = plan_cleanup(after, rules, done)

    assert again.is_empty
    assert served(after) == [each for each in served(seen) if each[1].display_name == "others"]


def served(seen: Observed) -> list[tuple[EndpointName, DeployedModel]]:
    by_name = sorted(seen.endpoints, key=lambda has: has.name)
    return [(endpoint.name, model) for endpoint in by_name for model in endpoint.deployed]


@settings(max_examples=400)
@given(seen=worlds(), rules=RULES, intent=INTENTS, data=st.data())
def test_after_some_of_its_steps_a_plan_is_not_blocked_and_leads_to_the_same_end(
    seen: Observed, rules: CleanupRules, intent: DeletionIntent, data: st.DataObject
) -> None:
    rules = tightest(rules, plan_cleanup(seen, rules, intent))
    intent = unblocked(seen, rules, intent)
    plan = plan_cleanup(seen, rules, intent)
    done, told = some_steps(plan, data)
    half_way = applied(seen, done)
    left = tuple(planned for planned in plan.undeployments if planned not in told)
    going_on = replace(intent, undeploying=left, undeployed=len(told), hop=1)

    rest = plan_cleanup(half_way, rules, going_on)

    assert not rest.is_blocked
    assert applied(half_way, all_steps(rest)) == applied(seen, all_steps(plan))


def tightest(rules: CleanupRules, plan: CleanupPlan) -> CleanupRules:
    """The rules, with a share and a number of undeployments that only just let the plan through."""
    share = max((endpoint.share for endpoint in plan.endpoints), default=0)
    protect = replace(rules.protect, traffic_share=share)
    return replace(rules, protect=protect, max_undeployments=len(plan.undeployments))


def some_steps(
    plan: CleanupPlan, data: st.DataObject
) -> tuple[list[Step], list[PlannedUndeployment]]:
    """On each endpoint the first steps, and whose undeployment was told of; all are once it is done.

    While its deletion is ahead, what an endpoint served is still carried as planned.
    """
    done: list[Step] = []
    told: list[PlannedUndeployment] = []
    for endpoint in plan.endpoints:
        todo = steps(endpoint)
        first = todo[: data.draw(st.integers(0, len(todo)))]
        done += first
        if first == todo or not endpoint.deletes_endpoint:
            gone = {step.undeploy for step in first}
            told += [planned for planned in endpoint.leaving if planned.deployed.id in gone]
    return done, told if data.draw(st.booleans()) else []


@given(seen=worlds(), rules=RULES, intent=INTENTS)
def test_a_plan_survives_json(seen: Observed, rules: CleanupRules, intent: DeletionIntent) -> None:
    plan = plan_cleanup(seen, rules, intent)

    assert msgspec.json.decode(msgspec.json.encode(plan), type=CleanupPlan) == plan


REDEPLOYED = {
    "another time": deployed("5", created="2026-11-03T10:00:00Z"),
    "another version": deployed("5", version="3"),
}


@pytest.mark.parametrize("redeployed", REDEPLOYED.values(), ids=REDEPLOYED)
def test_what_an_intent_carries_is_still_deployed_gone_or_new(redeployed: DeployedModel) -> None:
    before = plan_of(
        an_endpoint(deployed("1"), deployed("2"), traffic={"1": 60, "2": 40}),
        an_endpoint(deployed("1"), deployed("5"), number="8"),
    )
    endpoints = (
        an_endpoint(deployed("1"), deployed("4"), traffic={"1": 100}),
        an_endpoint(redeployed, number="8"),
    )
    now = plan_of(*endpoints)

    found = difference(before.undeployments, now, endpoints)

    two, one = before.endpoints[0].leaving
    four, _ = now.endpoints[0].leaving
    assert found == Difference(
        still=(one,),
        gone=(two, *before.endpoints[1].leaving),
        new=(four, *now.endpoints[1].leaving),
    )
