"""The end of a clean-up: how long it takes, and what is told of it (see scene.py)."""

from __future__ import annotations

from bqml_registrar.delivery.outcome import Outcome
from bqml_registrar.errors import DeliveryError, StaleError
from bqml_registrar.reasons import Reason
from tests.builders import CHURN
from tests.unit.cleanup.scene import VERSION, Scene, once, planned


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
