"""A plan in words: what a person reads in a log or in the event of a blocked deletion."""

from __future__ import annotations

import pytest

from bqml_registrar.cleanup.planning.plan import Observed, plan_cleanup
from bqml_registrar.cleanup.planning.plan_text import plan_lines, plan_text
from bqml_registrar.policy.cleanup_rules import CleanupRules, EmptiedEndpoints, Protections
from tests.builders import CHURN, an_intent
from tests.unit.cleanup.planning.worlds import JOB, an_endpoint, another, deployed, observed

ENDPOINT = "endpoint projects/1/locations/us-central1/endpoints/7"
SPLIT = {"12": 20, "41": 20, "7": 20, "99": 40}
SHARED = an_endpoint(
    deployed("7"), deployed("12"), another("99"), another("41"), another("5"), traffic=SPLIT
)
ALONE = an_endpoint(deployed("1"), traffic={"1": 100})
DELETES = CleanupRules(emptied_endpoints=EmptiedEndpoints.DELETE)

ENDPOINTS: dict[str, tuple[Observed, CleanupRules, str]] = {
    "shared": (
        observed(SHARED),
        CleanupRules(),
        "2 of 5 deployed models leave; traffic then 99=67, 41=33",
    ),
    "shared, without traffic to move": (
        observed(an_endpoint(deployed("1"), another("2"), traffic={"2": 100})),
        CleanupRules(),
        "1 of 2 deployed models leaves",
    ),
    "shared with models without traffic": (
        observed(an_endpoint(deployed("1"), another("2"), another("3"), traffic={"1": 100})),
        CleanupRules(),
        "1 of 3 deployed models leaves; traffic then in equal shares 2=50, 3=50",
    ),
    "emptied": (
        observed(ALONE),
        CleanupRules(),
        "1 of 1 deployed model leaves; empty then, and kept",
    ),
    "emptied of several": (
        observed(an_endpoint(deployed("1"), deployed("2"), traffic={"1": 60, "2": 40})),
        CleanupRules(),
        "2 of 2 deployed models leave; traffic first 1=100; empty then, and kept",
    ),
    "deleted": (observed(ALONE), DELETES, "1 of 1 deployed model leaves; empty then, and deleted"),
    "watched": (
        observed(an_endpoint(deployed("1"), monitoring_job=JOB)),
        DELETES,
        f"1 of 1 deployed model leaves; empty then, and kept; watched by {JOB}",
    ),
}


@pytest.mark.parametrize(("seen", "rules", "expected"), ENDPOINTS.values(), ids=ENDPOINTS)
def test_an_endpoint_has_one_line(seen: Observed, rules: CleanupRules, expected: str) -> None:
    plan = plan_cleanup(seen, rules, an_intent(deletes=False, force=True))

    assert plan_lines(plan)[-1] == f"{ENDPOINT}: {expected}"


def test_a_blocked_plan_says_first_what_protects() -> None:
    rules = CleanupRules(protect=Protections(traffic_share=50))

    lines = plan_lines(plan_cleanup(observed(ALONE), rules, an_intent()))

    assert lines == (
        f"blocked: {ENDPOINT}: 100 % of its live traffic, 50 % may go",
        "nothing is done, the plan would be",
        f"{ENDPOINT}: 1 of 1 deployed model leaves; empty then, and kept",
        f"model {CHURN} is deleted then",
    )


def test_a_forced_plan_says_what_it_overrides() -> None:
    rules = CleanupRules(protect=Protections(traffic_share=50))

    lines = plan_lines(plan_cleanup(observed(ALONE), rules, an_intent(force=True)))

    assert lines[0] == f"overridden by force: {ENDPOINT}: 100 % of its live traffic, 50 % may go"
    assert len(lines) == 3


def test_a_model_that_is_deployed_nowhere_has_a_plan_in_one_line() -> None:
    lines = plan_lines(plan_cleanup(observed(), CleanupRules(), an_intent(deletes=False)))

    assert lines == ("the model is deployed nowhere",)


def test_as_one_text_the_lines_are_those_of_the_plan() -> None:
    plan = plan_cleanup(observed(SHARED), CleanupRules(), an_intent())

    assert plan_text(plan) == "; ".join(plan_lines(plan))


def test_of_very_many_endpoints_the_text_has_the_first_and_how_many_more() -> None:
    many = [an_endpoint(deployed("1"), number=str(number)) for number in range(1_000, 2_000)]
    plan = plan_cleanup(observed(*many), CleanupRules(max_undeployments=1_000), an_intent())

    text = plan_text(plan)

    shown = text.count(": 1 of 1 deployed model leaves; empty then, and kept; ")
    assert len(text) < 10_100
    assert text.endswith(f"; and {1_001 - shown} more")
