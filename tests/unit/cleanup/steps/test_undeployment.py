"""One endpoint: how long its clean-up takes, and what is told of it (see scene.py)."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from bqml_registrar.policy.cleanup_rules import CleanupRules, EmptiedEndpoints, Protections
from bqml_registrar.reasons import Reason
from tests.builders import CHURN, CREATED
from tests.unit.cleanup.scene import Scene, once, planned

DELETES = CleanupRules(emptied_endpoints=EmptiedEndpoints.DELETE)


def note(scene: Scene) -> str:
    (undeployed,) = scene.data("undeployed")
    told: str = undeployed["deployment"].get("note", "")
    return told


# One endpoint.


def test_traffic_that_protects_by_now_is_not_taken_away() -> None:
    scene = Scene(CleanupRules(protect=Protections(traffic_share=50)))
    scene.deploy(share=20)
    other = scene.deploy_other(share=80)
    message = planned(scene)
    endpoint = scene.endpoint()
    assert endpoint is not None
    moved = replace(endpoint, traffic={"1": 90, other.id: 10})
    once(scene, "UpdateEndpoint", lambda: scene.at.put(moved))

    scene.settle(message)

    assert scene.events[-1] == ("deletion.v1.blocked", "PROTECTED_BY_TRAFFIC")
    assert scene.calls("UndeployModel") == []
    assert scene.endpoint().traffic == {"1": 90, other.id: 10}  # type: ignore[union-attr]


def test_nothing_is_said_of_an_endpoint_that_goes_on_serving() -> None:
    scene = Scene()
    scene.deploy(share=60)
    scene.deploy_other(share=40)

    scene.settle(scene.request())

    assert note(scene) == ""


def test_of_an_endpoint_that_somebody_deleted_it_is_said() -> None:
    scene = Scene()
    scene.deploy()
    message = planned(scene)
    scene.at.endpoints.clear()

    scene.settle(message)

    assert note(scene) == "The endpoint is gone."


def test_an_emptied_endpoint_that_somebody_else_deletes_is_deleted() -> None:
    scene = Scene(DELETES)
    scene.deploy()
    message = planned(scene)
    once(scene, "DeleteEndpoint", scene.at.endpoints.clear)

    outcome = scene.deliver(message)

    assert outcome.reason is Reason.CLEANED_UP
    assert note(scene) == "The endpoint was empty, and is deleted."


def test_that_an_endpoint_is_deleted_is_told_when_it_is() -> None:
    scene = Scene(DELETES)
    scene.at.undeploy_seconds = 20
    scene.deploy()

    scene.settle(scene.request())

    assert note(scene) == "The endpoint was empty, and is deleted."
    assert scene.google.clock.slept >= 40


def test_of_an_endpoint_whose_deletion_takes_longer_than_the_delivery_it_is_said() -> None:
    scene = Scene(DELETES, delivery_seconds=30)
    scene.at.undeploy_seconds = 20
    scene.deploy()

    scene.settle(scene.request())
    scene.later(seconds=20)
    scene.at.settle()

    assert note(scene) == "The endpoint is empty, and is being deleted."
    assert scene.at.endpoints == {}


def test_after_each_undeployment_the_pauses_are_short_again() -> None:
    scene = Scene()
    scene.at.undeploy_seconds = 6
    for _ in range(5):
        scene.deploy(share=0)

    scene.settle(scene.request())

    assert scene.google.clock.slept < 5 * 7


# The end.


def test_an_intent_that_is_over_ends_in_the_delivery_that_finds_it() -> None:
    scene = Scene()
    scene.deploy("7")
    scene.deploy("8")
    message = planned(scene)
    made_again = replace(scene.google.models[CHURN], created=CREATED + timedelta(hours=9))
    once(scene, "UndeployModel", lambda: scene.google.models.update({CHURN: made_again}))

    outcome = scene.deliver(message)

    assert outcome.reason is Reason.STALE_INTENT
    assert scene.taken() == []
