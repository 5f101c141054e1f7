"""What keeps a model from being undeployed, and the one thing that overrides it."""

from __future__ import annotations

import pytest
from hypothesis import given
from msgspec.structs import replace

from bqml_registrar.cleanup.intent.intents import DeletionIntent, IntentKind
from bqml_registrar.cleanup.planning.plan import Observed, plan_cleanup
from bqml_registrar.cleanup.planning.protections import Protection
from bqml_registrar.policy.cleanup_rules import CleanupRules, Protections, RestWithoutTraffic
from bqml_registrar.policy.conditions import Condition
from bqml_registrar.reasons import Reason
from tests.builders import a_version, an_intent
from tests.unit.cleanup.planning.worlds import (
    INTENTS,
    RULES,
    an_endpoint,
    another,
    deployed,
    observed,
    worlds,
)

ENDPOINT = "endpoint projects/1/locations/us-central1/endpoints/7"
CHURN_1 = "projects/analytics-dev/locations/us-central1/models/prod_sales-churn@1"
CHURN_3 = "projects/analytics-dev/locations/us-central1/models/prod_sales-churn@3"

HALF = an_endpoint(deployed("1"), another("2"), traffic={"1": 50, "2": 50})
TWO_OF_THREE = an_endpoint(
    deployed("1"), deployed("2", version="3"), another("3"), traffic={"1": 30, "2": 30, "3": 40}
)
PRIVATE = an_endpoint(deployed("1"), is_private=True)
STRANDED = an_endpoint(deployed("1"), another("2"), another("3"), traffic={"1": 100})
BOTH = (a_version("1", aliases=("default",)), a_version("3", aliases=("champion", "eu-prod")))


def by_label(**conditions: Condition) -> CleanupRules:
    return CleanupRules(protect=Protections(labels=conditions))


def by_alias(*globs: str) -> CleanupRules:
    return CleanupRules(protect=Protections(aliases=globs))


def by_share(limit: int | None) -> CleanupRules:
    return CleanupRules(protect=Protections(traffic_share=limit))


PROTECTED: dict[str, tuple[Observed, CleanupRules, str, list[str]]] = {
    "a label's value": (
        observed(HALF, labels={"stage": "prod"}),
        by_label(stage=Condition(("prod*",))),
        "PROTECTED_BY_LABEL",
        ["label stage=prod"],
    ),
    "a label's absence": (
        observed(HALF),
        by_label(checked=Condition(present=False)),
        "PROTECTED_BY_LABEL",
        ["no label checked"],
    ),
    "an alias": (
        observed(HALF, versions=BOTH),
        by_alias("champion"),
        "PROTECTED_BY_ALIAS",
        [f"alias champion on {CHURN_3}"],
    ),
    "several aliases": (
        observed(HALF, versions=BOTH),
        by_alias("default", "*-prod"),
        "PROTECTED_BY_ALIAS",
        [f"alias default on {CHURN_1}", f"alias eu-prod on {CHURN_3}"],
    ),
    "a share of live traffic": (
        observed(HALF),
        by_share(49),
        "PROTECTED_BY_TRAFFIC",
        [f"{ENDPOINT}: 50 % of its live traffic, 49 % may go"],
    ),
    "any live traffic": (
        observed(HALF),
        by_share(0),
        "PROTECTED_BY_TRAFFIC",
        [f"{ENDPOINT}: 50 % of its live traffic, 0 % may go"],
    ),
    "the sum of two versions' shares": (
        observed(TWO_OF_THREE, versions=BOTH),
        by_share(59),
        "PROTECTED_BY_TRAFFIC",
        [f"{ENDPOINT}: 60 % of its live traffic, 59 % may go"],
    ),
    "all of a private endpoint": (
        observed(PRIVATE),
        by_share(99),
        "PROTECTED_BY_TRAFFIC",
        [f"{ENDPOINT}: 100 % of its live traffic, 99 % may go"],
    ),
    "all of who is really deployed": (
        observed(an_endpoint(deployed("1"), traffic={"1": 40, "9": 60})),
        by_share(50),
        "PROTECTED_BY_TRAFFIC",
        [f"{ENDPOINT}: 100 % of its live traffic, 50 % may go"],
    ),
    "nobody to take the traffic": (
        observed(STRANDED),
        CleanupRules(),
        "REST_WITHOUT_TRAFFIC",
        [f"{ENDPOINT}: no traffic on 2, 3"],
    ),
    "too many": (
        observed(TWO_OF_THREE, versions=BOTH),
        CleanupRules(max_undeployments=1),
        "TOO_MANY_UNDEPLOYMENTS",
        ["2 undeployments, 1 may be"],
    ),
}


@pytest.mark.parametrize(("seen", "rules", "reason", "details"), PROTECTED.values(), ids=PROTECTED)
def test_what_protects_blocks_the_plan_and_says_what_and_where(
    seen: Observed, rules: CleanupRules, reason: str, details: list[str]
) -> None:
    plan = plan_cleanup(seen, rules, an_intent())

    assert plan.protections == tuple(Protection(reason=reason, detail=text) for text in details)
    assert plan.blocked_by is Reason[reason]
    assert plan.is_blocked


@pytest.mark.parametrize(("seen", "rules", "reason", "details"), PROTECTED.values(), ids=PROTECTED)
def test_a_blocked_plan_lists_what_it_would_do(
    seen: Observed, rules: CleanupRules, reason: str, details: list[str]
) -> None:
    plan = plan_cleanup(seen, rules, an_intent())

    assert plan.undeployments == plan_cleanup(seen, CleanupRules(), an_intent()).undeployments
    assert plan.undeployments


