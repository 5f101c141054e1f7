"""Clean-ups that run out of time, or fail, on the fakes (see scene.py)."""

from __future__ import annotations

from typing import Any

import pytest

from bqml_registrar.errors import PermanentError, RetryableError
from bqml_registrar.reasons import Reason
from tests.builders import CHURN
from tests.unit.cleanup.scene import COMPLETE, Scene

# Time.


def test_out_of_time_the_next_delivery_goes_on_where_the_world_stands() -> None:
    scene = Scene(delivery_seconds=30)
    scene.at.undeploy_seconds = 50
    scene.deploy("7")
    scene.deploy("8")

    scene.settle(scene.request())

    assert scene.reasons[1] == "OUT_OF_TIME"
    assert scene.reasons[-1] == "CLEANED_UP"
    assert scene.told.count("deployment.v1.undeployed") == 2
    assert scene.calls("UndeployModel").count("UndeployModel") >= 2


def test_a_delete_that_is_still_refused_after_the_undeployment_is_tried_again() -> None:
    scene = Scene()
    scene.at.still_deployed_seconds = 70
    scene.deploy()

    scene.settle(scene.request())

    assert scene.reasons == ["CLEANUP_PLANNED", "CLEANED_UP"]
    assert scene.google.calls.count("models.delete") > 2
    assert scene.google.clock.slept >= 70


def test_a_lag_longer_than_a_delivery_is_carried_on() -> None:
    scene = Scene(delivery_seconds=20)
    scene.at.still_deployed_seconds = 45
    scene.deploy()

    scene.settle(scene.request())

    assert "OUT_OF_TIME" in scene.reasons
    assert scene.told == COMPLETE


def test_a_busy_endpoint_is_waited_for() -> None:
    scene = Scene()
    deployed = scene.deploy(share=60)
    scene.deploy_other(share=40)
    scene.at.undeploy_seconds = 20
    scene.deliver(scene.request())
    endpoint = scene.endpoint()
    assert endpoint is not None
    scene.at.begin(endpoint.name, lambda: None)

    scene.settle()

    assert deployed not in scene.endpoint().deployed  # type: ignore[union-attr]
    assert scene.told == COMPLETE


# Failures.


def test_one_endpoint_that_fails_for_good_is_reported_while_the_others_finish() -> None:
    scene = Scene()
    scene.deploy("7")
    scene.deploy("8")
    refusal = PermanentError(Reason.PERMISSION_DENIED, "aiplatform.endpoints.undeploy denied")
    undeploy = scene.google.endpoints.undeploy

    def denied(endpoint: Any, deployed_model_id: str) -> Any:
        if endpoint.endpoint == "7":
            scene.google.enter("UndeployModel")
            raise refusal
        return undeploy(endpoint, deployed_model_id)

    scene.google.endpoints.undeploy = denied  # type: ignore[method-assign]
    last = scene.settle(scene.request())

    assert isinstance(last, PermanentError)
    assert last.reason is Reason.PERMISSION_DENIED
    assert "deployment.v1.undeployfailed" in last.context.announced
    assert ("deployment.v1.undeployfailed", "PERMISSION_DENIED") in scene.events
    assert scene.told.count("deployment.v1.undeployed") == 1
    assert ("model.v1.failed", "PERMISSION_DENIED") in scene.events
    assert CHURN in scene.google.models

    assert len(scene.calls("UndeployModel")) == 2  # denied once: a missing role is not asked again

    del scene.google.endpoints.undeploy  # mended; the letter is redriven
    letter = scene.message({"model": str(CHURN)})
    scene.settle(letter)

    assert scene.told[-1] == "deletion.v1.completed"


def test_of_several_on_an_endpoint_the_one_that_failed_is_named() -> None:
    scene = Scene()
    denied_one, *others = (scene.deploy(share=share) for share in (20, 10, 5))
    scene.deploy_other(share=65)
    undeploy = scene.google.endpoints.undeploy

    def denied(endpoint: Any, deployed_model_id: str) -> Any:
        if deployed_model_id == denied_one.id:
            raise PermanentError(Reason.PERMISSION_DENIED, f"denied for {denied_one.id}")
        return undeploy(endpoint, deployed_model_id)

    scene.google.endpoints.undeploy = denied  # type: ignore[method-assign]
    scene.settle(scene.request())

    (failed,) = scene.data("undeployfailed")
    assert any(item in scene.endpoint().deployed for item in others)  # type: ignore[union-attr]
    assert failed["deployment"]["deployed_model_id"] == denied_one.id
    assert failed["verdict"]["detail"].endswith(f"denied for {denied_one.id}")


@pytest.mark.parametrize(
    "call", ["GetEndpoint", "UpdateEndpoint", "UndeployModel", "models.delete"]
)
def test_what_time_mends_is_answered_so_that_the_message_comes_again(call: str) -> None:
    scene = Scene()
    scene.deploy(share=60)
    scene.deploy_other(share=40)
    scene.deliver(scene.request())
    (message,) = scene.taken()

    def unavailable() -> None:
        raise RetryableError(Reason.SERVICE_UNAVAILABLE, "503")

    scene.google.before[call] = unavailable
    outcome = scene.deliver(message)
    scene.google.before.clear()
    scene.settle(message)

    assert isinstance(outcome, RetryableError)
    assert scene.told == COMPLETE


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b'"x"', b"\xff", b"{}", b'{"model": 1}', b'{"model": "churn"}', b'{"model": "projects/p/datasets/d/models/m", "foce": true}'],
)  # fmt: skip
def test_what_is_no_request_is_a_dead_letter_with_a_reason(data: bytes) -> None:
    scene = Scene()

    outcome = scene.deliver(scene.message(data))

    assert isinstance(outcome, PermanentError)
    assert outcome.reason is Reason.MALFORMED_REQUEST
    assert outcome.detail
    assert scene.google.calls == []
