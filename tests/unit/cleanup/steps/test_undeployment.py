"""One endpoint, and the end of a clean-up: how long it takes, and what is told of it (see scene.py)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from bqml_registrar.delivery.outcome import Outcome
from bqml_registrar.errors import DeliveryError, StaleError
from bqml_registrar.messages.received import Message
from bqml_registrar.policy.cleanup_rules import CleanupRules, EmptiedEndpoints, Protections
from bqml_registrar.reasons import Reason
from tests.builders import CHURN, CREATED
from tests.unit.cleanup.scene import VERSION, Scene

DELETES = CleanupRules(emptied_endpoints=EmptiedEndpoints.DELETE)


def planned(scene: Scene) -> Message:
    """The message by which the planned clean-up goes on."""
    scene.deliver(scene.request())
    (message,) = scene.taken()
    return message


def once(scene: Scene, call: str, act: Callable[[], Any]) -> None:
    """Somebody does something before the first such call."""

    def happens() -> None:
        scene.google.before.pop(call)
        act()

    scene.google.before[call] = happens


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


def test_a_model_that_somebody_else_deletes_first_is_deleted() -> None:
    scene = Scene()
    message = planned(scene)
    once(scene, "GetModel", lambda: scene.google.drop(CHURN))

    outcome = scene.deliver(message)

    assert outcome.reason is Reason.CLEANED_UP
    assert scene.google.clock.slept == 0


def test_a_model_that_was_labelled_since_the_look_is_looked_at_again_and_deleted() -> None:
    scene = Scene()
    message = planned(scene)

    def stale() -> None:
        raise StaleError

    once(scene, "models.delete", stale)
    outcome = scene.deliver(message)

    assert outcome.reason is Reason.CLEANED_UP
    assert scene.google.models == {}


def test_what_is_deployed_anew_while_a_delete_is_refused_is_planned_at_once() -> None:
    scene = Scene()
    scene.at.still_deployed_seconds = 300
    scene.deploy()
    message = planned(scene)
    once(scene, "models.delete", lambda: scene.deploy("9"))

    outcome = scene.deliver(message)

    assert outcome.reason is Reason.OUT_OF_TIME
    assert scene.google.clock.slept < 10


def still_shown(scene: Scene) -> Outcome | DeliveryError:
    """The model is deleted, and the registry goes on showing its version."""
    message = planned(scene)
    scene.google.drop = scene.google.models.pop  # type: ignore[assignment]
    return scene.deliver(message)


def test_a_version_that_the_registry_goes_on_showing_is_told_of() -> None:
    scene = Scene()

    outcome = still_shown(scene)

    assert outcome.reason is Reason.CLEANED_UP
    assert outcome.detail == f"The registry still shows {VERSION}."
    assert 50 < scene.google.clock.slept <= 60


def test_a_version_is_not_waited_for_longer_than_the_delivery_has() -> None:
    scene = Scene(delivery_seconds=20)

    assert still_shown(scene).reason is Reason.CLEANED_UP
    assert scene.google.clock.slept <= 20
