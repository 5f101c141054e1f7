from __future__ import annotations

import pytest

from local.people.steps import Alias, Deploy, Labels, PersonStep, Publish
from local.playground.entries import COMMANDS
from local.playground.grammar import USAGES, step_of

CHURN = "projects/analytics-dev/datasets/prod_sales/models/churn"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("label d.m stage=prod vertex-", Labels("d.m", {"stage": "prod", "vertex": None})),
        ("alias d-m@1 eu-test", Alias("d-m@1", "eu-test")),
        ("deploy d-m@1 shop", Deploy("d-m@1", "shop")),
        ("deploy d-m@1 shop 30", Deploy("d-m@1", "shop", 30)),
        ("request prod_sales.churn", Publish("bqml-deletion-requests", {"model": CHURN})),
        (
            "request prod_sales.churn force",
            Publish("bqml-deletion-requests", {"model": CHURN, "force": True}),
        ),
        ("sweep", Publish("bqml-reconcile", {})),
    ],
    ids=str,
)
def test_a_command_is_a_step(typed: str, expected: PersonStep) -> None:
    command, *words = typed.split()

    assert step_of(command, words) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "label",
        "label d.m",
        "label d.m stage",
        "label churn stage=prod",
        "alias eu-test",
        "alias d-m eu-test",
        "deploy d-m@1",
        "deploy d-m shop",
        "deploy d-m@1 shop 0",
        "deploy d-m@1 shop 101",
        "deploy d-m@1 shop half",
        "deploy d-m@1 shop 30 70",
        "request",
        "request churn",
        "request a.b.c",
        "request d.m now",
        "sweep all",
    ],
)
def test_a_command_that_is_written_otherwise_is_no_step(typed: str) -> None:
    command, *words = typed.split()

    assert step_of(command, words) is None


def test_every_command_that_has_a_usage_is_known_at_the_prompt() -> None:
    assert set(USAGES) <= set(COMMANDS)
