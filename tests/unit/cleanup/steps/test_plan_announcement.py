"""The first delivery of an intent: the plan is told and passed on, and nothing is changed (see scene.py)."""

from __future__ import annotations

from tests.builders import CHURN
from tests.unit.cleanup.scene import COMPLETE, REQUESTS, Scene


def test_the_first_delivery_changes_nothing_and_passes_the_plan_on() -> None:
    scene = Scene()
    deployed = scene.deploy()

    scene.deliver(scene.request())

    (message,) = scene.taken()
    assert scene.calls() == []
    assert scene.told == COMPLETE[:2]
    assert deployed.configuration.replace('"', '\\"') in message.data.decode()


def test_without_delete_the_model_is_only_made_ready_to_go() -> None:
    scene = Scene()
    scene.deploy()

    scene.settle(scene.request(delete=False))

    assert scene.reasons[-1] == "NOTHING_DEPLOYED"
    assert scene.told[-1] == "deletion.v1.ready"
    assert CHURN in scene.google.models


def test_a_dry_run_publishes_the_plan_and_changes_nothing() -> None:
    scene = Scene(dry_run=True)
    scene.deploy(share=60)
    scene.deploy_other(share=40)

    scene.deliver(scene.request())

    (requested,) = scene.data("deletion.v1.requested")
    assert scene.told == COMPLETE[:2]
    assert requested["verdict"]["dry_run"] is True
    assert '"endpoint":"7"' in requested["deletion"]["plan"]
    assert scene.calls() == []
    assert REQUESTS not in scene.google.published
