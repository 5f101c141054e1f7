"""What a clean-up publishes to go on in the next delivery (see scene.py)."""

from __future__ import annotations

from bqml_registrar.cleanup.intent.continuation import continued
from bqml_registrar.errors import PermanentError
from bqml_registrar.policy.cleanup_rules import CleanupRules
from bqml_registrar.reasons import Reason
from tests.builders import a_model, an_intent
from tests.unit.cleanup.scene import EVENTS, REQUESTS, Scene


def test_a_plan_that_no_message_can_carry_is_not_announced() -> None:
    scene = Scene(CleanupRules(max_undeployments=2_000))
    for _ in range(1_001):
        scene.deploy(share=0)

    outcome = scene.deliver(scene.request())

    assert isinstance(outcome, PermanentError)
    assert outcome.reason is Reason.MALFORMED_REQUEST
    assert scene.told == ["model.v1.failed"]


def test_those_that_left_are_counted_over_all_deliveries() -> None:
    following = continued(an_intent(undeployed=3, hop=2), a_model(), (), undeployed=2)

    assert (following.undeployed, following.hop) == (5, 3)


def test_an_etag_tells_which_model_was_meant_and_a_label_later_on_changes_nothing() -> None:
    scene = Scene()
    scene.deploy()
    scene.deliver(scene.request(etag="m1"))
    scene.relabel(team="growth")

    scene.settle()

    assert scene.told[-1] == "deletion.v1.completed"


def test_one_instance_publishes_the_events_of_a_second_copy_once() -> None:
    scene = Scene()
    scene.deploy()
    request = scene.request()

    scene.deliver(request)
    scene.deliver(request)

    assert len(scene.google.published[EVENTS]) == 2
    assert len(scene.google.published[REQUESTS]) == 2
