"""Retirement and expiration, which other functions ask for, on the fakes (see scene.py)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from bqml_registrar.bookkeeping.model_document import RetirementRecord, Stored
from bqml_registrar.delivery.context import Context
from bqml_registrar.messages.received import ReceivedMessage
from bqml_registrar.policy.cleanup_rules import (
    CleanupRules,
    OnExpiration,
    OnRefusedDelete,
    Retirement,
)
from bqml_registrar.policy.conditions import Condition
from bqml_registrar.policy.rules import Match
from tests.builders import (
    CHURN,
    CREATED,
    a_policy,
    a_rule,
)
from tests.unit.cleanup.refused_scene import remembered
from tests.unit.cleanup.scene import Scene


def expiring(scene: Scene, **after: float) -> ReceivedMessage:
    """What the sweep asks for of a model that ends then."""
    expires = scene.now() + timedelta(**(after or {"hours": 20}))
    scene.google.models[CHURN] = replace(scene.google.models[CHURN], expires=expires)
    generation = scene.google.models[CHURN].generation
    return scene.request(origin="expiration", key="expiration-9", generation=generation)


@pytest.mark.parametrize("put_off", [None, timedelta(hours=49)], ids=["for good", "a while"])
@pytest.mark.parametrize("planned", [False, True], ids=["before the plan", "after it"])
def test_a_model_whose_end_was_put_off_stays_deployed(
    put_off: timedelta | None, planned: bool
) -> None:
    scene = Scene(CleanupRules(on_expiration=OnExpiration.UNDEPLOY, expiration_horizon_hours=48))
    scene.deploy()
    message = expiring(scene)
    if planned:
        scene.deliver(message)
        (message,) = scene.taken()
    expires = scene.now() + put_off if put_off else None
    scene.google.models[CHURN] = replace(scene.google.models[CHURN], expires=expires)

    scene.settle(message)

    assert scene.events[-1] == ("deletion.v1.cancelled", "STALE_INTENT")
    assert scene.calls() == []


def test_a_coming_expiration_is_told_or_undeployed_as_the_rule_says() -> None:
    notified = Scene()
    undeployed = Scene(CleanupRules(on_expiration=OnExpiration.UNDEPLOY))
    for scene in (notified, undeployed):
        scene.deploy()
        scene.settle(expiring(scene))

    assert notified.events == [("deletion.v1.blocked", "NOTIFY_ONLY")]
    assert undeployed.told[-1] == "deletion.v1.ready"
    assert CHURN in undeployed.google.models


def test_an_expiration_of_what_is_deployed_nowhere_is_nothing_to_tell() -> None:
    scene = Scene()

    scene.settle(expiring(scene))

    assert scene.events == []
    assert scene.reasons == ["NOTHING_DEPLOYED"]


def retiring_scene(label: str) -> Scene:
    scene = Scene(CleanupRules(retirement=Retirement()), labels={"retire": label})
    generation = scene.google.models[CHURN].generation
    remembered(
        scene.google,
        CHURN,
        generation=generation,
        retirement=RetirementRecord(key="retirement-1", wanted="20261101", generation=generation),
    )
    scene.deploy()
    return scene


def due(scene: Scene) -> ReceivedMessage:
    generation = scene.google.models[CHURN].generation
    return scene.request(origin="retirement", key="retirement-1", generation=generation)


def test_a_retirement_that_is_due_is_carried_out() -> None:
    scene = retiring_scene("2026-11-01")

    scene.settle(due(scene))

    assert scene.told[-1] == "deletion.v1.completed"


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"retirement": None}, id="no retirement"),
        pytest.param(
            {"retirement": RetirementRecord(key="k", wanted="20261101", generation="1")},
            id="of another generation",
        ),
    ],
)
def test_a_date_that_nothing_remembers_is_not_followed(changes: dict[str, object]) -> None:
    scene = retiring_scene("2026-11-01")
    kept = scene.google.documents[CHURN].document
    assert kept is not None
    scene.google.documents[CHURN] = Stored(document=replace(kept, **changes), revision="r")

    scene.settle(due(scene))

    assert scene.events == [("deletion.v1.cancelled", "RETIREMENT_WITHDRAWN")]
    assert scene.calls() == []


@pytest.mark.parametrize("lost", [True, False], ids=["lost", "expired"])
def test_where_the_document_is_gone_the_date_in_the_label_is_followed(*, lost: bool) -> None:
    scene = retiring_scene("2026-11-01")
    kept = scene.google.documents[CHURN].document
    assert kept is not None
    expired = Stored(document=replace(kept, expire_at=CREATED), revision="r")
    scene.google.documents[CHURN] = Stored() if lost else expired

    scene.settle(due(scene))

    assert scene.told[-1] == "deletion.v1.completed"


@pytest.mark.parametrize("label", [None, "2027-01-01", "false"])
def test_a_retirement_withdrawn_before_it_was_carried_out_touches_nothing(
    label: str | None,
) -> None:
    scene = retiring_scene("2026-11-01")
    scene.relabel(retire=label)

    scene.settle(due(scene))

    assert scene.events == [("deletion.v1.cancelled", "RETIREMENT_WITHDRAWN")]
    assert scene.calls() == []


@pytest.mark.parametrize("end", ["retirement", "expiration"])
def test_where_nobody_knows_the_rule_nobody_says_that_the_end_was_put_off(end: str) -> None:
    by_job = a_rule(match=Match(fields={"creator": Condition(("ana@*",))}))
    scene = Scene(policy=a_policy(by_job), labels={"retire": "2026-11-01"})
    scene.deploy()

    scene.settle(due(scene) if end == "retirement" else expiring(scene, hours=60))

    assert scene.events == [("deletion.v1.blocked", "ORIGIN_UNKNOWN")]
    assert scene.outcomes[-1].decision == "blocked"  # type: ignore[union-attr]
    assert scene.calls() == []


def test_a_retirement_withdrawn_in_the_middle_stops_the_rest() -> None:
    scene = retiring_scene("2026-11-01")
    scene.deliver(due(scene))
    scene.relabel(retire=None)

    scene.settle()

    assert scene.events[-1] == ("deletion.v1.cancelled", "RETIREMENT_WITHDRAWN")
    assert scene.calls() == []


@pytest.mark.parametrize("origin", ["retirement", "refused_drop", "refused_replace"])
def test_nothing_but_a_request_can_be_forced(origin: str) -> None:
    scene = retiring_scene("2026-11-01")
    policy = a_policy(
        a_rule(
            cleanup=CleanupRules(
                retirement=Retirement(),
                on_refused_delete=OnRefusedDelete.UNDEPLOY,
                max_undeployments=0,
            )
        )
    )
    scene.context = Context(**{**scene._context, "policy": policy})
    generation = scene.google.models[CHURN].generation

    scene.settle(
        scene.request(origin=origin, key="retirement-1", generation=generation, force=True)
    )

    assert scene.events == [("deletion.v1.blocked", "TOO_MANY_UNDEPLOYMENTS")]
