"""What protects a model from being undeployed, and what overrides that: on the local cloud."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.analyst import create_dataset
from tests.builders import CHURN
from tests.functional.cleanups import Run, two_registered
from tests.functional.running import REQUESTS, Running
from tests.functional.serving import (
    NEIGHBOUR,
    Serving,
    is_there,
    label,
    refusal,
    sql,
    train_labelled,
)

# Rules, what somebody does to have the model protected by them, and the word for it.
PROTECTED: dict[str, tuple[dict[str, Any], Callable[[Serving], object], str, str]] = {
    "label": (
        {"protect": {"labels": {"tier": "gold"}}},
        lambda _: label(tier="gold"),
        "PROTECTED_BY_LABEL",
        "label tier=gold",
    ),
    "label that is missing": (
        {"protect": {"labels": {"released": {"absent": True}}}},
        lambda _: None,
        "PROTECTED_BY_LABEL",
        "no label released",
    ),
    "alias": (
        {"protect": {"aliases": ["champion"]}},
        lambda serving: serving.add_alias("champion"),
        "PROTECTED_BY_ALIAS",
        "alias champion",
    ),
    "traffic": (
        {"protect": {"traffic_share": 50}},
        lambda serving: serving.set_traffic({"1": 60, "2": 40}),
        "PROTECTED_BY_TRAFFIC",
        "60 % of its live traffic",
    ),
    "number": (
        {"max_undeployments": 1},
        lambda _: None,
        "TOO_MANY_UNDEPLOYMENTS",
        "2 undeployments, 1 may be",
    ),
    "rest without traffic": (
        {"rest_without_traffic": "stop"},
        lambda serving: serving.set_traffic({"1": 100}),
        "REST_WITHOUT_TRAFFIC",
        "no traffic on 2",
    ),
}


def protected(run: Run, serving: Serving, what: str) -> Running:
    """`churn` on e1, which it shares with a neighbour, and on e2; and what protects it."""
    rules, protect, _, _ = PROTECTED[what]
    running = two_registered(run, **rules)
    serving.deploy({"1": CHURN, "2": NEIGHBOUR}, split=(60, 40))
    serving.deploy({"3": CHURN}, "e2")
    protect(serving)
    running.settle()
    running.events()
    return running


def request(**content: Any) -> dict[str, Any]:
    return {"model": str(CHURN), **content}


@pytest.mark.parametrize("what", PROTECTED)
def test_a_protected_model_is_left_as_it_is_on_all_endpoints_and_the_event_says_why(
    what: str, run: Run, serving: Serving
) -> None:
    running = protected(run, serving, what)
    before = (serving.at("e1"), serving.at("e2"))
    running.publish(REQUESTS, request())

    running.settle()

    ((kind, reason, data),) = running.told()
    assert (kind, reason) == ("deletion.v1.blocked", PROTECTED[what][2])
    assert PROTECTED[what][3] in data["verdict"]["detail"]
    assert '"force": true' in data["deletion"]["how_to_go_on"]
    assert (serving.at("e1"), serving.at("e2")) == before
    assert is_there()


@pytest.mark.parametrize("what", PROTECTED)
def test_a_request_with_force_overrides_it_and_the_event_says_so(
    what: str, run: Run, serving: Serving
) -> None:
    running = protected(run, serving, what)
    running.publish(REQUESTS, request(force=True))

    running.settle()

    told = running.told()
    requested = told[0][2]["deletion"]
    assert requested["force"]
    assert PROTECTED[what][2] in requested["plan"]
    assert told[-1][:2] == ("model.v1.deleted", "MODEL_DELETED")
    assert serving.at("e1") == (["2"], {"2": 100})
    assert serving.at("e2") == ([], {})
    assert (is_there(), is_there(NEIGHBOUR)) == (False, True)


def test_a_refusal_forces_nothing(run: Run, serving: Serving) -> None:
    protect = {"labels": {"tier": "gold"}}
    running = run(on_refused_delete="undeploy_and_retry", protect=protect)
    create_dataset("prod_sales")
    train_labelled(tier="gold")
    running.settle()
    serving.deploy({"1": CHURN})
    running.events()
    refusal(lambda: sql("DROP MODEL prod_sales.churn"))

    running.settle()

    assert running.events() == [("deletion.v1.blocked", "PROTECTED_BY_LABEL")]
    assert serving.at() == (["1"], {"1": 100})


def test_where_the_rule_says_so_the_rest_without_traffic_gets_equal_shares(
    run: Run, serving: Serving
) -> None:
    running = two_registered(run, rest_without_traffic="equal_shares")
    serving.deploy(
        {"1": CHURN, "2": NEIGHBOUR, "3": NEIGHBOUR, "4": NEIGHBOUR}, split=(100, 0, 0, 0)
    )
    running.publish(REQUESTS, request())

    running.settle()

    assert serving.at() == (["2", "3", "4"], {"2": 34, "3": 33, "4": 33})
    assert not is_there()


NETWORK = "projects/123456789012/global/networks/shop"


def test_a_private_endpoint_is_emptied_without_a_split(run: Run, serving: Serving) -> None:
    running = run()
    create_dataset("prod_sales")
    train_labelled()
    running.settle()
    serving.deploy({"1": CHURN}, split=(), network=NETWORK)
    running.publish(REQUESTS, request())

    running.settle()

    assert serving.at() == ([], {})
    assert not is_there()


def test_an_emptied_endpoint_is_deleted_where_the_rule_says_so_and_a_shared_one_never(
    run: Run, serving: Serving
) -> None:
    running = two_registered(run, emptied_endpoints="delete")
    serving.deploy({"1": CHURN, "2": NEIGHBOUR}, split=(60, 40))
    serving.deploy({"3": CHURN}, "e2")
    running.events()
    running.publish(REQUESTS, request())

    running.settle()

    notes = {
        data["deployment"]["deployed_model_id"]: data["deployment"].get("note", "")
        for kind, _, data in running.told()
        if kind == "deployment.v1.undeployed"
    }
    assert serving.at("e1") == (["2"], {"2": 100})
    assert serving.at("e2") is None
    assert notes == {"1": "", "3": "The endpoint was empty, and is deleted."}
