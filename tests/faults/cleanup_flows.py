"""The flows of the clean-up: what is deployed where, and who means to delete it."""

from __future__ import annotations

from typing import Any

from tests.faults.deployments import endpoint, refused, request
from tests.faults.flow import Flow
from tests.faults.flows import ASSIGNED, CHURN, DELETED, REGISTERED
from tests.faults.people import label, upload
from tests.faults.statements import dataset, drop, retrain, train

PLANNED = "deployment.v1.undeployplanned"
UNDEPLOYED = "deployment.v1.undeployed"
REQUESTED = "deletion.v1.requested"
BLOCKED = "deletion.v1.blocked"
READY = "deletion.v1.ready"
COMPLETED = "deletion.v1.completed"
CANCELLED = "deletion.v1.cancelled"

# Two other models go on serving, with what this one leaves them.
SHARED = endpoint("shared", {"prod_sales-churn": 60, "neighbour": 30, "stranger": 10})
PAIR = endpoint("pair", {"neighbour": 75, "prod_sales-churn": 25})
ALONE = endpoint("alone", {"prod_sales-churn": 100})
NEIGHBOURS = (upload("neighbour"), upload("stranger"))


def deleted_at_its_time(end: Any) -> Any:
    """The id of `model.v1.deleted` names when: a fault, and the wait after it, come before that."""
    told = [
        change.split()[0] if change.startswith(DELETED) else change for change in end["announced"]
    ]
    return {**end, "announced": sorted(told)}


CLEAN_UP = Flow(
    name="clean-up",
    every=2,
    rounds=(
        CHURN,
        (
            *NEIGHBOURS,
            SHARED,
            PAIR,
            ALONE,
            request("prod_sales.churn", delete=False, reason="it moves"),
        ),
    ),
    given=1,
    announces={REGISTERED: 1, ASSIGNED: 1, REQUESTED: 1, PLANNED: 3, UNDEPLOYED: 3, READY: 1},
)
# Here the rule has emptied endpoints deleted.
CLEAN_UP_AND_DELETE = Flow(
    name="clean-up-and-delete",
    every=3,
    rounds=(
        (dataset("nightly_eu"), train("nightly_eu.churn", vertex="register")),
        (
            upload("neighbour"),
            endpoint("pair", {"neighbour": 75, "nightly_eu-churn": 25}),
            endpoint("alone", {"nightly_eu-churn": 100}),
            request("nightly_eu.churn"),
        ),
    ),
    given=1,
    observe=deleted_at_its_time,
    announces={
        REGISTERED: 1, REQUESTED: 1, PLANNED: 2, UNDEPLOYED: 2, COMPLETED: 1, DELETED: 1,
    },
)  # fmt: skip
# The rule has a refused DROP retried.
REFUSED_DROP = Flow(
    name="refused-drop",
    every=3,
    rounds=(CHURN, (*NEIGHBOURS, SHARED, refused(drop()))),
    given=1,
    observe=deleted_at_its_time,
    announces={
        REGISTERED: 1, ASSIGNED: 1, REQUESTED: 1, PLANNED: 1, UNDEPLOYED: 1, COMPLETED: 1, DELETED: 1,
    },
)  # fmt: skip
REFUSED_REPLACE = Flow(
    name="refused-replace",
    every=3,
    rounds=(CHURN, (ALONE, refused(retrain()))),
    given=1,
    announces={REGISTERED: 1, ASSIGNED: 1, REQUESTED: 1, PLANNED: 1, UNDEPLOYED: 1, READY: 1},
)
REFUSED_AND_TOLD = Flow(
    name="refused-and-told",
    rounds=(
        (dataset("nightly_eu"), train("nightly_eu.churn", vertex="register")),
        (endpoint("alone", {"nightly_eu-churn": 100}), refused(drop("nightly_eu.churn"))),
    ),
    given=1,
    announces={REGISTERED: 1, BLOCKED: 1},
)
# The retire label: `register_model` hears of it, and makes it a date.
RETIRED = Flow(
    name="retire-label",
    every=2,
    rounds=(CHURN, (label("prod_sales.churn", {"retire": ""}),)),
    given=1,
    announces={REGISTERED: 1, ASSIGNED: 1, REQUESTED: 1},
)
WITHDRAWN = Flow(
    name="retire-label-withdrawn",
    every=2,
    rounds=(*RETIRED.rounds, (label("prod_sales.churn", {"retire": None}),)),
    given=2,
    announces={REGISTERED: 1, ASSIGNED: 1, REQUESTED: 1, CANCELLED: 1},
)

CLEANUPS = (
    CLEAN_UP, CLEAN_UP_AND_DELETE, REFUSED_DROP, REFUSED_REPLACE, REFUSED_AND_TOLD, RETIRED, WITHDRAWN,
)  # fmt: skip
