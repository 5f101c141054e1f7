"""What the tests of the clean-up share: a model that serves, the request that ends it, what is told of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.analyst import create_dataset
from tests.builders import CHURN
from tests.functional.running import Running
from tests.functional.serving import NEIGHBOUR, Serving, sql, train_labelled

Run = Callable[..., Running]
REQUEST = {"model": str(CHURN), "reason": "replaced by churn_v2"}
UNDEPLOYED = ("deployment.v1.undeployed", "UNDEPLOYED")
COMPLETE = [
    ("deletion.v1.requested", "CLEANUP_PLANNED"),
    ("deployment.v1.undeployplanned", "CLEANUP_PLANNED"),
    UNDEPLOYED,
    ("deletion.v1.completed", "CLEANED_UP"),
]
GONE = ("model.v1.deleted", "MODEL_DELETED")


def started(run: Run, serving: Serving, *endpoints: str, **given: Any) -> Running:
    """`churn` registered by the function and deployed alone to endpoints (e1); all told and forgotten."""
    running = run(**given)
    create_dataset("prod_sales")
    train_labelled()
    running.settle()
    for number, endpoint in enumerate(endpoints or ("e1",), start=1):
        serving.deploy({str(number): CHURN}, endpoint)
    running.events()
    return running


def two_registered(run: Run, **given: Any) -> Running:
    """`churn` and its neighbour, registered by the function and deployed nowhere; told and forgotten."""
    running = run(**given)
    create_dataset("prod_sales")
    for name in (CHURN, NEIGHBOUR):
        train_labelled(name)
    running.settle()
    running.events()
    return running


def blocked(running: Running) -> dict[str, Any]:
    """The data of the only event, by which somebody is told why nothing was done."""
    ((kind, _, data),) = running.told()
    assert kind == "deletion.v1.blocked"
    return data


def made_again(running: Running, serving: Serving) -> None:
    """`churn` is undeployed by hand, dropped, made again and deployed anew; all told and forgotten."""
    serving.undeploy("1")
    sql("DROP MODEL prod_sales.churn")
    train_labelled()
    running.settle()
    serving.deploy({"9": CHURN}, "e2")
    running.events()