NOT_PROTECTED: dict[str, tuple[Observed, CleanupRules]] = {
    "nothing is": (observed(HALF, labels={"stage": "prod"}, versions=BOTH), CleanupRules()),
    "another value": (
        observed(HALF, labels={"stage": "dev"}),
        by_label(stage=Condition(("prod",))),
    ),
    "no such label": (observed(HALF), by_label(stage=Condition(("prod",)))),
    "no such alias": (observed(HALF, versions=BOTH), by_alias("prod")),
    "exactly the share that may go": (observed(HALF), by_share(50)),
    "no traffic at all": (observed(an_endpoint(deployed("1"))), by_share(0)),
    "others' traffic": (
        observed(an_endpoint(deployed("1"), another("2"), traffic={"2": 100})),
        by_share(0),
    ),
    "exactly as many as may be": (
        observed(TWO_OF_THREE, versions=BOTH),
        CleanupRules(max_undeployments=2),
    ),
    "nobody stays to take the traffic": (
        observed(an_endpoint(deployed("1"), traffic={"1": 100})),
        CleanupRules(),
    ),
    "equal shares by the rule": (
        observed(STRANDED),
        CleanupRules(rest_without_traffic=RestWithoutTraffic.EQUAL_SHARES),
    ),
}


@pytest.mark.parametrize(("seen", "rules"), NOT_PROTECTED.values(), ids=NOT_PROTECTED)
def test_what_does_not_protect_does_not_block(seen: Observed, rules: CleanupRules) -> None:
    plan = plan_cleanup(seen, rules, an_intent())

    assert plan.protections == ()
    assert not plan.is_blocked


def test_the_cap_counts_what_the_same_request_has_undeployed_before() -> None:
    seen, rules = observed(TWO_OF_THREE, versions=BOTH), CleanupRules(max_undeployments=5)

    within = plan_cleanup(seen, rules, an_intent(undeployed=3))
    above = plan_cleanup(seen, rules, an_intent(undeployed=4))

    assert not within.is_blocked
    assert [found.detail for found in above.protections] == [
        "2 undeployments and 4 done before, 5 may be"
    ]


def test_a_model_that_is_deployed_nowhere_is_kept_from_being_deleted_by_its_label_and_alias() -> (
    None
):
    protect = Protections(labels={"stage": Condition(("prod",))}, aliases=("champion",))
    seen = observed(versions=BOTH, labels={"stage": "prod"})

    deleted = plan_cleanup(seen, CleanupRules(protect=protect), an_intent())
    kept = plan_cleanup(seen, CleanupRules(protect=protect), an_intent(deletes=False))

    assert [found.reason for found in deleted.protections] == [
        "PROTECTED_BY_LABEL",
        "PROTECTED_BY_ALIAS",
    ]
    assert not kept.is_blocked


def test_nothing_left_to_undeploy_is_never_too_much() -> None:
    plan = plan_cleanup(observed(), CleanupRules(max_undeployments=1), an_intent(undeployed=3))

    assert not plan.is_blocked


@pytest.mark.parametrize(("seen", "rules", "reason", "details"), PROTECTED.values(), ids=PROTECTED)
def test_a_forced_request_overrides_what_protects_and_says_so(
    seen: Observed, rules: CleanupRules, reason: str, details: list[str]
) -> None:
    plan = plan_cleanup(seen, rules, an_intent(force=True))

    assert not plan.is_blocked
    assert plan.is_forced
    assert [found.detail for found in plan.protections] == details


@pytest.mark.parametrize("kind", [kind for kind in IntentKind if kind is not IntentKind.REQUEST])
def test_force_is_for_requests_alone(kind: IntentKind) -> None:
    plan = plan_cleanup(observed(HALF), by_share(49), an_intent(kind=kind, force=True))

    assert plan.is_blocked
    assert not plan.is_forced


@pytest.mark.parametrize(
    ("rules", "intent", "traffic"),
    [
        (CleanupRules(), an_intent(), None),
        (CleanupRules(), an_intent(force=True), {"2": 50, "3": 50}),
        (
            CleanupRules(rest_without_traffic=RestWithoutTraffic.EQUAL_SHARES),
            an_intent(),
            {"2": 50, "3": 50},
        ),
    ],
    ids=["stop", "stop, forced", "equal shares"],
)
def test_where_the_rest_has_no_traffic_it_gets_equal_shares_by_rule_or_force(
    rules: CleanupRules, intent: DeletionIntent, traffic: dict[str, int] | None
) -> None:
    (endpoint,) = plan_cleanup(observed(STRANDED), rules, intent).endpoints

    assert endpoint.traffic == traffic
    assert endpoint.rest_without_traffic


@given(seen=worlds(), rules=RULES, intent=INTENTS)
def test_a_plan_is_blocked_exactly_where_something_protects_and_nobody_forces(
    seen: Observed, rules: CleanupRules, intent: DeletionIntent
) -> None:
    plan = plan_cleanup(seen, rules, intent)
    unforced = plan_cleanup(seen, rules, replace(intent, force=False))
    forces = intent.force and intent.kind is IntentKind.REQUEST

    assert plan.protections == unforced.protections
    assert plan.undeployments == unforced.undeployments
    assert plan.is_blocked == (bool(plan.protections) and not forces)
    assert plan.is_forced == forces
