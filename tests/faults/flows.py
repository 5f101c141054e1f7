"""The flows: what people do, round by round; after each round the product hears of it.

A new one is one more entry in FLOWS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from tests.faults.people import Action, alias, label, upload
from tests.faults.statements import alter, dataset, drop, registered_as, remote, retrain, train

Round = tuple[Action, ...]
Observation = Callable[[Mapping[str, Any]], Any]

PROD = {"vertex": "register", "stage": "champion", "team": "growth"}


class Flow(Struct, frozen=True, kw_only=True):
    """Rounds of actions, and how many events of each type they lead to.

    The first `given` rounds only lead there: the faults of another flow are theirs as well.
    `told_once`: of all entries about one round only the first comes through, so that none of the
    others makes good what goes wrong with it.
    `observe` says what of the end has to be equal, where not all of it: with the reason.
    """

    name: str
    rounds: tuple[Round, ...]
    announces: Mapping[str, int]
    given: int = 0
    told_once: bool = False
    settings: Mapping[str, Any] = {}
    observe: Observation = lambda end: end

    def late(self, announces: Mapping[str, int]) -> Flow:
        """The same, heard of only when all is done."""
        together = tuple(action for actions in self.rounds for action in actions)
        name = f"{self.name}-late"
        return replace(self, name=name, rounds=(together,), given=0, announces=announces)


def told_once(flow: Flow) -> Flow:
    return replace(flow, name=f"{flow.name}-told-once", told_once=True)


def _one_has_the_id(end: Any) -> Any:
    """Who comes first has it, in every order: that only one is registered for good is what counts."""
    return {
        **end,
        "state": {},
        "announced": sorted(change.split()[0] for change in end["announced"]),
    }


SALES = dataset("prod_sales")
CHURN = (SALES, train(**PROD))
REMEMBERED = (
    alias("prod_sales-churn", "live", "blueGreen-2"),
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
REPLACE_FORGOTTEN = Flow(
    name="replace-forgotten",
    rounds=REPLACED,
    given=2,
    announces={REGISTERED: 2, ASSIGNED: 2},
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

# One list for each test module; what is in none of them is for `make test-long` alone.
REGISTRATIONS = (REGISTER, told_once(REGISTER), told_once(ADOPT), LABEL_LATER, LABEL_REMOVED)
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
    DELETE,
    DELETE.late({DELETED: 1}),
)
FLOWS = (
    *REGISTRATIONS,
    *REFUSALS,
    *SUCCESSIONS,
    ADOPT,
    LABEL_LATER.late({REGISTERED: 1, ASSIGNED: 1}),
    REPLACE_REMEMBERED,
    REPLACE_FORGOTTEN,
    REPLACE_PARENT,
    REPLACE_UNHEARD,
)
