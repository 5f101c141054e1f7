from __future__ import annotations

from collections import Counter
from dataclasses import replace

from local.people.expectations import Told
from local.people.function_log import Decision
from local.people.observation import Observation, in_order
from local.people.subscriber import Event

DECISION = Decision(
    model="d.m",
    outcome="registered",
    reason="RULE_MATCHED",
    rule="prod",
    meaning="",
    detail="",
    nothing_new=False,
    dry_run=False,
)


def event(number: int, model: str) -> Event:
    return Event(
        told=Told("alias.v1.assigned", model, alias=str(number)), id=str(number), ordering_key=model
    )


def seen(decisions: Counter[Decision] | None = None, events: tuple[Event, ...] = ()) -> Observation:
    return Observation(
        refusals=(),
        decisions=decisions or Counter(),
        registry=(),
        registry_before=(),
        endpoints=(),
        endpoints_before=(),
        events=events,
        dead_letters=0,
        seconds=0.0,
    )


def test_events_are_accounted_for_once_and_in_order_within_each_model() -> None:
    came = (event(1, "d.n"), event(2, "d.m"), event(1, "d.n"), event(4, "d.n"), event(3, "d.m"))
    account = seen(events=came).account()

    assert [told.alias for told in account.events] == ["2", "3", "1", "4"]


def test_what_is_retried_is_no_decision_and_a_dry_run_is_named() -> None:
    retried = replace(DECISION, outcome="retried", reason="REGISTRY_LAG")
    dry_run = replace(DECISION, dry_run=True)
    account = seen(Counter([DECISION, DECISION, retried, dry_run])).account()

    assert account.decisions == {("d.m", "RULE_MATCHED"), ("d.m", "RULE_MATCHED", "dry run")}


def test_what_functions_and_endpoints_do_side_by_side_is_put_in_one_order() -> None:
    requested = Told("deletion.v1.requested", "d.m")
    first, second = (Told("deployment.v1.undeployed", "d.m", about=name) for name in ("a", "b"))
    completed, deleted = Told("deletion.v1.completed", "d.m"), Told("model.v1.deleted", "d.m")

    assert in_order([requested, second, first, deleted, completed]) == (
        deleted, requested, first, second, completed,
    )  # fmt: skip
    assert in_order([completed, requested]) == (completed, requested)
