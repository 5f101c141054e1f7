"""The flows: what people do, round by round; after each round the product hears of it.

A new one is one more entry in a list at the end. Those of the clean-up are in cleanup_flows.py.
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from tests.faults.flow import Flow, told_once
from tests.faults.people import alias, label, upload
from tests.faults.statements import alter, dataset, drop, registered_as, remote, retrain, train

PROD = {"vertex": "register", "stage": "champion", "team": "growth"}


def _one_has_the_id(end: Any) -> Any:
    """Who comes first has it, in every order: that only one is registered for good is what counts."""
    return {
        **end,
        "state": {},
        "announced": sorted(change.split()[0] for change in end["announced"]),
    }


def _one_has_the_alias(end: Any) -> Any:
    """Who comes last has it, in every order."""
    versions = [v for model in end["state"]["vertex"].values() for v in model["versions"]]
    return {
        **end,
        "state": sorted(alias for version in versions for alias in version["aliases"]),
        "announced": sorted(change.split()[0] for change in end["announced"]),
    }


SALES = dataset("prod_sales")
CHURN = (SALES, train(**PROD))
REMEMBERED = (
    alias("prod_sales-churn", "live", "blue-green-2"),
    label("prod_sales.churn", {"touched": "1"}),
)
REPLACED = (CHURN, REMEMBERED, (retrain(**PROD),))

REGISTERED = "model.v1.registered"
REJECTED = "model.v1.rejected"
REPLACED_EVENT = "model.v1.replaced"
DELETED = "model.v1.deleted"
ASSIGNED = "alias.v1.assigned"
REMOVED = "alias.v1.removed"
CARRIED_OVER = "alias.v1.carriedover"

REGISTER = Flow(name="register", rounds=(CHURN,), announces={REGISTERED: 1, ASSIGNED: 1})
ADOPT = Flow(
    name="adopt",
    rounds=((SALES, train(options=registered_as("churn", "live"), **PROD)),),
    announces={REGISTERED: 1, ASSIGNED: 1},
)
LABEL_LATER = Flow(
    name="label-later",
    rounds=(
        (SALES, train()),
        (alter("prod_sales.churn", **PROD),),
        (label("prod_sales.churn", {"stage": "challenger"}),),
    ),
    announces={REGISTERED: 1, ASSIGNED: 2, REMOVED: 1},
)
LABEL_REMOVED = Flow(
    name="label-removed",
    rounds=(
        (SALES, train()),
        (alter("prod_sales.churn", **PROD),),
        (label("prod_sales.churn", {"vertex": None}),),
    ),
    given=2,
    announces={REGISTERED: 1, ASSIGNED: 1, REJECTED: 1},
)
TAKEN_BY_BQML = Flow(
    name="taken-by-bqml",
    rounds=(
        (SALES, train("prod_sales.other", registered_as("prod_sales-churn"))),
        (train(**PROD),),
    ),
    announces={REJECTED: 1},
)
TAKEN_BY_CUSTOM = Flow(
    name="taken-by-custom",
    rounds=((SALES, upload("prod_sales-churn"), train(**PROD)),),
    announces={REJECTED: 1},
)
COLLISION = Flow(
    name="collision",
    rounds=(
        (dataset("nightly_eu"), train("nightly_eu.churn", **PROD)),
        (dataset("eu"), train("eu.churn", **PROD)),
    ),
    given=1,
    announces={REGISTERED: 1, REJECTED: 1},
)
REMOTE = Flow(
    name="remote",
    rounds=((SALES, remote("prod_sales.gemini", **PROD)),),
    announces={REJECTED: 1},
)
REPLACE_REMEMBERED = Flow(
    name="replace-remembered",
    rounds=REPLACED,
    given=1,
    settings={"labels_survive_replace": True},
    announces={REGISTERED: 2, ASSIGNED: 2, REPLACED_EVENT: 1, CARRIED_OVER: 2},
)
REPLACE_PARENT = replace(
    REPLACE_REMEMBERED,
    name="replace-parent",
    rounds=(CHURN, REMEMBERED, (retrain(options=registered_as("prod_sales-churn"), **PROD),)),
    given=2,
    settings={"registry_model_survives_replace": True},
)
# Neither labels nor the registry's model survive, and numbering begins anew.
REPLACE_FORGOTTEN = replace(REPLACE_REMEMBERED, name="replace-forgotten", given=2, settings={})
# With options in the statement BigQuery itself registers the new version, before the old one goes.
REPLACE_NUMBERED = Flow(
    name="replace-numbered",
    rounds=(CHURN, REMEMBERED, (retrain(options=registered_as("prod_sales-churn"), **PROD),)),
    given=2,
    announces={REGISTERED: 2, ASSIGNED: 2, REPLACED_EVENT: 1, CARRIED_OVER: 2},
)
REPLACE_UNHEARD = Flow(
    name="replace-unheard",
    rounds=(CHURN, (*REMEMBERED, retrain(**PROD))),
    given=1,
    settings={"labels_survive_replace": True},
    announces={REGISTERED: 2, ASSIGNED: 2, REPLACED_EVENT: 1},
)
DELETE = Flow(
    name="delete",
    rounds=(CHURN, (drop(),)),
    given=1,
    announces={REGISTERED: 1, ASSIGNED: 1, DELETED: 1},
)
_FAMILY = {"vertex": "register", "family": "churn"}
FAMILY = Flow(
    name="family",
    rounds=(
        (dataset("lab"), train("lab.first", **_FAMILY)),
        (train("lab.second", **_FAMILY),),
        (train("lab.third", **_FAMILY),),
        # A person gives the default version, the first one, the alias that the third has: there it
        # stays.
        (
            alias("churn", "live"),
            label("lab.first", {"touched": "1"}),
            label("lab.third", {"touched": "1"}),
        ),
    ),
    given=2,
    announces={REGISTERED: 3, ASSIGNED: 3},
)
FAMILY_LATE = replace(
    replace(FAMILY, rounds=FAMILY.rounds[:2]).late({REGISTERED: 2, ASSIGNED: 2}),
    observe=_one_has_the_alias,
)

# One list for each test module; what is in none of them is for `make test-long` alone.
REGISTRATIONS = (
    replace(REGISTER, about_order=True),
    told_once(REGISTER),
    told_once(ADOPT),
    told_once(LABEL_LATER),
    LABEL_REMOVED,
)
REFUSALS = (
    TAKEN_BY_BQML,
    TAKEN_BY_CUSTOM,
    COLLISION,
    replace(COLLISION.late({REGISTERED: 1, REJECTED: 1}), observe=_one_has_the_id),
    REMOTE,
    told_once(REMOTE),
)
SUCCESSIONS = (
    told_once(REPLACE_REMEMBERED),
    told_once(REPLACE_FORGOTTEN),
    told_once(REPLACE_NUMBERED),
    told_once(FAMILY),
    DELETE,
    DELETE.late({}),
)
REGISTRAR = (
    *REGISTRATIONS,
    *REFUSALS,
    *SUCCESSIONS,
    ADOPT,
    LABEL_LATER,
    LABEL_LATER.late({REGISTERED: 1, ASSIGNED: 1}),
    REPLACE_REMEMBERED,
    REPLACE_FORGOTTEN,
    REPLACE_PARENT,
    REPLACE_NUMBERED,
    REPLACE_UNHEARD,
    FAMILY,
    FAMILY_LATE,
)
