"""Deliveries that come again, and intents that have become stale: clean-up on the fakes (see scene.py)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from bqml_registrar.policy.cleanup_rules import CleanupRules
from tests.builders import CHURN, CREATED
from tests.unit.cleanup.scene import COMPLETE, Scene

# Redelivery.


@pytest.mark.parametrize("call", range(12))
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_at_any_call_ends_as_if_there_had_been_none(call: int, when: str) -> None:
    undisturbed = Scene()
    undisturbed.deploy(share=60)
    undisturbed.deploy_other(share=40)
    undisturbed.settle(undisturbed.request())

    scene = Scene()
    scene.deploy(share=60)
    scene.deploy_other(share=40)
    crash = Crash(scene, call, after=when == "after")
    crash.settle(scene.request())

    assert sorted(scene.events) == sorted(undisturbed.events)
    assert scene.google.models == {}
    assert scene.endpoint() is not None
    assert scene.endpoint().traffic == undisturbed.endpoint().traffic  # type: ignore[union-attr]


class CrashError(Exception):
    """The instance ends."""


class Crash:
    """Ends the instance at one call, before or after its effect; its message comes again."""

    def __init__(self, scene: Scene, at: int, *, after: bool) -> None:
        self._scene = scene
        self._left = at
        self._after = after
        self._armed = False
        scene.google.enter = self._enter  # type: ignore[method-assign]

    def _enter(self, call: str) -> None:
        self._scene.google.calls.append(call)
        if self._armed and self._after:
            self._armed = False
            raise CrashError  # at the call behind the one that had its effect
        if self._left == 0:
            self._left -= 1
            if not self._after:
                raise CrashError
            self._armed = True
            return
        self._left -= 1

    def settle(self, message: Any) -> None:
        queue = [message]
        for _ in range(20):
            queue += self._scene.taken()
            if not queue:
                return
            try:
                self._scene.deliver(queue[0])
            except CrashError:
                self._scene.instance()
            else:
                queue.pop(0)
        raise AssertionError("it goes on and on")


def test_a_second_copy_of_the_request_announces_nothing_new() -> None:
    scene = Scene()
    scene.deploy()
    request = scene.request()

    scene.settle(request, request)
    scene.instance()
    scene.settle(request)

    assert scene.told == COMPLETE


# Generation.


def test_a_request_older_than_the_model_touches_nothing() -> None:
    scene = Scene()
    scene.deploy()
    request = scene.message({"model": str(CHURN)}, published=CREATED - timedelta(seconds=1))

    scene.settle(request)

    assert scene.events == [("deletion.v1.cancelled", "STALE_INTENT")]
    assert scene.calls() == []


def test_a_request_that_names_another_etag_touches_nothing() -> None:
    scene = Scene()
    scene.deploy()

    scene.settle(scene.request(etag="not-this-one"))

    assert scene.events == [("deletion.v1.cancelled", "STALE_INTENT")]
    assert scene.calls() == []


def test_an_intent_older_than_the_rule_allows_touches_nothing() -> None:
    scene = Scene(CleanupRules(max_intent_age_hours=2))
    scene.deploy()
    request = scene.request()
    scene.later(hours=2, seconds=1)

    scene.settle(request)

    assert scene.events == [("deletion.v1.cancelled", "STALE_INTENT")]
    assert scene.calls() == []


def test_a_model_made_again_by_somebody_else_in_the_middle_is_not_touched() -> None:
    scene = Scene()
    scene.deploy("7")
    scene.deploy("8")
    scene.deliver(scene.request())

    def made_again() -> None:
        scene.google.before.pop("UndeployModel")
        # As CREATE OR REPLACE would, had it not been refused: the same name, another model.
        model = scene.google.models[CHURN]
        scene.google.models[CHURN] = replace(model, created=CREATED + timedelta(hours=9))

    scene.google.before["UndeployModel"] = made_again
    scene.settle()

    assert scene.events[-1] == ("deletion.v1.cancelled", "STALE_INTENT")
    assert scene.told.count("deployment.v1.undeployed") == 1
    assert scene.calls("UndeployModel", "models.delete") == ["UndeployModel"]
    assert CHURN in scene.google.models


def test_a_model_made_again_before_the_delete_is_not_deleted() -> None:
    scene = Scene()
    scene.deploy()
    scene.deliver(scene.request())

    def made_again() -> None:
        model = scene.google.models[CHURN]
        scene.google.models[CHURN] = replace(model, created=CREATED + timedelta(hours=9))

    scene.google.before["GetOperation"] = made_again
    scene.settle()

    assert scene.events[-1] == ("deletion.v1.cancelled", "STALE_INTENT")
    assert "models.delete" not in scene.google.calls
