from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from local.people.expectations import Account, Serving, Told, Version, compared

VERSION = Version(name="prod_sales-churn@1", aliases=("default",), labels={"team": "growth"})
ACCOUNT = Account(
    refusals=("duplicate",),
    decisions=frozenset({("prod_sales.churn", "RULE_MATCHED"), ("", "OWN_ECHO")}),
    registry=(VERSION,),
    endpoints=(Serving(endpoint="shop", shares={"d-m@1": 30, "d-m@2": 70}),),
    events=(Told("model.v1.registered", "prod_sales.churn", "prod_sales-churn@1"),),
)


def test_what_was_expected_holds_in_every_part() -> None:
    checks = compared(ACCOUNT, ACCOUNT)

    assert [check.part for check in checks if check.holds] == [
        "statements",
        "decisions",
        "registry",
        "endpoints",
        "events",
        "dead letters",
    ]


def test_every_part_that_differs_names_expected_and_seen() -> None:
    checks = compared(ACCOUNT, Account(dead_letters=2))

    assert not any(check.holds for check in checks)
    assert {check.part: (check.expected, check.seen) for check in checks} == {
        "statements": (("refused: duplicate",), ()),
        "decisions": (("OWN_ECHO", "prod_sales.churn RULE_MATCHED"), ()),
        "registry": (("prod_sales-churn@1, aliases: default, labels: team=growth, ''",), ()),
        "endpoints": (("shop: d-m@1 30 %, d-m@2 70 %",), ()),
        "events": (
            ("model.v1.registered prod_sales.churn prod_sales-churn@1 RULE_MATCHED",),
            (),
        ),
        "dead letters": ((), ("2",)),
    }


def test_the_order_of_events_matters() -> None:
    two = (Told("model.v1.registered", "d.m"), Told("alias.v1.assigned", "d.m", alias="prod"))
    checks = compared(Account(events=two), Account(events=two[::-1]))

    assert [check.part for check in checks if not check.holds] == ["events"]


@pytest.mark.parametrize(
    "change",
    [
        {"type": "model.v1.replaced"},
        {"model": "d.other"},
        {"vertex": "d-m@2"},
        {"alias": "prod"},
        {"gone": "d-m@1"},
        {"reason": "ALREADY_REGISTERED"},
        {"dry_run": True},
        {"about": "shop"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_everything_that_an_event_tells_matters(change: dict[str, Any]) -> None:
    event = Told("model.v1.registered", "d.m", "d-m@1")
    checks = compared(Account(events=(event,)), Account(events=(replace(event, **change),)))

    assert [check.part for check in checks if not check.holds] == ["events"]


def test_a_decision_that_may_be_seen_is_no_difference_either_way() -> None:
    echo = frozenset({("d.m", "OWN_ECHO")})
    expected = Account(decisions=frozenset({("d.m", "CLEANED_UP")}), perhaps=echo)
    without = Account(decisions=expected.decisions)
    also = Account(decisions=expected.decisions | echo)
    another = Account(decisions=expected.decisions | {("d.m", "MODEL_GONE")})

    held = [all(c.holds for c in compared(expected, seen)) for seen in (without, also, another)]

    assert held == [True, True, False]
