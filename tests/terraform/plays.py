"""What the fault harness's flows leave out, as no fault is of interest there, and yet makes calls."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tests.faults.deployments import hours, request, sweep, unheard
from tests.faults.flow import Flow
from tests.faults.flows import CHURN, SALES
from tests.faults.people import REGION, Action, People, label
from tests.faults.statements import dataset, train
from tests.faults.topic_names import AUDIT, INBOXES

# Of a job, without the name of what it made.
CUT_OFF = Path(__file__).parents[1] / "events" / "derived_job_truncated.json"
_FAMILY = {"vertex": "register", "family": "churn"}


def _published(topic: str, content: bytes) -> Action:
    return lambda people: people.publisher.publish(topic, content).result(timeout=10)


def _described(people: People) -> None:
    """The line of release 0.4.0 in the description of a registry model."""
    name = "projects/analytics-dev/datasets/prod_sales/models/churn"
    source = hashlib.sha256(name.encode()).hexdigest()[:8]
    people.registry.update_model(
        model={
            "name": f"{REGION}/models/prod_sales-churn",
            "description": f"[bqml-registrar {source}: 0__1__1]",
        },
        update_mask={"paths": ["description"]},
    )


PLAYS = (
    # What 0.4.0 wrote in a description is removed.
    Flow(
        name="upgrade",
        rounds=(CHURN, (_described, label("prod_sales.churn", {"touched": "1"}))),
        announces={},
    ),
    # The label's date has come, and an event is there before the sweep is.
    Flow(
        name="retirement-due",
        rounds=(
            CHURN,
            (label("prod_sales.churn", {"retire": ""}),),
            (hours(48), label("prod_sales.churn", {"touched": "1"})),
        ),
        announces={},
    ),
    # No label of the model tells which rule holds: its job and its dataset are asked. Nothing is
    # registered either.
    Flow(
        name="clean-up-unlabelled",
        rounds=((SALES, train()), (request("prod_sales.churn"),)),
        announces={},
    ),
    # Two versions of one model in the registry, and no event told of them.
    Flow(
        name="sweep-family",
        rounds=(
            (
                dataset("lab"),
                unheard(train("lab.first", **_FAMILY), train("lab.second", **_FAMILY)),
                sweep(),
            ),
        ),
        announces={},
    ),
    # The job is asked which model it made.
    Flow(
        name="cut-off",
        rounds=((_published(AUDIT, CUT_OFF.read_bytes()),),),
        announces={},
    ),
    # What nobody can read becomes a dead letter.
    Flow(
        name="garbled",
        rounds=(tuple(_published(topic, b"{") for topic in INBOXES),),
        announces={},
    ),
)
