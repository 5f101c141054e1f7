"""The flows of the sweep: what no event has told."""

from __future__ import annotations

from datetime import timedelta

from tests.faults.cleanup_flows import (
    COMPLETED,
    PLANNED,
    READY,
    REQUESTED,
    UNDEPLOYED,
    deleted_at_its_time,
)
from tests.faults.deployments import endpoint, expiring, hours, orphaned, sweep, unheard
from tests.faults.flow import Flow
from tests.faults.flows import ASSIGNED, CHURN, DELETED, PROD, REGISTERED, REMOVED, SALES
from tests.faults.people import label
from tests.faults.statements import train

SWEPT = "reconcile.v1.completed"
DRIFT = "reconcile.v1.driftdetected"
# A person's change has an event of its own. Where that comes first there is nothing to be missed.
HEARD = ("label-model", "relabel")
# What a fault keeps one sweep from settling, the next one settles.
NEXT = (sweep("prod_sales", name="next"),)

MISSED = Flow(
    name="sweep-missed",
    every=2,
    rounds=((SALES, unheard(train(**PROD)), sweep()),),
    afterwards=NEXT,
    without=HEARD,
    announces={REGISTERED: 1, ASSIGNED: 1, DRIFT: 1, SWEPT: 2},
)
RELABELLED = Flow(
    name="sweep-relabelled",
    rounds=(
        CHURN,
        (unheard(label("prod_sales.churn", {"stage": "challenger"})), sweep("prod_sales")),
    ),
    given=1,
    afterwards=NEXT,
    without=HEARD,
    announces={REGISTERED: 1, ASSIGNED: 2, REMOVED: 1, DRIFT: 1, SWEPT: 2},
)
# A sweep before that has found it in order, and left its mark.
RETIRING = (CHURN, (label("prod_sales.churn", {"retire": ""}),), (sweep("prod_sales"),))
RETIRED = Flow(
    name="sweep-retired",
    every=4,
    rounds=(*RETIRING, (endpoint("alone", {"prod_sales-churn": 100}), hours(24), sweep("prod_sales"))),
    given=3,
    observe=deleted_at_its_time,
    afterwards=NEXT,
    without=HEARD,
    announces={
        REGISTERED: 1, ASSIGNED: 1, REQUESTED: 2, PLANNED: 1, UNDEPLOYED: 1, COMPLETED: 1, DELETED: 1,
        SWEPT: 3,
    },
)  # fmt: skip
ORPHANED = Flow(
    name="sweep-orphaned",
    rounds=(
        (*CHURN, train("prod_sales.other", **PROD)),
        (orphaned("prod_sales.churn"), sweep("prod_sales")),
    ),
    given=1,
    afterwards=NEXT,
    # Where the sweep is there before its event, it is told as missed; and orphans are found by labels.
    without=("relabel", "version-labels-lost"),
    announces={REGISTERED: 2, ASSIGNED: 2, DELETED: 1, DRIFT: 2, SWEPT: 2},
)
EXPIRING = Flow(
    name="sweep-expiring",
    every=3,
    rounds=(
        CHURN,
        (
            endpoint("alone", {"prod_sales-churn": 100}),
            unheard(expiring("prod_sales.churn", after=timedelta(days=2))),
            sweep("prod_sales"),
        ),
    ),
    given=1,
    afterwards=NEXT,
    without=HEARD,
    announces={
        REGISTERED: 1, ASSIGNED: 1, REQUESTED: 1, PLANNED: 1, UNDEPLOYED: 1, READY: 1, SWEPT: 2,
    },
)  # fmt: skip
# All of it in one dataset: a hundred calls, too many for every kind at each.
DRIFTED = Flow(
    name="sweep-drifted",
    every=2,
    rounds=(
        (
            SALES,
            train("prod_sales.churn", **PROD),
            train("prod_sales.old", **PROD),
            train("prod_sales.brief", **PROD),
            label("prod_sales.old", {"retire": ""}),
        ),
        (
            endpoint("old", {"prod_sales-old": 100}),
            endpoint("brief", {"prod_sales-brief": 100}),
            unheard(
                train("prod_sales.missed", **PROD),
                label("prod_sales.churn", {"stage": "challenger"}),
                expiring("prod_sales.brief", after=timedelta(days=3)),
            ),
            hours(24),
            sweep(),
        ),
    ),
    given=1,
    observe=deleted_at_its_time,
    afterwards=NEXT,
    without=HEARD,
    announces={
        REGISTERED: 4, ASSIGNED: 5, REMOVED: 1, REQUESTED: 3, PLANNED: 2, UNDEPLOYED: 2, READY: 1,
        COMPLETED: 1, DELETED: 1, DRIFT: 2, SWEPT: 2,
    },
)  # fmt: skip

SWEEPS = (MISSED, RELABELLED, RETIRED, ORPHANED, EXPIRING)
